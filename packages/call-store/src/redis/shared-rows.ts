import { type MirrorEntry, MirrorStream } from './mirror-stream.ts';
import {
  BACKGROUND_MILLIS,
  type BlockingCommands,
  pairsOf,
  type RedisCommands,
  toEntries,
  toStreams,
} from './redis-commands.ts';
import { SHARED_STREAMS, type SharedStream } from './shared-streams.ts';

/** What {@link SharedRows} reads, and its bounds. */
export interface SharedRowsOptions {
  readonly commands: RedisCommands;
  readonly keyPrefix: string;
  /** Most entries of a stream, about. */
  readonly maxEntries: number;
  /** How long rows are kept here when nobody looks. */
  readonly idleMillis: number;
  /** Told of rows that came, in their order; not of those that were there when reading began. */
  readonly onRows: (rows: readonly MirrorEntry[]) => void;
  /** Redis is away: rows don't come any more. */
  readonly onEnd: () => void;
}

/** A stream is trimmed by whole nodes, so that it may have some more than it was asked to keep. */
const SLACK_ENTRIES = 256;
/** Entries of one page. */
const PAGE_ENTRIES = 250;
const BLOCK_MILLIS = 500;
const BLOCK_DEADLINE_MILLIS = 3_000;

/**
 * The rows of all gateways, as far as the streams reach. They are read when somebody looks, from where reading ended the
 * last time, and let go when nobody has looked for a while.
 */
export class SharedRows {
  readonly #options: SharedRowsOptions;
  readonly #streams: ReadonlyMap<SharedStream, MirrorStream>;
  readonly #reading = new Map<SharedStream, Promise<void>>();
  readonly #stopListening: () => void;
  /** Pages are large: what calls wait for does not stand behind them. */
  #paging: BlockingCommands | undefined;
  #page: Promise<unknown> = Promise.resolve();
  #blocking: BlockingCommands | undefined;
  #followers = 0;
  #isReading = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: SharedRowsOptions) {
    this.#options = options;
    const capacity = options.maxEntries + SLACK_ENTRIES;
    this.#streams = new Map(SHARED_STREAMS.map((name) => [name, new MirrorStream(name, capacity)]));
    const { commands } = options;
    const stops = [commands.onUp(() => this.#goOn()), commands.onDown(() => this.#end())];
    this.#stopListening = () => stops.forEach((stop) => stop());
  }

  /** Whether what is written to the streams from now on will be told of. */
  get isTelling(): boolean {
    return (
      this.#followers > 0 && this.#options.commands.isUp && [...this.#streams.values()].every((each) => each.isLoaded)
    );
  }

  stream(name: SharedStream): MirrorStream {
    const stream = this.#streams.get(name);
    if (stream === undefined) {
      throw new TypeError(`no stream ${name}`);
    }
    return stream;
  }

  /** Reads what is new. @returns Whether all was read within `boundMillis`; what is late is there the next time. */
  async freshen(names: readonly SharedStream[], boundMillis: number): Promise<boolean> {
    if (!this.#options.commands.isUp) {
      return false;
    }
    this.#look();
    const { promise: tooLate, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), boundMillis);
    const read = Promise.all(names.map((name) => this.#read(name))).then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([read, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Reads rows as they come, until the function given back is called. */
  follow(): () => void {
    this.#followers += 1;
    void this.#follow();
    let isOver = false;
    return () => {
      if (!isOver) {
        isOver = true;
        this.#followers -= 1;
        this.#look();
      }
    };
  }

  close(): void {
    this.#stopListening();
    clearTimeout(this.#idle);
    this.#followers = 0;
    this.#stopPaging();
    this.#stopWaiting();
  }

  /** Redis is there again, and may be another one. */
  #goOn(): void {
    this.#streams.forEach((stream) => stream.rewind());
    void this.#follow();
  }

  #end(): void {
    this.#stopPaging();
    this.#stopWaiting();
    this.#options.onEnd();
  }

  #stopPaging(): void {
    this.#paging?.close();
    this.#paging = undefined;
  }

  #stopWaiting(): void {
    this.#blocking?.close();
    this.#blocking = undefined;
  }

  #look(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.#followers === 0) {
        this.#streams.forEach((stream) => stream.clear());
        this.#stopPaging();
      }
    }, this.#options.idleMillis);
    this.#idle.unref();
  }

  /** One thing after the other for each stream. */
  #read(name: SharedStream): Promise<void> {
    const known = this.#reading.get(name);
    if (known !== undefined) {
      // It may have looked before the newest row came.
      return known.then(() => this.#reading.get(name) ?? this.#read(name));
    }
    const reading = this.#readOnce(name).finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    return reading;
  }

  async #readOnce(name: SharedStream): Promise<void> {
    const stream = this.stream(name);
    if (!stream.isLoaded) {
      await this.#load(name, stream);
    }
    await this.#catchUp(name, stream);
    if (stream.size > 0) {
      await this.#countTrimmed(name, stream);
    }
  }

  /** All that is there, newest page first, so that it ends where the stream was when reading began. */
  async #load(name: SharedStream, stream: MirrorStream): Promise<void> {
    const pages: ReturnType<typeof toEntries>[] = [];
    let end = '+';
    for (let count = 0; count < this.#options.maxEntries + SLACK_ENTRIES; count += PAGE_ENTRIES) {
      const page = toEntries(await this.#send(['XREVRANGE', this.#key(name), end, '-', 'COUNT', String(PAGE_ENTRIES)]));
      pages.push(page);
      const oldest = page.at(-1);
      if (oldest === undefined || page.length < PAGE_ENTRIES) {
        break;
      }
      end = `(${oldest.position}`;
    }
    pages.toReversed().forEach((page) => stream.add(page.toReversed()));
    stream.isLoaded = true;
  }

  async #catchUp(name: SharedStream, stream: MirrorStream): Promise<void> {
    for (;;) {
      const command = ['XRANGE', this.#key(name), `(${stream.last}`, '+', 'COUNT', String(PAGE_ENTRIES)];
      const page = toEntries(await this.#send(command));
      this.#tell(stream.add(page));
      if (page.length < PAGE_ENTRIES) {
        return;
      }
    }
  }

  async #countTrimmed(name: SharedStream, stream: MirrorStream): Promise<void> {
    const facts = pairsOf(await this.#send(['XINFO', 'STREAM', this.#key(name)]));
    const [added, length] = [Number(facts.get('entries-added')), Number(facts.get('length'))];
    stream.trimmed = Number.isSafeInteger(added - length) ? Math.max(0, added - length) : 0;
  }

  async #follow(): Promise<void> {
    const { commands } = this.#options;
    if (this.#isReading || this.#followers === 0 || !commands.isUp) {
      return;
    }
    this.#isReading = true;
    try {
      await Promise.all(SHARED_STREAMS.map((name) => this.#read(name)));
      while (this.#followers > 0 && commands.isUp) {
        await this.#wait();
      }
    } catch {
      // Redis went, or is too slow: when it is back this begins again.
    }
    this.#isReading = false;
    this.#followAgain();
  }

  /** Somebody came while the last one left, or Redis refused although it is there. */
  #followAgain(): void {
    if (this.#followers > 0 && this.#options.commands.isUp) {
      setTimeout(() => void this.#follow(), BLOCK_MILLIS).unref();
    } else {
      this.#stopWaiting();
    }
  }

  /** Waits for rows a while. */
  async #wait(): Promise<void> {
    this.#blocking ??= this.#options.commands.blocking();
    const keys = SHARED_STREAMS.map((name) => this.#key(name));
    const ends = SHARED_STREAMS.map((name) => this.stream(name).last);
    const head = ['XREAD', 'COUNT', String(PAGE_ENTRIES), 'BLOCK', String(BLOCK_MILLIS), 'STREAMS'];
    const streams = toStreams(await this.#blocking.send([...head, ...keys, ...ends], BLOCK_DEADLINE_MILLIS));
    const came = SHARED_STREAMS.flatMap((name) => this.stream(name).add(streams.get(this.#key(name)) ?? []));
    this.#tell(came.toSorted((one, other) => (one.order < other.order ? -1 : 1)));
  }

  #tell(rows: readonly MirrorEntry[]): void {
    if (rows.length > 0) {
      this.#options.onRows(rows);
    }
  }

  /** One after the other. */
  #send(command: readonly string[]): Promise<unknown> {
    const answer = this.#page.then(() => {
      if (!this.#options.commands.isUp) {
        throw new Error('Redis is away');
      }
      this.#paging ??= this.#options.commands.blocking();
      return this.#paging.send(command, BACKGROUND_MILLIS);
    });
    this.#page = answer.catch(() => undefined);
    return answer;
  }

  #key(name: SharedStream): string {
    return `${this.#options.keyPrefix}:${name}`;
  }
}
