import { isRecord } from '@dcc-mcp/request-context';
import type { RingEntry } from '../store/rings/row-ring.ts';
import { type StreamEntry, toOrder } from './redis-commands.ts';
import type { SharedStream } from './shared-streams.ts';

/** A row that lies in a stream. */
export class MirrorEntry implements RingEntry<object> {
  readonly id: string;
  readonly stream: SharedStream;
  /** Sorts as the stream does. */
  readonly order: string;
  /** Who wrote it. */
  readonly process: string;
  #row: object;
  #detail: string | undefined;

  constructor(
    stream: SharedStream,
    entry: { readonly id: string; readonly order: string; readonly process: string } & Texts,
  ) {
    this.stream = stream;
    this.id = entry.id;
    this.order = entry.order;
    this.process = entry.process;
    this.#row = entry.row;
    this.#detail = entry.detail;
  }

  /** Of a trace with all that is known of it, which is read when somebody looks. */
  get row(): object {
    if (this.#detail !== undefined) {
      this.#row = withoutDetail({ ...toDetail(this.#detail), ...this.#row });
      this.#detail = undefined;
    }
    return this.#row;
  }
}

interface Texts {
  readonly row: object;
  readonly detail: string | undefined;
}

function toDetail(text: string): object {
  const detail = parse(text);
  return isRecord(detail) && Array.isArray(detail['spans']) ? detail : {};
}

/** A trace of which nothing more is known. */
function withoutDetail(row: object): object {
  return { started_at: 'timestamp' in row ? row.timestamp : '', spans: [], ...row };
}

/** The newest entries of one stream, as they came. */
export class MirrorStream {
  readonly #stream: SharedStream;
  readonly #capacity: number;
  readonly #entries = new Map<string, MirrorEntry>();
  #last = '0-0';
  /** How many entries the stream has let go. */
  trimmed = 0;
  /** All that the stream had at some time is here. */
  isLoaded = false;

  constructor(stream: SharedStream, capacity: number) {
    this.#stream = stream;
    this.#capacity = capacity;
  }

  /** The position to go on behind. */
  get last(): string {
    return this.#last;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The one that came first. */
  get oldest(): MirrorEntry | undefined {
    return this.#entries.values().next().value;
  }

  /** In the order of the stream. */
  entries(): readonly MirrorEntry[] {
    return [...this.#entries.values()];
  }

  get(id: string): MirrorEntry | undefined {
    return this.#entries.get(id);
  }

  /** Adds what is not there yet, and gives that back; what is no row is left out. */
  add(entries: readonly StreamEntry[]): readonly MirrorEntry[] {
    const added: MirrorEntry[] = [];
    for (const entry of entries) {
      if (toOrder(entry.position) > toOrder(this.#last)) {
        this.#last = entry.position;
      }
      const read = toMirrorEntry(this.#stream, entry);
      if (read !== undefined && !this.#entries.has(read.id)) {
        this.#entries.set(read.id, read);
        added.push(read);
      }
    }
    for (const id of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity) {
        break;
      }
      this.#entries.delete(id);
    }
    return added;
  }

  /** Goes on from the beginning, and knows what it has: another server may have other positions. */
  rewind(): void {
    this.#last = '0-0';
  }

  clear(): void {
    this.#entries.clear();
    this.#last = '0-0';
    this.isLoaded = false;
  }
}

function toMirrorEntry(stream: SharedStream, { position, fields }: StreamEntry): MirrorEntry | undefined {
  const [id, process, text, detail] = ['i', 'g', 'r', 'd'].map((name) => fields.get(name));
  const row = text === undefined ? undefined : parse(text);
  if (id === undefined || process === undefined || !isShared(stream, row) || !isSame(row, id)) {
    return undefined;
  }
  const isTrace = stream === 'traces' || stream === 'kept_traces';
  const whole = isTrace && detail === undefined ? withoutDetail(row) : row;
  return new MirrorEntry(stream, {
    id,
    process,
    order: toOrder(position),
    row: whole,
    detail: isTrace ? detail : undefined,
  });
}

/** What everybody reads of a row is there; others may have written to the stream. */
function isShared(stream: SharedStream, row: unknown): row is Readonly<Record<string, unknown>> {
  if (!isRecord(row) || typeof row['timestamp'] !== 'string' || Number.isNaN(Date.parse(row['timestamp']))) {
    return false;
  }
  const needed = NEEDED[stream];
  return Object.entries(needed).every(([name, type]) =>
    type === 'array' ? Array.isArray(row[name]) : typeof row[name] === type,
  );
}

const REQUEST = { row_id: 'string', request_id: 'string', trace_id: 'string' } as const;
const TIMED = { ...REQUEST, outcome: 'string', success: 'boolean' } as const;
const NEEDED: Readonly<
  Record<SharedStream, Readonly<Record<string, 'string' | 'number' | 'boolean' | 'array' | 'object'>>>
> = {
  calls: { ...TIMED, tool: 'string', duration_ms: 'number', input_tokens: 'number', output_tokens: 'number' },
  traces: { ...TIMED, operation: 'string', total_ms: 'number', output_tokens: 'number' },
  kept_traces: { ...TIMED, operation: 'string', total_ms: 'number', output_tokens: 'number' },
  searches: { ...REQUEST, search_id: 'string', query_preview: 'string', hits: 'array', followups: 'array' },
  followups: { search_id: 'string', kind: 'string', success: 'boolean', request_id: 'string', trace_id: 'string' },
  decisions: { ...REQUEST, operation: 'string', outcome: 'string' },
  events: { event: 'string', dcc_type: 'string', instance_id: 'string', severity: 'string' },
  activity: { event_id: 'string', kind: 'string', severity: 'string', message: 'string', correlation: 'object' },
};

/** A row that has a key in it has this one. */
function isSame(row: Readonly<Record<string, unknown>>, id: string): boolean {
  return row['row_id'] === undefined || row['row_id'] === id;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
