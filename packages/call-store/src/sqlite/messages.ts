import type { Facet } from '../analytics/facet.ts';
import type { Stats, StatsOptions } from '../analytics/stats.ts';
import type { TopRow } from '../analytics/tops/top-rows.ts';
import type { CallRow } from '../rows/call-row.ts';
import type { FacetRequest, ListRequest, StatsRequest } from '../store/call-store.ts';

/** The lists that are indexed. */
export type IndexedKind = 'calls' | 'traces';
/** Both. */
export const INDEXED_KINDS: readonly IndexedKind[] = ['calls', 'traces'];

/** What a worker is started with. */
export interface WorkerSettings {
  readonly path: string;
  /** Most rows of each list. */
  readonly maxRows: number;
  /** Most bytes of all that is in use in the file. */
  readonly maxBytes: number;
  /** Rows of a block. */
  readonly blockRows: number;
}

/** What is asked of a list. */
export interface ReadRequest extends Omit<ListRequest, 'limit'> {
  readonly kind: IndexedKind;
  /** Most rows. */
  readonly limit: number;
  /** Rows that are told of by somebody else. */
  readonly without: readonly string[];
  /** Whether traces come with spans and payloads. */
  readonly isWhole: boolean;
  /** Whether all that match are counted. */
  readonly isCounted: boolean;
}

/** Rows as JSON; of whole traces the members of the list and the others come as two objects. */
export interface ReadAnswer {
  readonly total: number;
  /** Rows that were looked at. */
  readonly scanned: number;
  readonly rows: readonly StoredRow[];
}

/** A row as it lies there. */
export interface StoredRow {
  readonly body: string;
  readonly detail?: string;
}

/** Everything that a worker can be asked, with what it answers. */
export interface WorkerCalls {
  /** Opens, once more too, looking at the whole file, and makes what is not there. */
  open(request: undefined): FileState;
  /** Rows that are there already are left alone. */
  write(request: Readonly<Record<IndexedKind, RowsToAdd>>): FileState;
  /** Of these row ids those that are not there. */
  missing(request: { readonly kind: IndexedKind; readonly ids: readonly string[] }): readonly string[];
  read(request: ReadRequest): ReadAnswer;
  find(request: { readonly kind: IndexedKind; readonly id: string }): readonly StoredRow[];
  facet(request: FacetInput): Facet;
  stats(request: StatsInput): Stats;
  /** What all calls say of each instance. */
  totals(request: CallsBeside): readonly TopRow[];
  close(request: undefined): undefined;
}

/** Rows of one list: what belongs to one row has one place in all three. */
export interface RowsToAdd {
  readonly ids: readonly string[];
  /** What is shown of each, as JSON. */
  readonly bodies: readonly string[];
  /** Of traces what else they are, as JSON; `undefined` for a row that has no more. */
  readonly details: readonly (string | undefined)[];
}

/** Calls that are told of by somebody else, as they stand in the memory of the process. */
export interface CallsBeside {
  readonly without: readonly string[];
  readonly calls: readonly CallRow[];
}

/** {@link WorkerCalls.facet}. */
export interface FacetInput {
  readonly kind: IndexedKind;
  readonly request: FacetRequest;
  /** Rows that match and are told of by somebody else. */
  readonly beside: readonly object[];
  readonly without: readonly string[];
}

/** {@link WorkerCalls.stats}. */
export interface StatsInput extends CallsBeside {
  readonly options: StatsRequest & Pick<StatsOptions, 'retainedSince'>;
  /** Traces that are told of by somebody else. */
  readonly withoutTraces: readonly string[];
  readonly traces: NonNullable<StatsOptions['traces']>;
}

/** What is in the file. */
export interface FileState {
  readonly bytes: number;
  readonly lists: Readonly<Record<IndexedKind, ListState>>;
  /** What was in its place and is put aside. */
  readonly aside?: FileAside;
}

/** A file that was put aside: a damaged one, or a sound one of something else. */
export interface FileAside {
  readonly path: string;
  readonly why: 'damaged' | 'foreign';
}

/** What is in the file of a list. */
export interface ListState {
  readonly rows: number;
  /** Key of the oldest row; absent where there is none. */
  readonly oldest?: number;
  readonly oldestMillis?: number;
  /** Rows that were let go since the worker began. */
  readonly pruned: number;
}

/** One question. */
export type WorkerQuestion = {
  readonly [Name in keyof WorkerCalls]: {
    readonly number: number;
    readonly name: Name;
    readonly request: Parameters<WorkerCalls[Name]>[0];
  };
}[keyof WorkerCalls];

/** One answer. */
export type WorkerAnswer =
  | { readonly number: number; readonly ok: true; readonly value: unknown }
  | { readonly number: number; readonly ok: false; readonly cause: string };
