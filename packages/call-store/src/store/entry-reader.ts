import { type Facet, FacetCounts } from '../analytics/facet.ts';
import { stats, type Stats, type TokensRow } from '../analytics/stats.ts';
import { type TopRow, toTopRows } from '../analytics/tops/top-rows.ts';
import { QUERY_FIELDS } from '../query/fields/query-fields.ts';
import type { CallRow } from '../rows/call-row.ts';
import type { FacetRequest, ListRequest, RowFilter, RowList, StatsRequest } from './call-store.ts';
import { type EntriesOf, feedOf } from './feed.ts';
import { isNamed, matcherOf, pageOf, toListed } from './list-rows.ts';
import type { RingEntry } from './rings/row-ring.ts';
import type { ListedRows, RowKind, RowKinds } from './row-kinds.ts';

/** What lists are read from. */
export interface EntrySource {
  readonly entriesOf: EntriesOf;
  /** How many entries of a list were let go, of whatever lists it is made. */
  droppedFrom(list: RowKind): number;
  /** What traces cost that were let go; absent where nobody knows. */
  goneTokens?(): readonly TokensRow[];
  /** From when on all calls are there, in epoch milliseconds; absent where none is. */
  callsSince(): number | undefined;
}

/** Everything that can be asked of rows that lie in memory. */
export class EntryReader {
  readonly #source: EntrySource;

  constructor(source: EntrySource) {
    this.#source = source;
  }

  list<K extends RowKind>(kind: K, request: ListRequest): RowList<ListedRows[K]> {
    const page = pageOf(this.entries(kind), request, matcherOf(kind, request));
    const dropped = this.#source.droppedFrom(kind);
    return {
      ...page,
      rows: page.rows.map((row) => toListed(kind, row)),
      ...(dropped === 0 ? {} : { dropped }),
    };
  }

  facet(kind: RowKind, request: FacetRequest): Facet {
    const counts = new FacetCounts(QUERY_FIELDS[kind], request);
    for (const row of this.scan(kind, request)) {
      counts.countRow(row);
    }
    return counts.toFacet();
  }

  /** @param isWanted Says by their key which rows need not be made. */
  *scan<K extends RowKind>(
    kind: K,
    filter: RowFilter,
    isWanted: (id: string) => boolean = () => true,
  ): Generator<RowKinds[K], void, undefined> {
    const matches = matcherOf(kind, filter);
    for (const entry of this.entries(kind).toReversed()) {
      if (isWanted(entry.id) && matches(entry.row)) {
        yield entry.row;
      }
    }
  }

  find<K extends RowKind>(kind: K, id: string): readonly RowKinds[K][] {
    return this.entries(kind)
      .filter((entry) => isNamed(entry, id))
      .map(({ row }) => row)
      .toReversed();
  }

  stats(request: StatsRequest): Stats {
    const retained = this.#source.entriesOf('traces').map(({ row }) => row);
    const traces = [...retained, ...(this.#source.goneTokens?.() ?? [])];
    return stats(this.#calls(), { ...request, retainedSince: this.#source.callsSince(), traces });
  }

  instanceTotals(): readonly TopRow[] {
    return toTopRows(this.#calls(), ({ instance_id: id }) => id);
  }

  /** A list, oldest key first; the feed with what it is made from. */
  entries<K extends RowKind>(kind: K): readonly RingEntry<RowKinds[K]>[] {
    const own = kind === 'activity' ? feedOf(this.#source.entriesOf) : this.#source.entriesOf(kind);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the feed belongs to its kind
    return own as readonly RingEntry<RowKinds[K]>[];
  }

  #calls(): readonly CallRow[] {
    return this.#source.entriesOf('calls').map(({ row }) => row);
  }
}
