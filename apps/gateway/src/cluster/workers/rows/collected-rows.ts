import type {
  CallStore,
  FacetRequest,
  FollowUpNote,
  LateKind,
  LateRow,
  ListedRows,
  ListRequest,
  LiveListener,
  RowFilter,
  RowKind,
  RowKinds,
  RowList,
  SharedHistory,
  StatsRequest,
  StoreUsage,
  TraceDetail,
} from '@dcc-mcp/call-store';
import { unlessAborted } from '../../../protocol/unless-aborted.ts';
import { appendRows } from '../../../recording/rows/late-rows.ts';
import { OperationReceiver, type ReceivedOperation } from '../../../recording/rows/sent-operations.ts';
import type { Peer, Services } from '../channel/peer.ts';
import type { SentRow, TakenRows } from './row-courier.ts';

const COLLECT_MILLIS = 100;
/** How long a list waits for a worker that is busy; what it has comes with the next collection. */
const PATIENCE_MILLIS = 500;

export interface CollectedRowsOptions {
  readonly store: CallStore;
  /** The workers at this moment. */
  readonly peers: () => readonly Pick<Peer, 'call'>[];
  /** Told of what kept rows from being added. */
  readonly onError: (error: unknown) => void;
}

/** What has come from a worker; rows of an operation may be made later. */
type Arrived = SentRow | ReceivedOperation;

/** The history of several processes: the rows of workers are fetched ten times a second, and before anybody reads. */
export class CollectedRows implements CallStore {
  /** That of the store behind, which all rows go to. */
  readonly shared?: SharedHistory;
  readonly #options: CollectedRowsOptions;
  readonly #store: CallStore;
  /** Rows of workers that may not be the newest of their time yet. */
  #early: readonly Arrived[] = [];
  readonly #receiver = new OperationReceiver();
  #collecting: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CollectedRowsOptions) {
    this.#options = options;
    this.#store = options.store;
    if (options.store.shared !== undefined) {
      this.shared = options.store.shared;
    }
    this.#timer = setInterval(() => void this.#collectOnce(), COLLECT_MILLIS).unref();
  }

  /** Fetches the rows that there are now. Never rejects. */
  async collect(): Promise<void> {
    // What is on its way may have been taken before the row in question was there.
    this.#next ??= (this.#collecting ?? Promise.resolve()).then(() => {
      this.#next = undefined;
      return this.#collectOnce();
    });
    await this.#next;
  }

  /** Fetches the last rows. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.collect();
    this.#append(this.#early);
    this.#early = [];
  }

  append<K extends RowKind>(kind: K, row: RowKinds[K]): void {
    this.#store.append(kind, row);
  }

  appendLater<K extends LateKind>(kind: K, late: LateRow<RowKinds[K]>): void {
    this.#store.appendLater(kind, late);
  }

  appendFollowUp(searchId: string, followUp: FollowUpNote): void {
    this.#store.appendFollowUp(searchId, followUp);
  }

  async list<K extends RowKind>(kind: K, request?: ListRequest): Promise<RowList<ListedRows[K]>> {
    await this.collect();
    return this.#store.list(kind, request);
  }

  async facet(kind: RowKind, request: FacetRequest): ReturnType<CallStore['facet']> {
    await this.collect();
    return this.#store.facet(kind, request);
  }

  async *scan<K extends RowKind>(kind: K, filter?: RowFilter): AsyncIterable<RowKinds[K]> {
    await this.collect();
    yield* this.#store.scan(kind, filter);
  }

  async find<K extends RowKind>(kind: K, id: string): Promise<readonly RowKinds[K][]> {
    await this.collect();
    return this.#store.find(kind, id);
  }

  async trace(id: string): Promise<TraceDetail | undefined> {
    await this.collect();
    return this.#store.trace(id);
  }

  async stats(request: StatsRequest): ReturnType<CallStore['stats']> {
    await this.collect();
    return this.#store.stats(request);
  }

  async instanceTotals(): ReturnType<CallStore['instanceTotals']> {
    await this.collect();
    return this.#store.instanceTotals();
  }

  async usage(): Promise<StoreUsage> {
    await this.collect();
    return this.#store.usage();
  }

  subscribe(kinds: readonly RowKind[], listener: LiveListener, resume?: { readonly after: string }): { close(): void } {
    return this.#store.subscribe(kinds, listener, resume);
  }

  seed<K extends RowKind>(kind: K, oldestFirst: readonly RowKinds[K][]): void {
    this.#store.seed(kind, oldestFirst);
  }

  #collectOnce(): Promise<void> {
    this.#collecting ??= this.#fetch()
      .catch(this.#options.onError)
      .finally(() => (this.#collecting = undefined));
    return this.#collecting;
  }

  async #fetch(): Promise<void> {
    // Whatever is older than that has been taken when each worker has answered.
    const until = firstIdAt(Date.now() + 1);
    const taken = await Promise.all(this.#options.peers().map((peer) => this.#take(peer)));
    const rows = [...this.#early, ...taken.flat()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
    const end = rows.findIndex(({ id }) => id >= until);
    this.#append(end === -1 ? rows : rows.slice(0, end));
    this.#early = end === -1 ? [] : rows.slice(end);
  }

  /** A worker that answers later is not forgotten: what it took is appended then. */
  async #take(peer: Pick<Peer, 'call'>): Promise<readonly Arrived[]> {
    const taken = this.#rowsOf(peer);
    const late = AbortSignal.timeout(PATIENCE_MILLIS);
    return unlessAborted(taken, late, () => {
      void this.#appendLate(taken);
      return [];
    });
  }

  /** None of one that has gone. */
  async #rowsOf(peer: Pick<Peer, 'call'>): Promise<readonly Arrived[]> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a RowCourier answers
    const taken = (await peer.call('rows.take').catch(() => undefined)) as TakenRows | undefined;
    return taken === undefined ? [] : [...taken.rows, ...this.#receiver.receive(taken.operations)];
  }

  async #appendLate(taken: Promise<readonly Arrived[]>): Promise<void> {
    this.#early = [...this.#early, ...(await taken)];
  }

  #append(rows: readonly Arrived[]): void {
    for (const each of rows) {
      if ('operation' in each) {
        appendRows(this.#store, each.operation, each.place);
      } else if ('followUp' in each) {
        this.#store.appendFollowUp(each.searchId, each.followUp);
      } else {
        this.#store.append(each.kind, each.row);
      }
    }
  }
}

/** No key of a row of that time is less (RFC 9562, section 5.7). */
function firstIdAt(millis: number): string {
  const hex = millis.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** Answers what a RowCourier asks. */
export function rowServices(store: CallStore): Services {
  return {
    'rows.list': (kind: RowKind, request: ListRequest) => store.list(kind, request),
    'rows.scan': async (kind: RowKind, filter: RowFilter) => {
      const rows: RowKinds[RowKind][] = [];
      for await (const row of store.scan(kind, filter)) {
        rows.push(row);
      }
      return rows;
    },
    'rows.find': (kind: RowKind, id: string) => store.find(kind, id),
    'rows.trace': (id: string) => store.trace(id),
    'rows.facet': (kind: RowKind, request: FacetRequest) => store.facet(kind, request),
    'rows.stats': (request: StatsRequest) => store.stats(request),
    'rows.instanceTotals': () => store.instanceTotals(),
    'rows.usage': () => store.usage(),
  };
}
