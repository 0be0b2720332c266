/** One argument of a command. */
export type RedisArgument = string | Buffer;

/** A command with its arguments: `['HGET', key, field]`. */
export type RedisCommand = readonly RedisArgument[];

/** A script in Lua that runs at once. Its text never changes, so that Redis keeps it compiled. */
export interface RedisScript {
  readonly text: string;
  /** Its SHA-1 in hex, by which Redis knows it. */
  readonly sha: string;
}

/** How long a command may take. */
export interface CommandOptions {
  /** Default 250: on the way of a call. Whatever is off that way may wait longer. */
  readonly deadlineMillis?: number | undefined;
}

/** Takes a message of a channel. */
export type MessageListener = (message: string) => void;

/** Ends what it was given for. */
export type Unsubscribe = () => void;

/** A connection of its own for commands that wait inside Redis, as `XREAD BLOCK` does. */
export interface BlockingLink {
  /**
   * Sends one command at a time; a connection that was lost is made again by the next one.
   *
   * @throws {RedisUnavailable} When it is not answered in time, at once where the link is down.
   */
  send(command: RedisCommand, deadlineMillis: number): Promise<unknown>;
  close(): void;
}

/** Whether Redis answers in time, and since when. */
export interface LinkStatus {
  readonly isUp: boolean;
  /** Epoch milliseconds. */
  readonly since: number;
  /** Why it is down, without secrets; absent while it is up. */
  readonly reason?: string;
}

/**
 * A connection to Redis that is never waited for. While Redis is away, or slow, which counts as away, every command is
 * refused at once and none is kept for later; it is looked for in the background for as long as it takes.
 *
 * Replies are those of RESP3: texts, numbers, `null`, arrays, and maps as objects.
 */
export interface RedisLink {
  readonly isUp: boolean;
  status(): LinkStatus;
  /** @throws {RedisUnavailable} When it was not answered in time or was refused; it may have run all the same. */
  send(command: RedisCommand, options?: CommandOptions): Promise<unknown>;
  /** Sends commands in one round trip, in order; others may run between them. @throws {RedisUnavailable} When one fails. */
  pipeline(commands: readonly RedisCommand[], options?: CommandOptions): Promise<readonly unknown[]>;
  /** Runs a script on `keys`, which are of one slot where Redis is a cluster. @throws {RedisUnavailable} As `send` does. */
  run(script: RedisScript, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown>;
  /** Listens to a channel; goes on after Redis was away, and what was said meanwhile is lost. Never throws. */
  subscribe(channel: string, listener: MessageListener): Unsubscribe;
  blocking(): BlockingLink;
  /** `dcc-mcp:v1:PART:PART…`. Parts in {@link slotTag} put the keys of one thing into one slot of a cluster. */
  key(...parts: readonly string[]): string;
  /** Called each time that Redis answers again, not for what is so already. */
  onUp(listener: () => void): Unsubscribe;
  onDown(listener: () => void): Unsubscribe;
  /** Ends at once, with whatever is underway. */
  close(): void;
}

/** Redis did not do what it was asked to; whoever asks goes on without it. */
export class RedisUnavailable extends Error {
  override readonly name: string = 'RedisUnavailable';
}

/** A part of a key whose text alone decides its slot in a cluster. */
export function slotTag(text: string): string {
  return `{${text.replaceAll(/[{}]/g, '_')}}`;
}
