// upstream/stdio/: the transport over the standard streams of a child process.
import { UnboundedJsonError } from '../../protocol/json/json-scanner.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { LineFramer } from '../../protocol/line-framer.ts';
import { inOneLine } from '../../protocol/message-text.ts';
import { toPrintableLine } from '../../protocol/printable-text.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import { badAnswer, hostDied, unreachable } from '../hop/failures.ts';
import { type Abandonment, cancellation, type Hop } from '../hop/hop.ts';
import { readMessages, unboundedRequest } from '../session/incoming.ts';
import type { Conversation, Transport } from '../session/transport.ts';
import { ChildProcess, type ChildSettings } from './child-process.ts';

/** Text that is no message, before the first message: what begins like that is no MCP server. */
const MAX_TEXT_AT_START_BYTES = 1024 * 1024;
/** The same between two messages: a server that logs to the wrong stream answers a probe every few seconds. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
/** What looking at a line costs, in bytes of text: a megabyte of line breaks takes longer than a line of that length. */
const BYTES_PER_LINE = 100;
const MAX_QUOTED_LENGTH = 120;
/** How messages are framed by the language server protocol. */
const CONTENT_LENGTH = /^\s*content-length:\s*\d/i;
/** As much of a message as says whose answer it is. */
const MAX_HEAD_LENGTH = 512;

export interface StdioTransportOptions {
  readonly settings: ChildSettings;
  readonly env: Readonly<Record<string, string>>;
  /** Bound of one message in bytes. */
  readonly maxMessageBytes: number;
  onStderr(line: string, bytes?: number): void;
}

/** Newline-delimited JSON-RPC over the standard streams of a child (MCP, "stdio"). */
export class StdioTransport implements Transport {
  readonly sessionId: undefined;
  readonly canBeNotified = true;
  readonly #child: ChildProcess;
  readonly #maxMessageBytes: number;
  #conversation: Conversation | undefined;
  #exitReason: string | undefined;
  /** Text since the last message, and the first line of it. */
  #textBytes = 0;
  #text: string | undefined;
  #hasSpoken = false;
  #isClosing = false;

  constructor(options: StdioTransportOptions) {
    this.#maxMessageBytes = options.maxMessageBytes;
    const framer = new LineFramer({
      maxLineBytes: options.maxMessageBytes,
      onLine: (line) => this.#onLine(line),
      onOverlong: (head) => this.#onOverlong(head),
    });
    this.#child = new ChildProcess(options.settings, options.env, {
      onStdout: (chunk) => this.#exitReason === undefined && framer.push(chunk),
      onStderr: (line, bytes) => options.onStderr(line, bytes),
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
    if (!this.#child.write(`${inOneLine(text)}\n`)) {
      const { waitingBytes } = this.#child;
      hop.end(unreachable(`The upstream does not read its stdin: ${waitingBytes} bytes wait for it already`));
    }
  }

  async post(text: string): Promise<void> {
    this.#child.write(`${inOneLine(text)}\n`);
  }

  explainSilence(): string | undefined {
    if (this.#text !== undefined) {
      return `on stdout it wrote what is no JSON-RPC message: ${this.#text}`;
    }
    const { lastWords } = this.#child;
    return this.#hasSpoken || lastWords === '' ? undefined : `on stderr it wrote: ${lastWords}`;
  }

  abandon(hop: Hop, why: Abandonment): string | undefined {
    const said = cancellation(hop, why);
    if (said !== undefined) {
      void this.post(said);
    }
    return said;
  }

  withdraw(hop: Hop): string | undefined {
    return this.abandon(hop, 'cancelled');
  }

  openStream(): void {}

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#child.close();
  }

  #onExit(reason: string): void {
    this.#exitReason ??= reason;
    if (!this.#isClosing) {
      this.#conversation?.onLost(reason, true);
    }
  }

  /** What goes on like this never becomes a conversation. */
  #giveUp(reason: string): void {
    if (this.#exitReason === undefined) {
      this.#child.kill();
      this.#onExit(`given up: ${reason}`);
    }
  }

  #onText(line: string, bytes = line.length): void {
    const text = this.#child.mask(line);
    this.#text ??= `"${toPrintableLine(text, MAX_QUOTED_LENGTH)}"`;
    this.#textBytes += bytes + BYTES_PER_LINE;
    this.#conversation?.onNonProtocolOutput(text);
    if (!this.#hasSpoken && CONTENT_LENGTH.test(line)) {
      this.#giveUp('it writes Content-Length before its messages, as LSP does; over MCP each message is one line');
    } else if (this.#textBytes > (this.#hasSpoken ? MAX_TEXT_BYTES : MAX_TEXT_AT_START_BYTES)) {
      this.#giveUp(`on stdout it goes on writing what is no JSON-RPC message, first ${this.#text}`);
    }
  }

  #onMessage(message: RawJson): void {
    this.#hasSpoken = true;
    this.#textBytes = 0;
    this.#text = undefined;
    this.#conversation?.onMessage(message, undefined);
  }

  #onLine(line: string): void {
    if (this.#exitReason !== undefined || line.trim() === '') {
      return;
    }
    // Neither an object nor a list: no reason to have it parsed, which takes longest where it fails.
    if (!/^\s*[{[]/.test(line)) {
      this.#onText(line);
      return;
    }
    let messages: readonly RawJson[];
    try {
      messages = readMessages(line);
    } catch (error) {
      this.#onUnreadable(line, error);
      return;
    }
    if (messages.length === 1 && messages[0]?.isObject === false) {
      this.#onText(line);
      return;
    }
    for (const message of messages) {
      if (message.isObject) {
        this.#onMessage(message);
      }
    }
  }

  /** JSON that is nested too deeply has the id of its call all the same, or perhaps at its beginning, as a line over the bound has. */
  #onUnreadable(line: string, error: unknown): void {
    const request = unboundedRequest(line, error);
    if (request !== undefined) {
      this.#conversation?.onUnreadRequest(request, messageOf(error));
      return;
    }
    if (error instanceof UnboundedJsonError) {
      const result = badAnswer('invalid_json', `The upstream answered with JSON ${error.message}`);
      const id = RawJson.outline(line)?.get('id');
      this.#conversation?.onOverlong(id === undefined ? line.slice(0, MAX_HEAD_LENGTH) : `"id":${id.text}`, result);
    } else {
      this.#onText(line);
    }
  }

  #onOverlong(head: string): void {
    if (!/^\s*[{[]/.test(head)) {
      this.#onText(head, this.#maxMessageBytes);
      return;
    }
    this.#conversation?.onOverlong(
      head,
      badAnswer('other', `The upstream answered with more than ${this.#maxMessageBytes} bytes`),
    );
  }
}
