// A client of the handshake era that sends each message to the gateway that a test names.
import type { Json } from '../fixtures/callers.ts';

const TYPES = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** One event of a stream. */
export interface StreamEvent {
  readonly id: string | undefined;
  readonly message: Json | undefined;
}

/** A stream, read as far as it has come. */
export class EventReader {
  readonly events: StreamEvent[] = [];
  readonly ended: Promise<void>;
  readonly status: number;
  readonly #leave: AbortController;
  #wake: () => void = () => {};

  constructor(response: Response, leave: AbortController) {
    this.#leave = leave;
    this.status = response.status;
    this.ended = this.#read(response);
  }

  get messages(): readonly Json[] {
    return this.events.map(({ message }) => message).filter((message) => message !== undefined);
  }

  get lastId(): string | undefined {
    return this.events.findLast(({ id }) => id !== undefined)?.id;
  }

  /** The first message that is meant, once it has come. @throws {Error} When the stream ends before, or after 5 s. */
  async until(isMeant: (message: Json) => boolean): Promise<Json> {
    const late = AbortSignal.timeout(5_000);
    for (;;) {
      const found = this.messages.find(isMeant);
      if (found !== undefined) {
        return found;
      }
      if (late.aborted) {
        throw new Error(`it never came: ${JSON.stringify(this.events)}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 50);
      });
    }
  }

  leave(): void {
    this.#leave.abort();
  }

  async #read(response: Response): Promise<void> {
    let rest = '';
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    try {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        rest += chunk;
        if (isStream) {
          const blocks = rest.split('\n\n');
          rest = blocks.pop()!;
          this.events.push(...blocks.filter((block) => /^(id|data):/m.test(block)).map(toEvent));
        }
        this.#wake();
      }
      if (!isStream && rest !== '') {
        this.events.push({ id: undefined, message: JSON.parse(rest) as Json });
      }
    } catch {
      // it was left
    }
    this.#wake();
  }
}

function toEvent(block: string): StreamEvent {
  const data = /^data: (.+)$/m.exec(block)?.[1];
  return { id: /^id: (.+)$/m.exec(block)?.[1], message: data === undefined ? undefined : (JSON.parse(data) as Json) };
}

export class RawSession {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  static async open(url: string, capabilities: Json = {}): Promise<RawSession> {
    const clientInfo = { name: 'raw', version: '1.0.0' };
    const response = await fetch(`${url}/mcp`, {
      method: 'POST',
      headers: TYPES,
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 0,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities, clientInfo },
      }),
    });
    await response.text();
    return new RawSession(response.headers.get('mcp-session-id')!);
  }

  post(url: string, message: Json): Promise<EventReader> {
    return this.#open(url, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  }

  call(url: string, name: string, args: Json, id = 1): Promise<EventReader> {
    const params = { name, arguments: args, _meta: { progressToken: 'p' } };
    return this.post(url, { id, method: 'tools/call', params });
  }

  get(url: string, lastEventId?: string): Promise<EventReader> {
    return this.#open(url, { method: 'GET' }, lastEventId === undefined ? {} : { 'last-event-id': lastEventId });
  }

  async end(url: string): Promise<number> {
    return (await fetch(`${url}/mcp`, { method: 'DELETE', headers: { 'mcp-session-id': this.id } })).status;
  }

  async #open(url: string, init: RequestInit, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    const leave = new AbortController();
    const all = { ...TYPES, 'mcp-session-id': this.id, ...headers };
    return new EventReader(await fetch(`${url}/mcp`, { ...init, headers: all, signal: leave.signal }), leave);
  }
}
