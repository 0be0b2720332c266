import { batch, type Signal, signal } from '@preact/signals';
import { type Answered, ApiRefusal, apiUrl, ask } from './client.ts';
import { follow } from './live.ts';

/** What a list is of. */
export interface RowListRequest {
  readonly kind: ListKind;
  readonly q?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** What a page of the list cost. */
export type ListCost = Omit<Answered<unknown>, 'answer'>;

type Summary = Readonly<Record<string, number>>;

/** A page as it is answered: its rows stand under the name of the kind. */
interface Page<Row> {
  readonly total: number;
  readonly next_cursor?: string;
  readonly dropped?: number;
  /** Counts of all that match, by what is counted. */
  readonly summary?: Summary;
  readonly [kind: string]: readonly Row[] | Summary | string | number | undefined;
}

/** What the rows of a route are called: in its answer, in the store, and where their fields are named. */
const ROWS_OF = {
  calls: 'calls',
  traces: 'traces',
  workflows: 'workflows',
  events: 'events',
  activity: 'activity',
  'search-telemetry': 'searches',
  traffic: 'frames',
} as const;

/** A route whose rows are listed. */
export type ListKind = keyof typeof ROWS_OF;

/** What the rows of a route are called. */
export function rowsOf(kind: ListKind): (typeof ROWS_OF)[ListKind] {
  return ROWS_OF[kind];
}

/** Rows of one page, and most rows that the page holds. */
const PAGE_ROWS = 500;
const MAX_ROWS = 20_000;
/** Most rows that are held while new ones come by themselves. */
const MAX_FOLLOWED_ROWS = 2_000;
/** New rows are shown together, so that a burst is one rendering. */
const FLUSH_MILLIS = 250;

/** A list that grows: downwards with older pages when asked, upwards with what happens. */
export class RowList<Row> {
  readonly rows: Signal<readonly Row[]> = signal([]);
  /** Rows that match and are retained. */
  readonly total: Signal<number> = signal(0);
  /** Rows that were let go since the start of the gateway. */
  readonly dropped: Signal<number> = signal(0);
  /** Counts of all that match, where the answer has them. */
  readonly summary: Signal<Summary> = signal({});
  readonly refusal: Signal<ApiRefusal | undefined> = signal(undefined);
  /** Why what happens is not followed although it should be. */
  readonly unfollowed: Signal<ApiRefusal | undefined> = signal(undefined);
  readonly isLoading: Signal<boolean> = signal(true);
  readonly cost: Signal<ListCost | undefined> = signal(undefined);
  /** New rows that wait for the reader. */
  readonly waiting: Signal<number> = signal(0);
  /** New rows wait while this says so. */
  isHeld: () => boolean = () => false;

  readonly request: RowListRequest;
  readonly #keyOf: (row: Row) => string;
  readonly #ending = new AbortController();
  #next: string | undefined;
  #new: Row[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(request: RowListRequest, keyOf: (row: Row) => string) {
    this.request = request;
    this.#keyOf = keyOf;
  }

  /** Reads the newest rows and, where it is live, goes on with what happens. */
  async start(isLive: boolean): Promise<void> {
    await this.#read(undefined);
    const { kind, q, until } = this.request;
    // What is asked wrongly stays wrong; all else may be over soon.
    const status = this.refusal.value?.status ?? 0;
    const isWrong = status >= 400 && status < 500;
    if (isLive && until === undefined && !this.#ending.signal.aborted && !isWrong) {
      const onGap = (): void => void this.#read(undefined);
      const onRefusal = (refusal: ApiRefusal | undefined): void => this.#setUnfollowed(refusal);
      void follow<Row>({ kind, q, onRow: (row) => this.#take(row), onGap, onRefusal }, this.#ending.signal);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#ending.abort();
  }

  get hasMore(): boolean {
    return this.#next !== undefined && this.rows.value.length < MAX_ROWS;
  }

  /** It could not be read, or is not followed: only reading it anew shows what happens. */
  get isBehind(): boolean {
    return this.refusal.peek() !== undefined || this.unfollowed.peek() !== undefined;
  }

  /** Reads the next older page, unless one is being read. */
  async more(): Promise<void> {
    if (this.hasMore && !this.isLoading.value) {
      await this.#read(this.#next);
    }
  }

  /** Reads the newest rows anew, unless the reader is at some of them or has gone past the first page. */
  async again(): Promise<void> {
    const { length } = this.rows.value;
    if ((length === 0 || !this.isHeld()) && !this.isLoading.value && length <= PAGE_ROWS) {
      await this.#read(undefined);
    }
  }

  /** Shows the new rows. */
  flush(): void {
    const known = new Set(this.rows.value.slice(0, PAGE_ROWS).map(this.#keyOf));
    const fresh = this.#new.filter((row) => !known.has(this.#keyOf(row))).toReversed();
    this.#new = [];
    batch(() => {
      this.rows.value = this.#trimmed([...fresh, ...this.rows.value]);
      this.total.value += fresh.length;
      this.waiting.value = 0;
    });
  }

  /** What was pushed far below by new rows is let go: it is read again when the reader comes there. */
  #trimmed(rows: readonly Row[]): readonly Row[] {
    const last = rows[MAX_FOLLOWED_ROWS - 1];
    if (this.isHeld() || last === undefined || rows.length <= MAX_FOLLOWED_ROWS) {
      return rows.slice(0, MAX_ROWS);
    }
    this.#next = this.#keyOf(last);
    return rows.slice(0, MAX_FOLLOWED_ROWS);
  }

  /** Takes down what keeps it from being followed; once it is followed, what was missed is read. */
  #setUnfollowed(refusal: ApiRefusal | undefined): void {
    const hasMissed = this.unfollowed.value !== undefined && refusal === undefined;
    this.unfollowed.value = refusal;
    if (hasMissed) {
      void this.again();
    }
  }

  #take(row: Row): void {
    this.#new.push(row);
    if (this.#new.length > MAX_ROWS) {
      this.#new.shift();
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.isHeld()) {
        this.waiting.value = this.#new.length;
      } else {
        this.flush();
      }
    }, FLUSH_MILLIS);
  }

  async #read(cursor: string | undefined): Promise<void> {
    this.isLoading.value = cursor !== undefined || this.rows.value.length === 0;
    const { kind, ...filter } = this.request;
    try {
      const url = apiUrl(kind, { ...filter, limit: PAGE_ROWS, cursor });
      const { answer, ...cost } = await ask<Page<Row>>(url, this.#ending.signal);
      this.#show(answer, { cost, isFirst: cursor === undefined });
    } catch (error) {
      if (error instanceof ApiRefusal) {
        this.refusal.value = error;
      }
    } finally {
      this.isLoading.value = false;
    }
  }

  #show(page: Page<Row>, { cost, isFirst }: { readonly cost: ListCost; readonly isFirst: boolean }): void {
    const { kind } = this.request;
    const listed = page[rowsOf(kind)];
    const rows = Array.isArray(listed) ? listed : [];
    batch(() => {
      this.#next = page.next_cursor;
      this.rows.value = isFirst ? rows : [...this.rows.value, ...rows];
      this.total.value = isFirst ? page.total : Math.max(page.total, this.total.value);
      this.dropped.value = page.dropped ?? 0;
      this.summary.value = page.summary ?? {};
      this.cost.value = cost;
      this.refusal.value = undefined;
    });
  }
}
