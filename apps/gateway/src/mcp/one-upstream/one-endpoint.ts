import type { HttpContext } from '@dcc-mcp/http-adapter';
import { randomUUID } from 'node:crypto';
import { emptyReply, type Reply, withHeader } from '../../http/reply.ts';
import type { RouteTable } from '../../http/route-table.ts';
import type { OperationCore } from '../../operations/frame/core.ts';
import type { GatewayMessages } from '../../protocol/messages/gateway-messages.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { mcpCaller } from '../exchange/caller.ts';
import { InputRequired } from '../input-rounds/input-required.ts';
import type { InputRounds } from '../input-rounds/input-rounds.ts';
import { Broadcast } from '../notifications/broadcast.ts';
import { OWN } from '../pass-through/upstream-subscriptions.ts';
import { McpServer } from '../server/server.ts';
import type { SessionRecords } from '../session/session-records.ts';
import { Sessions } from '../session/sessions.ts';
import { McpEndpoint } from '../transport/endpoint.ts';
import { mcpRoutes } from '../transport/mcp-routes.ts';
import { OneUpstream } from './one-upstream.ts';

/** State of the sessions that other gateways have with one server: nobody else needs it. */
export interface EndpointState {
  readonly sessions: SessionRecords;
  readonly inputRounds: InputRounds;
  readonly messages: GatewayMessages;
}

export interface OneEndpointOptions {
  readonly core: OperationCore;
  readonly version: string;
  readonly bodyLimitBytes: number;
  readonly state: EndpointState;
  /** Begins a piece of work that a stop waits for; what it gives ends it. */
  readonly begin: () => () => void;
  /** Whether clients of this gateway listen to the resource. */
  readonly isSubscribedHere: (uri: string) => Promise<boolean>;
}

/** What the calling gateway adds to a body: trace context, its capabilities. */
const ENVELOPE_BYTES = 1024 * 1024;
const NOBODY = { authSubject: undefined, principal: undefined, scope: undefined, params: {} };
const SILENT = { onNotificationSent: () => {}, onStream: () => {}, onCut: () => {} };

/** One server of this gateway, as other gateways meet it: MCP of both eras. */
export class OneEndpoint {
  readonly upstream: Upstream;
  readonly broadcast: Broadcast;
  readonly #options: OneEndpointOptions;
  readonly #sessions: Sessions;
  readonly #routes: RouteTable;
  /** What is subscribed at the server for other gateways. */
  readonly #held = new Set<string>();

  constructor(upstream: Upstream, options: OneEndpointOptions) {
    const { core, state, bodyLimitBytes } = options;
    const { onError } = core;
    this.upstream = upstream;
    this.#options = options;
    const onSubscriptions = (): void => void this.#settle().catch(onError);
    this.#sessions = new Sessions({
      records: state.sessions,
      messages: state.messages,
      now: Date.now,
      newId: randomUUID,
      onEnd: (ended) => ended.subscriptions.length > 0 && onSubscriptions(),
      onSubscriptions,
      onError,
    });
    const told = { ...SILENT, sessions: this.#sessions, onError };
    this.broadcast = new Broadcast({ ...told, hasUpstreamLists: true, onSubscriptions });
    const endpoint = new McpEndpoint({
      ...told,
      server: this.#createServer(new OneUpstream(upstream, onSubscriptions)),
      readContext: (request, exchange) => mcpCaller(core, { request, exchange }).ctx,
      contextSettings: core.contextSettings,
      onAnswer: () => {},
    });
    this.#routes = mcpRoutes(endpoint, bodyLimitBytes + ENVELOPE_BYTES);
  }

  async answer(http: HttpContext): Promise<Reply> {
    const route = this.#routes[`${http.method} /mcp`];
    return route === undefined
      ? withHeader(emptyReply(405), 'allow', 'GET, HEAD, POST, DELETE')
      : route.handler({ http, ...NOBODY });
  }

  async close(): Promise<void> {
    this.broadcast.close();
    await this.#sessions.close();
  }

  #createServer(mode: OneUpstream): McpServer {
    const { core, state, version, begin } = this.#options;
    const { now, onError } = core;
    const { settings, status } = this.upstream;
    return new McpServer({
      serverInfo: { name: settings.key, version, ...status.serverInfo },
      mode,
      sessions: this.#sessions,
      broadcast: this.broadcast,
      inputRequired: new InputRequired({
        rounds: state.inputRounds,
        messages: state.messages,
        now: Date.now,
        newId: randomUUID,
        begin,
        onError,
      }),
      furtherMethods: new Map([['ping', () => mode.capabilities().then(() => ({}))]]),
      now,
      onError,
    });
  }

  /** Subscribes at the server to what other gateways listen to, and ends what neither they nor clients here do. */
  async #settle(): Promise<void> {
    const { upstream, broadcast } = this;
    const wanted = await broadcast.subscribedUris();
    for (const uri of wanted) {
      if (!this.#held.has(uri)) {
        this.#held.add(uri);
        await OWN.send(upstream, { method: 'resources/subscribe', params: { uri } });
      }
    }
    for (const uri of this.#held) {
      if (!wanted.has(uri)) {
        this.#held.delete(uri);
        if (!(await this.#options.isSubscribedHere(uri))) {
          await OWN.send(upstream, { method: 'resources/unsubscribe', params: { uri } });
        }
      }
    }
  }
}
