// mcp/resumption/: what event streams said, for clients that come back for what they missed.
import type { JsonRpcMessage } from '../../protocol/json-rpc.ts';
import { inOneLine, messageText } from '../../protocol/message-text.ts';
import { type EventStream, isNotification } from '../transport/event-stream.ts';

/** What takes a place in a log beside the text itself. */
const ENTRY_BYTES = 32;
/** UTF-16 units of a message that is kept as it is. */
const MAX_KEPT_LENGTH = 64 * 1024;
/** Events kept of one stream. */
const MAX_ENTRIES = 256;

/** What a {@link StreamLog} is made of. */
export interface StreamLogOptions {
  /** Names the stream among those of its session. */
  readonly key: string;
  /** Stands in ids behind the key; tells apart which gateway said it. */
  readonly tag: string;
  /** Told of each change of {@link StreamLog.bytes}. */
  readonly onBytes: (change: number) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * One event stream of a session, whoever reads it at the moment: what is said while nobody does is kept, within bounds, and
 * so is what was said last, because a connection that breaks loses what is on its way (MCP 2025-11-25, "Resumability and
 * redelivery").
 */
export class StreamLog {
  readonly key: string;
  readonly #options: StreamLogOptions;
  readonly #texts: string[] = [];
  /** The numbers of notifications among them that nobody was sent yet. */
  readonly #unsent = new Set<number>();
  /** The number of the first text that is kept; those of a stream begin with 1. */
  #first = 1;
  #bytes = 0;
  #reader: EventStream | undefined;
  #endedAt: number | undefined;
  /** Whether somebody read the end. */
  #wasRead = false;

  constructor(options: StreamLogOptions) {
    this.key = options.key;
    this.#options = options;
  }

  /** Of memory, as far as they are counted. */
  get bytes(): number {
    return this.#bytes;
  }

  get isRead(): boolean {
    return this.#reader?.isOpen === true;
  }

  /** When the stream ended, in epoch milliseconds, and whether its client was there; absent while it goes on. */
  get ending(): { readonly at: number; readonly wasRead: boolean } | undefined {
    return this.#endedAt === undefined ? undefined : { at: this.#endedAt, wasRead: this.#wasRead };
  }

  /**
   * Says `message` to whoever reads, and keeps it.
   *
   * @param inItsPlace What is kept of a message that is too large to be kept.
   * @returns The size of its JSON, in bytes.
   */
  send(message: JsonRpcMessage, inItsPlace?: JsonRpcMessage): number {
    const text = inOneLine(messageText(message));
    const isLarge = inItsPlace !== undefined && text.length > MAX_KEPT_LENGTH;
    const kept = isLarge ? messageText(inItsPlace) : text;
    this.#texts.push(kept);
    const number = this.#first + this.#texts.length - 1;
    const id = this.#idOf(number);
    const isOne = isNotification(message);
    if (isOne && !this.isRead) {
      this.#unsent.add(number);
    }
    this.#count(bytesOf(kept));
    if (this.#texts.length > MAX_ENTRIES) {
      this.forgetOldest();
    }
    this.#reader?.event(text, { id, isNotification: isOne });
    return Buffer.byteLength(text);
  }

  /**
   * Gives the stream a reader in the place of the one before.
   *
   * @param after The number of the last event that the client has; absent: it has just come.
   * @returns False where something after it is no longer kept; what is kept was told all the same.
   */
  attach(reader: EventStream, after: number = this.#first + this.#texts.length - 1): boolean {
    this.#reader?.close();
    this.#reader = reader;
    const missed = this.#texts.slice(Math.max(0, after + 1 - this.#first));
    const start = this.#first + this.#texts.length - missed.length;
    for (const [index, text] of missed.entries()) {
      const number = start + index;
      reader.event(text, { id: this.#idOf(number), isNotification: this.#unsent.delete(number) });
    }
    if (this.#endedAt !== undefined) {
      this.#wasRead = true;
      reader.close();
    }
    return after + 1 >= this.#first;
  }

  /** Tells the reader where it is before anything is said, so that it can come back (MCP 2025-11-25, "Streamable HTTP"). */
  prime(): void {
    this.#reader?.prime(this.#idOf(this.#first + this.#texts.length - 1));
  }

  /** The reader has left. */
  detach(reader: EventStream): void {
    if (this.#reader === reader) {
      this.#reader = undefined;
    }
  }

  /** The answer was said: nothing more comes. */
  end(): void {
    this.#endedAt = this.#options.now();
    this.#wasRead = this.isRead;
    this.#reader?.close();
  }

  /** @returns Whether there was something to forget. */
  forgetOldest(): boolean {
    const text = this.#texts.shift();
    if (text === undefined) {
      return false;
    }
    this.#unsent.delete(this.#first);
    this.#first += 1;
    this.#count(-bytesOf(text));
    return true;
  }

  #idOf(number: number): string {
    return `${this.key}${this.#options.tag}.${number}`;
  }

  #count(change: number): void {
    this.#bytes += change;
    this.#options.onBytes(change);
  }
}

function bytesOf(text: string): number {
  return ENTRY_BYTES + Buffer.byteLength(text);
}
