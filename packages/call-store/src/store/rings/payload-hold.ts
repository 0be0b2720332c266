import { withoutContent, type Trace } from '../../rows/trace-row.ts';

/** What a row holds of payloads, which may go before the row does. */
export interface PayloadHold {
  /** About how many bytes. */
  readonly bytes: number;
  /** Called once at most. */
  forget(): void;
}

/** About how many bytes the payloads of a trace are. */
export function payloadBytesOf({ input, output }: Pick<Trace, 'input' | 'output'>): number {
  return (input?.content.length ?? 0) + (output?.content.length ?? 0);
}

/** The trace with payloads that say how large they were, and no more. */
export function withoutPayloads<Row extends object>(row: Row): Row {
  const { input, output }: Partial<Pick<Trace, 'input' | 'output'>> = row;
  return {
    ...row,
    ...(input === undefined ? {} : { input: withoutContent(input) }),
    ...(output === undefined ? {} : { output: withoutContent(output) }),
  };
}

/** Payloads of the rows of one ring within a bound: those of the oldest rows go first. */
export class PayloadHolds {
  readonly #maxBytes: number;
  /** Oldest first; the ones before `#first` are gone. */
  #holds: PayloadHold[] = [];
  #first = 0;
  #bytes = 0;
  #dropped = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** About how many bytes are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Rows whose payloads went before them. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A row came. */
  add(hold: PayloadHold | undefined): void {
    if (hold === undefined || hold.bytes === 0) {
      return;
    }
    this.#holds.push(hold);
    this.#bytes += hold.bytes;
    while (this.#bytes > this.#maxBytes) {
      this.#next()?.forget();
      this.#dropped += 1;
    }
  }

  /** The oldest row went. */
  remove(hold: PayloadHold | undefined): void {
    if (hold !== undefined && hold === this.#holds[this.#first]) {
      this.#next();
    }
  }

  /** All rows went. */
  clear(): void {
    this.#holds = [];
    this.#first = 0;
    this.#bytes = 0;
  }

  #next(): PayloadHold | undefined {
    const hold = this.#holds[this.#first];
    this.#first += 1;
    this.#bytes -= hold?.bytes ?? 0;
    if (this.#first > this.#holds.length / 2) {
      this.#holds = this.#holds.slice(this.#first);
      this.#first = 0;
    }
    return hold;
  }
}
