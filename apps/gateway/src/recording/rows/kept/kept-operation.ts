import type { TracePayload } from '@dcc-mcp/call-store';
import { packEmptied, unpackPayload } from '../payload.ts';
import { OperationFacts } from './operation-facts.ts';
import { type RareFacts, type SharedFacts, unpackFacts } from './pack-facts.ts';
import { type Packed, packAlone } from './packed.ts';

/** What {@link KeptFacts} hold: what operations share, what is packed, and what few have. */
export interface KeptFactParts extends SharedFacts {
  readonly packed: Packed;
  readonly rare: RareFacts | undefined;
}

/** What is kept of an operation for rows without its content: they stay longer than its trace. */
export class KeptFacts implements KeptFactParts {
  readonly rowId: string;
  readonly caller: SharedFacts['caller'];
  readonly outcome: SharedFacts['outcome'];
  readonly operation: SharedFacts['operation'];
  readonly record: SharedFacts['record'];
  readonly packed: Packed;
  readonly rare: RareFacts | undefined;

  constructor(parts: KeptFactParts) {
    this.rowId = parts.rowId;
    this.caller = parts.caller;
    this.outcome = parts.outcome;
    this.operation = parts.operation;
    this.record = parts.record;
    this.packed = parts.packed;
    this.rare = parts.rare;
  }

  /** The same, packed elsewhere. */
  repacked(packed: Packed): KeptFacts {
    const { rowId, caller, outcome, operation, record, rare } = this;
    return new KeptFacts({ rowId, caller, outcome, operation, record, packed, rare });
  }

  /** Made anew each time. */
  get facts(): OperationFacts {
    return new OperationFacts(unpackFacts(this.packed, this, this.rare));
  }
}

/** An item of a batch, as the trace of the batch shows it. */
export interface KeptItem {
  readonly kept: KeptFacts;
  /** Whether its own span and those of its hops are exported. */
  readonly isExported: boolean;
}

/** What a {@link KeptOperation} holds beside its facts. */
export interface KeptOperationParts {
  /** Whether its own span and those of its hops are exported. */
  readonly isExported: boolean;
  /** Of a batch: those of its items that ran, in order. */
  readonly items: readonly KeptItem[];
  readonly packedInput: Packed | undefined;
  readonly packedOutput: Packed | undefined;
}

/**
 * One operation until its rows are made, bounded and redacted. Most are let go before: what it keeps is packed, so that
 * thousands of them are little work for V8's collector.
 */
export class KeptOperation implements KeptOperationParts {
  readonly kept: KeptFacts;
  readonly isExported: boolean;
  readonly items: readonly KeptItem[];
  #input: Packed | undefined;
  #output: Packed | undefined;

  constructor(kept: KeptFacts, parts: KeptOperationParts) {
    this.kept = kept;
    this.isExported = parts.isExported;
    this.items = parts.items;
    this.#input = parts.packedInput;
    this.#output = parts.packedOutput;
  }

  get packedInput(): Packed | undefined {
    return this.#input;
  }

  get packedOutput(): Packed | undefined {
    return this.#output;
  }

  get input(): TracePayload | undefined {
    return this.#input && unpackPayload(this.#input);
  }

  get output(): TracePayload | undefined {
    return this.#output && unpackPayload(this.#output);
  }

  /** How many bytes of content it holds. */
  get bytes(): number {
    return (this.#input?.bytes ?? 0) + (this.#output?.bytes ?? 0);
  }

  /** Lets the content go. */
  forget(): void {
    this.#input = this.#input && packAlone(packEmptied(this.#input));
    this.#output = this.#output && packAlone(packEmptied(this.#output));
  }
}
