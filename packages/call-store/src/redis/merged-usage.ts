import type { StoreUsage } from '../store/call-store.ts';
import type { MemoryCallStore } from '../store/memory-call-store.ts';
import type { RingEntry } from '../store/rings/row-ring.ts';
import { sortById } from '../store/rings/row-shelf.ts';
import { ROW_KINDS, type RowKind } from '../store/row-kinds.ts';
import type { MirrorStream } from './mirror-stream.ts';
import type { SharedRows } from './shared-rows.ts';
import { streamsOf } from './shared-streams.ts';

/** How much of each list is retained here and at all gateways, as far as the streams were read. */
export class MergedUsage {
  /** Most entries of a stream, about. */
  readonly maxEntries: number;
  readonly #own: MemoryCallStore;
  readonly #rows: SharedRows;

  /** @param own What this process keeps by itself. */
  constructor(own: MemoryCallStore, { rows, maxEntries }: { readonly rows: SharedRows; readonly maxEntries: number }) {
    this.#own = own;
    this.#rows = rows;
    this.maxEntries = maxEntries;
  }

  /** What is retained at all gateways; what was appended is this one's. */
  async usage(): Promise<StoreUsage> {
    const own = await this.#own.usage();
    const usages = ROW_KINDS.map((kind) => {
      const oldest = this.since(kind, this.#oldestOf(kind));
      const { oldest_retained: _oldest, unlisted_dropped: _gone, ...known } = own[kind];
      const usage = {
        ...known,
        rows: this.#rowsOf(kind) - (kind === 'traces' ? own.kept_traces.rows : 0),
        capacity: Math.max(known.capacity, this.maxEntries),
        dropped: this.droppedOf(kind),
        ...(oldest === undefined ? {} : { oldest_retained: new Date(oldest).toISOString() }),
      };
      return [kind, usage] as const;
    });
    return { ...own, ...Object.fromEntries(usages) };
  }

  /** Rows that no stream has any more; where streams can't be read, those that went here. */
  droppedOf(kind: RowKind): number {
    const streams = this.#streamsOf(kind);
    return streams.every(({ isLoaded }) => isLoaded)
      ? streams.reduce((sum, { trimmed }) => sum + trimmed, 0)
      : this.#own.droppedOf(kind);
  }

  /**
   * From when on the rows of all are there: where a stream let rows go, others have none from before.
   *
   * @returns Epoch milliseconds.
   */
  since(kind: RowKind, oldest: RingEntry<object> | undefined): number | undefined {
    const trimmed = this.#streamsOf(kind).filter((stream) => stream.trimmed > 0);
    const starts = trimmed.map((stream) => startOf(stream.oldest)).filter((at) => at !== undefined);
    return starts.length > 0 ? Math.max(...starts) : startOf(oldest);
  }

  /** What lies in the streams of a list, without what follows its rows. */
  #streamsOf(kind: RowKind): readonly MirrorStream[] {
    return streamsOf(kind)
      .filter((name) => name !== 'followups')
      .map((name) => this.#rows.stream(name));
  }

  #rowsOf(kind: RowKind): number {
    const streams = this.#streamsOf(kind);
    const alone = this.#own.entriesOf(kind).filter(({ id }) => streams.every((stream) => stream.get(id) === undefined));
    return streams.reduce((sum, { size }) => sum + size, alone.length);
  }

  /** About the oldest row of a list: each stream and ring begins with its oldest. */
  #oldestOf(kind: RowKind): RingEntry<object> | undefined {
    const firsts = [...this.#streamsOf(kind).map(({ oldest }) => oldest), this.#own.entriesOf(kind)[0]];
    return sortById(firsts.filter((entry) => entry !== undefined))[0];
  }
}

/** When the row of an entry was made, in epoch milliseconds. */
function startOf(entry: RingEntry<object> | undefined): number | undefined {
  return entry !== undefined && 'timestamp' in entry.row ? Date.parse(String(entry.row.timestamp)) : undefined;
}
