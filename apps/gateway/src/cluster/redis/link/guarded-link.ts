import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMillis } from '../../../upstream/hop/backoff.ts';
import { BlockingConnection } from './blocking-connection.ts';
import { Channels } from './channels.ts';
import { PendingCommands } from './pending-commands.ts';
import { openInTime, type OpenConnection, type RedisConnection } from './redis-connection.ts';
import {
  type BlockingLink,
  type CommandOptions,
  type LinkStatus,
  type MessageListener,
  type RedisArgument,
  type RedisCommand,
  type RedisLink,
  type RedisScript,
  RedisUnavailable,
  type Unsubscribe,
} from './redis-link.ts';

/** What a link is made of. */
export interface LinkOptions {
  readonly open: OpenConnection;
  /** Begins every key: `dcc-mcp:`. */
  readonly keyPrefix: string;
  /** Called at each change, and once when the first try fails. */
  readonly onChange: (status: LinkStatus) => void;
  /** Called with what Redis says when it refuses a command and is there, once for each first word of that. */
  readonly onRefused: (problem: string) => void;
  /** Told of what a listener throws. */
  readonly onError: (error: unknown) => void;
}

/** How long a call waits for Redis, once: then Redis counts as away. */
const CALL_MILLIS = 250;
/** How often it is asked whether it is there while nobody else asks. */
const HEARTBEAT_MILLIS = 1_000;
/** A connection that stood for so long is not part of a row of failures. */
const STEADY_MILLIS = 5_000;
const BACKOFF = { baseMillis: 50, maxMillis: 2_000, random: Math.random };
/** Replies that say that the server as a whole does not do what it is there for. */
const USELESS = /^(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|NOAUTH|OOM|MISCONF|NOREPLICAS)\b/;
/** The version of what stands behind the keys: another one has other keys, so that two may share a Redis. */
const VERSION = 'v1';

/** The link over connections that are made again, for as long as it takes, when one is lost or slow. */
export class GuardedLink implements RedisLink {
  readonly #options: LinkOptions;
  readonly #channels: Channels;
  readonly #pending: PendingCommands = new PendingCommands((millis) =>
    this.#lose(new Error(`no answer within ${millis} ms`)),
  );
  readonly #ended = new AbortController();
  readonly #listeners = { up: new Set<() => void>(), down: new Set<() => void>() };
  readonly #refused = new Set<string>();
  #connection: RedisConnection | undefined;
  #status: LinkStatus = { isUp: false, since: Date.now(), reason: 'not connected yet' };
  #hasTold = false;
  #stoodMillis = 0;
  #heartbeat: NodeJS.Timeout | undefined;
  #onLost: () => void = () => undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#channels = new Channels(options.onError);
  }

  get isUp(): boolean {
    return this.#connection !== undefined;
  }

  status(): LinkStatus {
    return this.#status;
  }

  /** Begins to look for Redis. Resolves when it is found, or was not at the first try. */
  start(): Promise<void> {
    const first = Promise.withResolvers<void>();
    void this.#stay(first.resolve);
    return first.promise;
  }

  send(command: RedisCommand, { deadlineMillis = CALL_MILLIS }: CommandOptions = {}): Promise<unknown> {
    return this.#ask((connection) => connection.send(command), deadlineMillis);
  }

  pipeline(
    commands: readonly RedisCommand[],
    { deadlineMillis = CALL_MILLIS }: CommandOptions = {},
  ): Promise<readonly unknown[]> {
    // What is sent in one turn leaves in one write.
    return this.#ask((connection) => Promise.all(commands.map((command) => connection.send(command))), deadlineMillis);
  }

  async run(script: RedisScript, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args];
    return this.#ask(async (connection) => {
      try {
        return await connection.send(['EVALSHA', script.sha, ...rest]);
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('NOSCRIPT')) {
          return connection.send(['EVAL', script.text, ...rest]);
        }
        throw error;
      }
    }, CALL_MILLIS);
  }

  subscribe(channel: string, listener: MessageListener): Unsubscribe {
    const { isFirst, listen } = this.#channels.add(channel, listener);
    if (isFirst) {
      this.#change((connection) => connection.subscribe(channel, listen));
    }
    return () => {
      if (this.#channels.remove(channel, listener)) {
        this.#change((connection) => connection.unsubscribe(channel));
      }
    };
  }

  blocking(): BlockingLink {
    const connection = new BlockingConnection(this, this.#options.open);
    this.#ended.signal.addEventListener('abort', () => connection.close(), { once: true });
    return connection;
  }

  key(...parts: readonly string[]): string {
    return `${this.#options.keyPrefix}${VERSION}:${parts.join(':')}`;
  }

  onUp(listener: () => void): Unsubscribe {
    this.#listeners.up.add(listener);
    return () => this.#listeners.up.delete(listener);
  }

  onDown(listener: () => void): Unsubscribe {
    this.#listeners.down.add(listener);
    return () => this.#listeners.down.delete(listener);
  }

  close(): void {
    this.#ended.abort();
    this.#lose(new Error('closed'));
  }

  async #ask<T>(send: (connection: RedisConnection) => Promise<T>, deadlineMillis: number): Promise<T> {
    if (this.#connection === undefined) {
      throw new RedisUnavailable(`Redis is away: ${this.#status.reason ?? 'closed'}`);
    }
    try {
      return await this.#pending.watch(send(this.#connection), deadlineMillis);
    } catch (error) {
      this.#weigh(error);
      throw error;
    }
  }

  /** Commands of the connection that set up what it listens to: what fails there is set up again with the next one. */
  #change(change: (connection: RedisConnection) => Promise<void>): void {
    if (this.#connection !== undefined) {
      this.#ask(change, CALL_MILLIS).catch((error: unknown) => this.#lose(toReason(error)));
    }
  }

  #weigh(error: unknown): void {
    const { message } = toReason(error);
    const [word = ''] = message.split(' ', 1);
    if (USELESS.test(message)) {
      this.#lose(new Error(message));
    } else if (this.#connection !== undefined && /^[A-Z]+$/.test(word) && !this.#refused.has(word)) {
      this.#refused.add(word);
      this.#options.onRefused(message);
    }
  }

  async #stay(onTried: () => void): Promise<void> {
    const { signal } = this.#ended;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        const connection = await this.#connect();
        const lost = this.#goUp(connection);
        onTried();
        await lost;
      } catch (error) {
        this.#tell({ isUp: false, since: this.#status.since, reason: toReason(error).message });
        onTried();
      }
      attempt = this.#stoodMillis > STEADY_MILLIS ? 0 : attempt;
      await sleep(backoffMillis(attempt, BACKOFF), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** A connection that answers in time, takes what is written, and listens. @throws {Error} Where there is none. */
  async #connect(): Promise<RedisConnection> {
    this.#stoodMillis = 0;
    const connection = await openInTime(this.#options.open, (reason) => this.#lose(reason));
    try {
      await this.#pending.watch(connection.send(this.#probe()), CALL_MILLIS);
      const heard = new Set<string>();
      for (let channel = this.#channels.without(heard); channel; channel = this.#channels.without(heard)) {
        heard.add(channel.name);
        await this.#pending.watch(connection.subscribe(channel.name, channel.listen), CALL_MILLIS);
      }
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  /** A write, since a server that only answers is of no use. */
  #probe(): RedisCommand {
    return ['SET', this.key('probe'), '1', 'PX', '10000'];
  }

  /** To a cluster or by sentinels a connection stands while no server does: then it refuses each command at once. */
  async #beat(connection: RedisConnection): Promise<void> {
    try {
      await this.send(this.#probe());
    } catch (error) {
      if (this.#connection === connection) {
        this.#lose(toReason(error));
      }
    }
  }

  #goUp(connection: RedisConnection): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#connection = connection;
    this.#onLost = resolve;
    this.#refused.clear();
    this.#heartbeat = setInterval(() => void this.#beat(connection), HEARTBEAT_MILLIS).unref();
    this.#tell({ isUp: true, since: Date.now() });
    if (this.#ended.signal.aborted) {
      this.#lose(new Error('closed'));
    }
    return promise;
  }

  #lose({ message: reason }: Error): void {
    const connection = this.#connection;
    if (connection === undefined) {
      return;
    }
    clearInterval(this.#heartbeat);
    this.#connection = undefined;
    this.#stoodMillis = Date.now() - this.#status.since;
    connection.destroy();
    this.#tell({ isUp: false, since: Date.now(), reason });
    this.#pending.rejectAll(new RedisUnavailable(`Redis is away: ${reason}`));
    this.#onLost();
  }

  /** Whoever listens hears of changes alone; reasons of further tries that fail are for whoever asks. */
  #tell(status: LinkStatus): void {
    const isNews = status.isUp !== this.#status.isUp || !this.#hasTold;
    this.#status = status;
    if (isNews && !this.#ended.signal.aborted) {
      this.#hasTold = true;
      this.#options.onChange(status);
      for (const listener of this.#listeners[status.isUp ? 'up' : 'down']) {
        this.#guard(listener);
      }
    }
  }

  #guard(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

function toReason(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
