import type { RequestContext } from '@dcc-mcp/request-context';
import { idKey, type IdKey } from '../../../protocol/json-rpc-id.ts';
import type { JsonRpcMessage, JsonRpcRequest } from '../../../protocol/json-rpc.ts';
import { messageText } from '../../../protocol/message-text.ts';
import { readMessageFacts } from '../../../protocol/wire/message-facts.ts';
import type { SeenFrame, WireIds, WireTap } from '../../../protocol/wire/wire-tap.ts';

interface Asked {
  readonly method: string | undefined;
  readonly tool: string | undefined;
  readonly seen: SeenFrame;
  ids?: WireIds;
}

/** Requests whose answers are waited for: those past them are captured without what names them. */
const MAX_ASKED = 10_000;

/** Who looks at the wire between a client on standard streams and the gateway. */
export class StdioTap {
  readonly #tap: WireTap;
  readonly #sessionKey: (sessionId: string) => string;
  readonly #asked = new Map<IdKey | undefined, Asked>();
  /** What is known of messages that name no request: the session of the pipe, once there is one. */
  #common: WireIds = {};

  /** @param sessionKey Hash of a session's id. */
  constructor(tap: WireTap, sessionKey: (sessionId: string) => string) {
    this.#tap = tap;
    this.#sessionKey = sessionKey;
  }

  /** A handshake is done: what passes from now on is of that session. */
  inSession(sessionId: string): void {
    this.#common = { sessionId: this.#sessionKey(sessionId) };
  }

  /** A line of the client. */
  received(line: string): void {
    const { method, id, tool } = readMessageFacts(line);
    const sizeBytes = Buffer.byteLength(line);
    const seen = this.#tap({ leg: 'client_to_gateway', transport: 'stdio', sizeBytes, method, jsonrpcId: id, tool });
    if (id === undefined || method === undefined || this.#asked.size >= MAX_ASKED) {
      seen.identify(this.#common);
    } else {
      this.#asked.set(idKey(id), { method, tool, seen });
    }
  }

  /** Which request of the gateway's own that is. */
  identify({ id }: JsonRpcRequest, { requestId, spanContext: { traceId, spanId }, session }: RequestContext): void {
    const asked = this.#asked.get(idKey(id));
    if (asked !== undefined) {
      const sessionId = session.source === 'protocol' ? session.id : undefined;
      asked.ids = { requestId, traceId, spanId, sessionId };
    }
  }

  /** No answer follows: its client cancelled the request. */
  unanswered(key: IdKey | undefined): void {
    const asked = this.#asked.get(key);
    this.#asked.delete(key);
    asked?.seen.identify(asked.ids ?? this.#common);
  }

  /** The answers to a batch, which has no id of its own. */
  sentBatch(json: string): void {
    this.#tap({ leg: 'gateway_to_client', transport: 'stdio', sizeBytes: Buffer.byteLength(json) }).identify(
      this.#common,
    );
  }

  /** A message to the client. */
  sent(message: JsonRpcMessage): void {
    const id = 'id' in message ? message.id : undefined;
    const isAnswer = !('method' in message);
    const key = id === undefined || id === null || !isAnswer ? undefined : idKey(id);
    const asked = key === undefined ? undefined : this.#asked.get(key);
    const ids = asked?.ids ?? this.#common;
    if (key !== undefined) {
      this.#asked.delete(key);
    }
    asked?.seen.identify(ids);
    this.#tap({
      leg: 'gateway_to_client',
      transport: 'stdio',
      sizeBytes: Buffer.byteLength(messageText(message)),
      method: 'method' in message ? message.method : asked?.method,
      jsonrpcId: id ?? undefined,
      tool: asked?.tool,
    }).identify(ids);
  }
}
