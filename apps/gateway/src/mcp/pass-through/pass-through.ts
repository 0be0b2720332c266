import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import { metricLabelOf } from '../../catalog/tool-record.ts';
import type { OperationCore } from '../../operations/frame/core.ts';
import { Permissions } from '../../operations/frame/permissions.ts';
import { Forwarding } from '../../operations/hops/forward.ts';
import { recordNotReady } from '../../operations/hops/record-exchange.ts';
import { MAX_NAME_BYTES } from '../../operations/requests/bounded-input.ts';
import { asObject, isJsonObject, type JsonObject, type JsonRpcRequest, textOf } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_INTERNAL, ERROR_INVALID_PARAMS, McpError } from '../../protocol/mcp-protocol.ts';
import type { HopFailure, HopResult, RawParams, Upstream } from '../../upstream/upstream.ts';
import { mcpCaller } from '../exchange/caller.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { ListShapes } from '../notifications/list-shapes.ts';
import { GatewayResources, isOfGateway } from '../search-mode/gateway-resources.ts';
import type { McpHandler, McpMode, Reach } from '../server/mcp-mode.ts';
import { outcomeOfCode } from '../server/protocol-spans.ts';
import { bootingOwners, notKnownYet, untilTried } from './booting-owners.ts';
import { namingUndeclared } from './naming-undeclared.ts';
import { namedAsAsked, type ResourcePlace } from './own-uri.ts';
import type { ResourceOwners } from './resource-owners.ts';
import { readResourceUri } from './resource-uri.ts';
import { type ListMember, UpstreamLists } from './upstream-lists.ts';
import { type MayUse, UpstreamNames } from './upstream-names.ts';
import { OWN, type ResourceListeners, UpstreamSubscriptions } from './upstream-subscriptions.ts';
import { endedAs, toMcpError, UpstreamTools } from './upstream-tools.ts';

/** Answers a request by handing it on. @throws {McpError} When it can't be handed on. */
type Forward = (forwarding: Forwarding, request: JsonRpcRequest, exchange: Exchange) => Promise<HopResult>;

/** What {@link PassThrough} works with beside the core of operations. */
export interface PassThroughOptions {
  readonly resourceOwners: ResourceOwners;
  readonly listeners: ResourceListeners;
}

/** `--expose all`: the upstreams' own tools, resources and prompts, handed through. */
export class PassThrough implements McpMode {
  readonly handlers: ReadonlyMap<string, McpHandler>;
  readonly #core: OperationCore;
  readonly #listeners: ResourceListeners;
  readonly #names: UpstreamNames;
  readonly #tools: UpstreamTools;
  readonly #lists: UpstreamLists;
  readonly #own: GatewayResources;
  readonly #subscriptions: UpstreamSubscriptions;

  constructor(core: OperationCore, { resourceOwners, listeners }: PassThroughOptions) {
    this.#core = core;
    this.#listeners = listeners;
    this.#names = new UpstreamNames(core.upstreams, core.catalog);
    this.#tools = new UpstreamTools(core, this.#names);
    this.#lists = new UpstreamLists(this.#names, resourceOwners);
    this.#subscriptions = new UpstreamSubscriptions({ lists: this.#lists, listeners });
    this.#own = new GatewayResources(core);
    this.handlers = new Map<string, McpHandler>([
      ['tools/list', (_request, exchange) => this.#toolsList(exchange)],
      ['tools/call', namingUndeclared((request, exchange) => this.#tools.call(request, exchange))],
      ['prompts/list', this.#listOf('prompts')],
      ['prompts/get', namingUndeclared(this.#handOn((...parts) => this.#promptsGet(...parts)))],
      ['resources/list', this.#listOf('resources')],
      ['resources/templates/list', this.#listOf('resourceTemplates')],
      [
        'resources/read',
        this.#ownOr('read', namingUndeclared(this.#handOn(this.#ofResource((...parts) => this.#resource(...parts))))),
      ],
      [
        'resources/subscribe',
        this.#ownOr('subscribe', this.#handOn(this.#ofResource((...parts) => this.#subscribe(...parts)))),
      ],
      [
        'resources/unsubscribe',
        this.#ownOr(
          'unsubscribe',
          this.#handOn((...parts) => this.#unsubscribe(...parts)),
        ),
      ],
      ['completion/complete', this.#handOn(this.#ofResource((...parts) => this.#complete(...parts)))],
    ]);
  }

  toolLabel({ method, params }: JsonRpcRequest): string | undefined {
    const name = method === 'tools/call' ? params?.['name'] : undefined;
    return typeof name === 'string' ? metricLabelOf(this.#names.tool(name)) : undefined;
  }

  /** Everything but the list of tools, and what the gateway tells of itself, goes to an upstream. */
  onlyLooks(): boolean {
    return false;
  }

  hasOwnSpan({ method }: JsonRpcRequest): boolean {
    return method !== 'tools/list' && this.handlers.has(method);
  }

  async capabilities(reach: Reach): Promise<JsonObject> {
    const { mayUse } = this.#permissionsOf(reach);
    await untilTried({ core: this.#core, mayUse, signal: undefined });
    const has = (name: string): boolean => this.#names.mayOffer(name, mayUse);
    return {
      tools: { listChanged: true },
      logging: {},
      ...(has('resources') ? { resources: { subscribe: true, listChanged: true } } : {}),
      ...(has('prompts') ? { prompts: { listChanged: true } } : {}),
      ...(has('completions') ? { completions: {} } : {}),
    };
  }

  /** What the upstreams say of themselves. */
  instructions(reach: Reach): string | undefined {
    const { mayUse } = this.#permissionsOf(reach);
    const only = this.#names.only();
    if (only !== undefined && mayUse(only)) {
      return only.status.instructions;
    }
    const said = this.#names
      .enabled()
      .filter(mayUse)
      .flatMap(({ settings, status }) =>
        status.instructions === undefined ? [] : `${settings.key}: ${status.instructions}`,
      );
    return said.length === 0 ? undefined : said.join('\n\n');
  }

  subscriptionsChanged(): void {
    this.#subscriptions.settle();
  }

  listShapes(): ListShapes {
    return this.#names.listShapes(this.#permissionsOf({}).mayUse);
  }

  listenedAs(instanceId: string, uri: string): readonly string[] {
    return this.#subscriptions.listenedAs(instanceId, uri);
  }

  /** Whose resource it is must be known where not everything may be heard. */
  async checkListening(uris: readonly string[], exchange: Exchange): Promise<void> {
    const { permissions, mayUse } = this.#permissionsOf(exchange);
    if (permissions.areServersRestricted) {
      for (const owner of await this.#lists.ownersOf(uris, OWN, mayUse)) {
        this.#permit(owner, { method: 'subscriptions/listen' }, exchange);
      }
    }
  }

  /** What is there by then; of the rest the client is told that the list has changed. */
  async #toolsList(exchange: Exchange): Promise<RawJson> {
    const { mayUse } = this.#permissionsOf(exchange);
    await untilTried({ core: this.#core, mayUse, signal: exchange.signal });
    return this.#tools.list(exchange);
  }

  /** One span around all that a request becomes upstream, from before the first hop to after the last. */
  #handOn(forward: Forward): McpHandler {
    return async (request, exchange) => {
      const caller = mcpCaller(this.#core, { request, exchange });
      const forwarding = new Forwarding(this.#core, caller, request.method);
      let hop: HopResult;
      try {
        hop = await forward(forwarding, request, exchange);
      } catch (error) {
        const code = error instanceof McpError ? error.code : ERROR_INTERNAL;
        const outcome = outcomeOfCode(code);
        forwarding.refuse(outcome, code);
        throw error instanceof McpError ? endedAs(outcome, error) : error;
      }
      if (hop.ok) {
        forwarding.end(hop, undefined);
        return hop.raw ?? hop.result;
      }
      const error = errorOf(hop.failure);
      throw endedAs(forwarding.end(hop, error.code), error);
    };
  }

  /** Hands a request that names a resource on, unless a server that still boots may be the one that has it. */
  #ofResource(forward: Forward): Forward {
    return async (forwarding, request, exchange) => {
      const uri = namedResource(request);
      if (uri !== undefined) {
        const { mayUse } = this.#permissionsOf(exchange);
        const options = { core: this.#core, lists: this.#lists, forwarding, mayUse, signal: exchange.signal };
        const booting = await bootingOwners(uri, options);
        if (booting.length > 0) {
          const message = notKnownYet(uri, booting);
          return recordNotReady(this.#core, booting, { method: request.method, message });
        }
      }
      return forward(forwarding, request, exchange);
    };
  }

  /** What the gateway tells of itself is there by its URI, unless an upstream lists it: a gateway behind this one does. */
  #ownOr(what: 'read' | 'subscribe' | 'unsubscribe', handedOn: McpHandler): McpHandler {
    return async (request, exchange) => {
      const uri = request.params?.['uri'];
      const { mayUse } = this.#permissionsOf(exchange);
      const isOwn = typeof uri === 'string' && isOfGateway(uri) && !(await this.#lists.isListed(uri, OWN, mayUse));
      return isOwn ? this.#own[what](request, exchange) : handedOn(request, exchange);
    };
  }

  #listOf(member: ListMember): McpHandler {
    return this.#handOn(async (forwarding, request, exchange) => {
      const { mayUse } = this.#permissionsOf(exchange);
      await untilTried({ core: this.#core, mayUse, signal: exchange.signal });
      return this.#lists.read(forwarding, request, { member, mayUse });
    });
  }

  /** What the client may see and use; without a scope what everyone may. */
  #permissionsOf({ scope }: Reach): { readonly permissions: Permissions; readonly mayUse: MayUse } {
    const permissions = new Permissions(this.#core, scope);
    return { permissions, mayUse: (upstream) => permissions.upstream(upstream).outcome === 'allowed' };
  }

  /** @throws {McpError} When policy or the scope of the credential keeps the client from the upstream. */
  #permit(upstream: Upstream, { method }: Pick<JsonRpcRequest, 'method'>, exchange: Exchange): Upstream {
    const permission = this.#permissionsOf(exchange).permissions.upstream(upstream);
    if (permission.outcome === 'allowed') {
      return upstream;
    }
    const { message } = permission;
    throw new McpError(ERROR_INVALID_PARAMS, message, {
      data: { kind: 'policy-denied', policy: { ...permission, operation: method } },
    });
  }

  async #placeOf(forwarding: Forwarding, request: JsonRpcRequest, exchange: Exchange): Promise<ResourcePlace> {
    const { mayUse } = this.#permissionsOf(exchange);
    const place = await this.#lists.placeOf(readResourceUri(request), forwarding, mayUse);
    this.#permit(place.upstream, request, exchange);
    return place;
  }

  async #promptsGet(forwarding: Forwarding, request: JsonRpcRequest, exchange: Exchange): Promise<HopResult> {
    const { method, params } = request;
    const name = params?.['name'];
    const found = typeof name === 'string' ? this.#names.resolve(name) : undefined;
    if (found === undefined) {
      throw new McpError(ERROR_INVALID_PARAMS, `Unknown prompt: ${sanitizeText(textOf(name), MAX_NAME_BYTES)}`);
    }
    const upstream = this.#permit(found.upstream, request, exchange);
    const { name: target } = found;
    const rawParams = { ...rawParamsOf(request), name: undefined };
    return forwarding.send(upstream, { method, params: { ...params, name: target }, rawParams, target });
  }

  async #resource(forwarding: Forwarding, request: JsonRpcRequest, exchange: Exchange): Promise<HopResult> {
    const place = await this.#placeOf(forwarding, request, exchange);
    const asked = readResourceUri(request);
    const { method, params } = request;
    const rawParams = { ...rawParamsOf(request), ...(asked === place.uri ? {} : { uri: undefined }) };
    const hop = await forwarding.send(place.upstream, { method, params: { ...params, uri: place.uri }, rawParams });
    return namedAsAsked(hop, asked, place);
  }

  async #subscribe(forwarding: Forwarding, request: JsonRpcRequest, exchange: Exchange): Promise<HopResult> {
    const { client } = exchange;
    const uri = readResourceUri(request);
    const place = await this.#placeOf(forwarding, request, exchange);
    // Before it is sent: whoever ends the same subscription meanwhile must leave it at the upstream.
    const isNew = await client.session?.subscribe(uri);
    const { method, params } = request;
    const hop = await forwarding.send(place.upstream, { method, params: { ...params, uri: place.uri } });
    if (hop.ok) {
      await this.#subscriptions.hold(uri, place);
      this.#listeners.onChanged();
    } else if (isNew === true) {
      await client.session?.unsubscribe(uri);
    }
    return hop;
  }

  /** The upstream keeps its subscription while another client has one to the same resource. */
  async #unsubscribe(forwarding: Forwarding, request: JsonRpcRequest, exchange: Exchange): Promise<HopResult> {
    const uri = readResourceUri(request);
    await exchange.client.session?.unsubscribe(uri);
    this.#listeners.onChanged();
    if ((await this.#listeners.isSubscribed(uri)) || !this.#subscriptions.release(uri)) {
      return { ok: true, result: {} };
    }
    return this.#resource(forwarding, request, exchange);
  }

  async #complete(forwarding: Forwarding, request: JsonRpcRequest, exchange: Exchange): Promise<HopResult> {
    const { method, params = {} } = request;
    const { ref } = params;
    const { name, uri } = isJsonObject(ref) ? ref : {};
    if (typeof name === 'string') {
      const found = this.#names.resolve(name);
      if (found === undefined) {
        throw new McpError(ERROR_INVALID_PARAMS, `Unknown prompt: ${sanitizeText(name, MAX_NAME_BYTES)}`);
      }
      const renamed = { ...params, ref: { ...asObject(ref), name: found.name } };
      const rawParams = { ...rawParamsOf(request), ref: undefined };
      return forwarding.send(this.#permit(found.upstream, request, exchange), { method, params: renamed, rawParams });
    }
    if (typeof uri === 'string') {
      const { mayUse } = this.#permissionsOf(exchange);
      const place = await this.#lists.placeOf(uri, forwarding, mayUse);
      const renamed = { ...params, ref: { ...asObject(ref), uri: place.uri } };
      const rawParams = { ...rawParamsOf(request), ...(uri === place.uri ? {} : { ref: undefined }) };
      return forwarding.send(this.#permit(place.upstream, request, exchange), { method, params: renamed, rawParams });
    }
    throw new McpError(ERROR_INVALID_PARAMS, 'completion/complete needs ref with a name or a uri');
  }
}

/** The URI of a resource, or of the template that is completed. */
function namedResource({ params }: JsonRpcRequest): string | undefined {
  const uri = params?.['uri'] ?? asObject(params?.['ref'])?.['uri'];
  return typeof uri === 'string' ? uri : undefined;
}

/** What a client sent, by name, as it came. */
function rawParamsOf({ rawParams }: JsonRpcRequest): RawParams {
  return rawParams === undefined ? {} : Object.fromEntries(rawParams.entries());
}

function errorOf(failure: HopFailure): McpError {
  const { rpcError, kind, message } = failure;
  return rpcError === undefined ? new McpError(ERROR_INTERNAL, message, { data: { kind } }) : toMcpError(rpcError);
}
