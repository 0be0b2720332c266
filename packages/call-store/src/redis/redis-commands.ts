/** A command with its arguments: `['XRANGE', key, '-', '+']`. */
export type RedisCommand = readonly (string | Buffer)[];

/** A connection of its own for commands that wait inside Redis, or whose answers are large. */
export interface BlockingCommands {
  /** One at a time. Rejects when no answer came within the deadline. */
  send(command: RedisCommand, deadlineMillis: number): Promise<unknown>;
  close(): void;
}

/**
 * What is needed of a client of Redis. Whoever makes one decides what counts as away: a command must not wait for a server
 * that is not there. Replies may be those of RESP2 or RESP3.
 */
export interface RedisCommands {
  /** Whether commands are sent at this moment. */
  readonly isUp: boolean;
  /** Rejects when Redis is away, gave no answer within the deadline, or refused; the command may have run all the same. */
  send(command: RedisCommand, options: { readonly deadlineMillis: number }): Promise<unknown>;
  /** Called again for each connection that is needed; two at a time at most. */
  blocking(): BlockingCommands;
  /** Called each time that Redis answers again; the function given back ends that. */
  onUp(listener: () => void): () => void;
  /** Called each time that it does not answer any more. */
  onDown(listener: () => void): () => void;
}

/** How long a command may take that nobody's call waits for. */
export const BACKGROUND_MILLIS = 2_000;

/** An entry of a stream: its position, and its fields. */
export interface StreamEntry {
  /** `milliseconds-number`, as Redis made it. */
  readonly position: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** Entries of `XRANGE` and its like; what is none is left out. */
export function toEntries(reply: unknown): readonly StreamEntry[] {
  return listOf(reply).flatMap((item) => {
    const [position, fields] = listOf(item);
    return typeof position === 'string' && fields !== undefined ? [{ position, fields: toFields(fields) }] : [];
  });
}

/** The same by the name of their stream, as `XREAD` gives them. */
export function toStreams(reply: unknown): ReadonlyMap<string, readonly StreamEntry[]> {
  return new Map([...pairsOf(reply)].map(([name, entries]) => [name, toEntries(entries)]));
}

/** Named values: a map, an object, a list of pairs, or a list of names and values in turn. */
export function pairsOf(reply: unknown): ReadonlyMap<string, unknown> {
  if (reply instanceof Map) {
    return new Map([...reply].map(([name, value]) => [String(name), value]));
  }
  if (!Array.isArray(reply)) {
    return new Map(typeof reply === 'object' && reply !== null ? Object.entries(reply) : []);
  }
  const items = listOf(reply);
  if (items.every((item) => Array.isArray(item) && item.length === 2)) {
    return new Map(items.map((item) => listOf(item)).map(([name, value]) => [String(name), value]));
  }
  const names = items.filter((_, index) => index % 2 === 0);
  return new Map(names.map((name, index) => [String(name), items[2 * index + 1]]));
}

function toFields(reply: unknown): ReadonlyMap<string, string> {
  return new Map([...pairsOf(reply)].map(([name, value]) => [name, String(value)]));
}

function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}

const MILLIS_DIGITS = 16;
const NUMBER_DIGITS = 20;

/** A position as text that sorts as positions do. */
export function toOrder(position: string): string {
  const [millis = '', number = ''] = position.split('-');
  return `${millis.padStart(MILLIS_DIGITS, '0')}-${number.padStart(NUMBER_DIGITS, '0')}`;
}
