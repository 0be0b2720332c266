import { type OpenConnection, openInTime, type RedisConnection } from './redis-connection.ts';
import { type BlockingLink, type RedisCommand, type RedisLink, RedisUnavailable } from './redis-link.ts';

/** A connection that is made when it is needed, and given up when its link goes down. */
export class BlockingConnection implements BlockingLink {
  readonly #link: Pick<RedisLink, 'isUp' | 'onDown'>;
  readonly #open: OpenConnection;
  readonly #stopListening: () => void;
  #connection: RedisConnection | undefined;
  #isClosed = false;

  constructor(link: Pick<RedisLink, 'isUp' | 'onDown'>, open: OpenConnection) {
    this.#link = link;
    this.#open = open;
    this.#stopListening = link.onDown(() => this.#drop());
  }

  async send(command: RedisCommand, deadlineMillis: number): Promise<unknown> {
    if (this.#isClosed || !this.#link.isUp) {
      throw new RedisUnavailable(this.#isClosed ? 'closed' : 'Redis is away');
    }
    try {
      const connection = (this.#connection ??= await this.#connect());
      return await inTime(connection.send(command), deadlineMillis);
    } catch (error) {
      this.#drop();
      throw new RedisUnavailable(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    this.#drop();
  }

  async #connect(): Promise<RedisConnection> {
    const connection = await openInTime(this.#open, () => this.#drop());
    if (this.#isClosed) {
      connection.destroy();
      throw new RedisUnavailable('closed');
    }
    return connection;
  }

  #drop(): void {
    this.#connection?.destroy();
    this.#connection = undefined;
  }
}

/** @throws {Error} When the answer does not come within `millis`. */
async function inTime<T>(answer: Promise<T>, millis: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${millis} ms`)), millis).unref();
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}
