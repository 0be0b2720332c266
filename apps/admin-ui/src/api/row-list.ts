import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type Answered, ApiRefusal, apiUrl, ask, type Parameters } from './client.ts';
import { type ListKind, rowsOf } from './list-kind.ts';
import { follow, type Tail } from './live.ts';
import { NewRows } from './new-rows.ts';

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

/** Rows of one page, and most rows that the page holds. */
const PAGE_ROWS = 500;
const MAX_ROWS = 20_000;
/** Most rows that are held while new ones come by themselves, and most new ones that wait. */
const MAX_FOLLOWED_ROWS = 2_000;
/** New rows are shown together, so that a burst is one rendering. */
const FLUSH_MILLIS = 250;

/** A list that grows: downwards with older pages when asked, upwards with what happens. */
export class RowList<Row extends object> {
  readonly rows: Signal<readonly Row[]> = signal([]);
  /** Rows that match and are retained; never less than are listed, although some of them may be gone. */
  readonly total: ReadonlySignal<number> = computed(() => Math.max(this.#total.value, this.rows.value.length));
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
  readonly #total: Signal<number> = signal(0);
  readonly #keyOf: (row: Row) => string;
  readonly #ending = new AbortController();
  readonly #new: NewRows<Row>;
  /** Where the page below the last row begins. */
  #next: string | undefined;
  /** The place of the newest row in the stream. */
  #newest: string | undefined;
  /** Whether the total is known to be that of the gateway. */
  #isCounted = true;
  #isCatchingUp = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(request: RowListRequest, keyOf: (row: Row) => string) {
    this.request = request;
    this.#keyOf = keyOf;
    this.#new = new NewRows({ keyOf, placeOf }, MAX_FOLLOWED_ROWS);
  }

  /** Reads the newest rows and, where it is live, goes on with what happens. */
  async start(isLive: boolean): Promise<void> {
    await this.#read(undefined);
    const { kind, q, until } = this.request;
    // What is asked wrongly stays wrong; all else may be over soon.
    const status = this.refusal.value?.status ?? 0;
    const isWrong = status >= 400 && status < 500;
    if (isLive && until === undefined && !this.#ending.signal.aborted && !isWrong) {
      const tail: Tail<Row> = {
        kind,
        q,
        newest: () => this.#newest,
        onRow: (row, id) => this.#take(row, id),
        onMissed: () => void this.catchUp(),
        onRefusal: (refusal) => (this.unfollowed.value = refusal),
      };
      void follow(tail, this.#ending.signal);
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

  /** Reads the newest rows, and adds those that are not here as if they had just come. */
  async catchUp(): Promise<void> {
    const [newest] = this.rows.value;
    if (newest === undefined) {
      await this.#read(undefined);
      return;
    }
    this.#isCatchingUp = true;
    const page = await this.#ask({ limit: PAGE_ROWS });
    this.#isCatchingUp = false;
    if (page !== undefined) {
      this.#addMissed(page, this.#keyOf(newest));
    }
    if (this.#new.count > 0 || this.#new.cut !== undefined) {
      this.#showSoon();
    }
  }

  #addMissed(page: Page<Row>, newest: string): void {
    const listed = this.#rowsOn(page);
    const met = listed.findIndex((row) => this.#keyOf(row) === newest);
    const missed = met === -1 ? listed : listed.slice(0, met);
    this.#newest = later(this.#newest, placeOf(listed[0]));
    this.#new.addMissed(missed.toReversed());
    if (met === -1) {
      // Those between are read when the reader comes there.
      this.#new.cut = { next: page.next_cursor };
    }
    this.#setCounts(page, missed.length);
  }

  /** Asks how many rows there are, where some came since: each may have pushed out an older one. */
  async recount(): Promise<void> {
    if (this.#isCounted) {
      return;
    }
    this.#isCounted = true;
    const page = await this.#ask({ limit: 1 });
    // What came meanwhile may be counted in it or not.
    if (page !== undefined && this.#isCounted) {
      this.#setCounts(page, this.#new.count);
    }
  }

  /** Shows the new rows. */
  flush(): void {
    const { rows, count, cut } = this.#new.takeAll();
    const known = new Set(cut === undefined ? this.rows.value.slice(0, PAGE_ROWS).map(this.#keyOf) : []);
    const fresh = rows.filter((row) => !known.has(this.#keyOf(row))).toReversed();
    this.#isCounted = false;
    batch(() => {
      if (cut !== undefined) {
        this.#next = cut.next;
      }
      this.rows.value = cut === undefined ? this.#trimmed([...fresh, ...this.rows.value]) : fresh;
      this.#total.value += count - (rows.length - fresh.length);
      this.waiting.value = 0;
    });
  }

  /** What was pushed far below by new rows is let go: it is read again when the reader comes there. */
  #trimmed(rows: readonly Row[]): readonly Row[] {
    const last = rows[MAX_FOLLOWED_ROWS - 1];
    if (this.isHeld() || last === undefined || rows.length <= MAX_FOLLOWED_ROWS) {
      return rows.slice(0, MAX_ROWS);
    }
    this.#next = placeOf(last);
    return rows.slice(0, MAX_FOLLOWED_ROWS);
  }

  #take(row: Row, id: string | undefined): void {
    this.#newest = id ?? this.#newest;
    this.#new.add(row);
    this.#showSoon();
  }

  #showSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#isCatchingUp) {
        // What was missed comes before what came since.
        return;
      }
      if (this.isHeld()) {
        this.waiting.value = this.#new.count;
      } else {
        this.flush();
      }
    }, FLUSH_MILLIS);
  }

  async #read(cursor: string | undefined): Promise<void> {
    this.isLoading.value = cursor !== undefined || this.rows.value.length === 0;
    try {
      const page = await this.#ask({ limit: PAGE_ROWS, cursor });
      // What is below may be another page by now.
      if (page !== undefined && (cursor === undefined || cursor === this.#next)) {
        this.#show(page, cursor === undefined);
      }
    } finally {
      this.isLoading.value = false;
    }
  }

  /** A page; nothing where it is refused, which is said, or not wanted any more. */
  async #ask(parameters: Parameters): Promise<Page<Row> | undefined> {
    const { kind, ...filter } = this.request;
    try {
      const { answer, ...cost } = await ask<Page<Row>>(apiUrl(kind, { ...filter, ...parameters }), this.#ending.signal);
      batch(() => {
        this.cost.value = cost;
        this.refusal.value = undefined;
      });
      return answer;
    } catch (error) {
      if (error instanceof ApiRefusal) {
        this.refusal.value = error;
      }
      return undefined;
    }
  }

  #rowsOn(page: Page<Row>): readonly Row[] {
    const listed = page[rowsOf(this.request.kind)];
    return Array.isArray(listed) ? listed : [];
  }

  #show(page: Page<Row>, isFirst: boolean): void {
    const rows = this.#rowsOn(page);
    batch(() => {
      this.#next = page.next_cursor;
      this.rows.value = isFirst ? rows : [...this.rows.value, ...rows];
      if (isFirst) {
        this.#newest = later(this.#newest, placeOf(rows[0]));
      }
      this.#setCounts(page, this.#new.count);
    });
  }

  /** @param unshown Rows that it counts and that are not in the list yet. */
  #setCounts(page: Page<Row>, unshown: number): void {
    this.#total.value = page.total - unshown;
    this.dropped.value = page.dropped ?? 0;
    this.summary.value = page.summary ?? {};
  }
}

const ROW_ID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The place of a row in the stream; events of servers don't say theirs. */
function placeOf(row: object | undefined): string | undefined {
  const { row_id: id, event_id: entry }: { readonly row_id?: string; readonly event_id?: string } = row ?? {};
  return ROW_ID.exec(id ?? entry ?? '')?.[0];
}

function later(one: string | undefined, other: string | undefined): string | undefined {
  return one === undefined || (other !== undefined && other > one) ? other : one;
}
