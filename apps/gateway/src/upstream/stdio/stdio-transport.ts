// upstream/stdio/: the transport over the standard streams of a child process.
import { UnboundedJsonError } from '../../protocol/json/json-scanner.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { LineFramer } from '../../protocol/line-framer.ts';
import { inOneLine } from '../../protocol/message-text.ts';
import { badAnswer, hostDied } from '../hop/failures.ts';
import { isCancellable, type Abandonment, type Hop } from '../hop/hop.ts';
import { readMessages } from '../session/incoming.ts';
import type { Conversation, Transport } from '../session/transport.ts';
import { ChildProcess, type ChildSettings } from './child-process.ts';

/** As much of a message as says whose answer it is. */
const MAX_HEAD_LENGTH = 512;

export interface StdioTransportOptions {
  readonly settings: ChildSettings;
  readonly env: Readonly<Record<string, string>>;
  /** Bound of one message in bytes. */
  readonly maxMessageBytes: number;
  onStderr(line: string): void;
}

/** Newline-delimited JSON-RPC over the standard streams of a child (MCP, "stdio"). */
export class StdioTransport implements Transport {
  readonly sessionId: undefined;
  readonly canBeNotified = true;
  readonly #child: ChildProcess;
  readonly #maxMessageBytes: number;
  #conversation: Conversation | undefined;
  #exitReason: string | undefined;
  #isClosing = false;

  constructor(options: StdioTransportOptions) {
    this.#maxMessageBytes = options.maxMessageBytes;
    const framer = new LineFramer({
      maxLineBytes: options.maxMessageBytes,
      onLine: (line) => this.#onLine(line),
      onOverlong: (head) => this.#onOverlong(head),
    });
    this.#child = new ChildProcess(options.settings, options.env, {
      onStdout: (chunk) => framer.push(chunk),
      onStderr: (line) => options.onStderr(line),
      onExit: (reason) => this.#onExit(reason),
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  attach(conversation: Conversation): void {
    this.#conversation = conversation;
  }

  send(hop: Hop, text: string): void {
    if (this.#exitReason !== undefined) {
      hop.end(hostDied(`The upstream is gone: ${this.#exitReason}`));
      return;
    }
    void this.post(text);
  }

  async post(text: string): Promise<void> {
    this.#child.write(`${inOneLine(text)}\n`);
  }

  abandon(hop: Hop, why: Abandonment): void {
    if (!isCancellable(hop.call.method)) {
      return;
    }
    const params = { requestId: hop.id, reason: why === 'timeout' ? 'The request timed out' : 'The caller cancelled' };
    void this.post(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
  }

  openStream(): void {}

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#child.close();
  }

  #onExit(reason: string): void {
    this.#exitReason = reason;
    if (!this.#isClosing) {
      this.#conversation?.onLost(reason);
    }
  }

  #onLine(line: string): void {
    let messages: readonly RawJson[];
    try {
      messages = readMessages(line);
    } catch (error) {
      this.#onUnreadable(line, error);
      return;
    }
    if (messages.length === 1 && messages[0]?.isObject === false) {
      this.#conversation?.onNonProtocolOutput(line);
      return;
    }
    for (const message of messages) {
      if (message.isObject) {
        this.#conversation?.onMessage(message, undefined);
      }
    }
  }

  /** JSON that is nested too deeply has the id of its call all the same, or perhaps at its beginning, as a line over the bound has. */
  #onUnreadable(line: string, error: unknown): void {
    if (error instanceof UnboundedJsonError) {
      const result = badAnswer('invalid_json', `The upstream answered with JSON ${error.message}`);
      const id = RawJson.readId(line);
      this.#conversation?.onOverlong(id === undefined ? line.slice(0, MAX_HEAD_LENGTH) : `"id":${id.text}`, result);
    } else {
      this.#conversation?.onNonProtocolOutput(line);
    }
  }

  #onOverlong(head: string): void {
    this.#conversation?.onOverlong(
      head,
      badAnswer('other', `The upstream answered with more than ${this.#maxMessageBytes} bytes`),
    );
  }
}
