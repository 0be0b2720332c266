import { asObject, isJsonObject, type JsonObject, type JsonRpcRequest, type JsonValue, textOf } from '../json-rpc.ts';
import type { ToolRecord } from '../catalogue/tool-record.ts';
import { callTool } from '../operations/call.ts';
import type { OperationCore } from '../operations/core.ts';
import { forward } from '../operations/forward.ts';
import type { HopFailure, Upstream } from '../upstream/upstream.ts';
import { mcpCaller } from './caller.ts';
import type { Exchange } from './exchange.ts';
import { checkMirroredArguments } from './mirrored-headers.ts';
import { ERROR_INTERNAL, ERROR_INVALID_PARAMS, McpError } from './protocol.ts';
import { ResourceOwners } from './resource-owners.ts';
import type { McpHandler, McpSurface } from './server.ts';
import { errorResult } from './tool-result.ts';
import { UpstreamNames } from './upstream-names.ts';

/** How long a client that comes before the upstreams are there waits for them. */
const BOOT_WAIT_MILLIS = 10_000;
/** Pages of one list that are read from one upstream. */
const MAX_PAGES = 100;

/** `--expose all`: the upstreams' own tools, resources and prompts, handed through. */
export class UpstreamSurface implements McpSurface {
  readonly handlers: ReadonlyMap<string, McpHandler>;
  readonly spannedMethods: ReadonlySet<string> = new Set([
    'tools/call',
    'prompts/list',
    'prompts/get',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'resources/subscribe',
    'resources/unsubscribe',
    'completion/complete',
  ]);
  readonly #core: OperationCore;
  readonly #names: UpstreamNames;
  readonly #owners: ResourceOwners;

  constructor(core: OperationCore) {
    this.#core = core;
    this.#names = new UpstreamNames(core.upstreams, core.catalogue);
    this.#owners = new ResourceOwners(this.#names);
    this.handlers = new Map<string, McpHandler>([
      ['tools/list', async () => this.#toolsList()],
      ['tools/call', (request, exchange) => this.#toolsCall(request, exchange)],
      ['prompts/list', (request, exchange) => this.#list(request, exchange, 'prompts', 'prompts')],
      ['prompts/get', (request, exchange) => this.#promptsGet(request, exchange)],
      ['resources/list', (request, exchange) => this.#list(request, exchange, 'resources', 'resources')],
      [
        'resources/templates/list',
        (request, exchange) => this.#list(request, exchange, 'resources', 'resourceTemplates'),
      ],
      ['resources/read', (request, exchange) => this.#resource(request, exchange)],
      ['resources/subscribe', (request, exchange) => this.#subscribe(request, exchange)],
      ['resources/unsubscribe', (request, exchange) => this.#unsubscribe(request, exchange)],
      ['completion/complete', (request, exchange) => this.#complete(request, exchange)],
    ]);
  }

  toolLabel({ method, params }: JsonRpcRequest): string | undefined {
    const name = method === 'tools/call' ? params?.['name'] : undefined;
    return typeof name === 'string' ? this.#names.tool(name)?.label : undefined;
  }

  async capabilities(): Promise<JsonObject> {
    await this.#untilTried();
    const has = (name: string): boolean => this.#withCapability(name).length > 0;
    return {
      tools: { listChanged: true },
      logging: {},
      ...(has('resources') ? { resources: { subscribe: true, listChanged: true } } : {}),
      ...(has('prompts') ? { prompts: { listChanged: true } } : {}),
      ...(has('completions') ? { completions: {} } : {}),
    };
  }

  async #untilTried(): Promise<void> {
    await Promise.all(this.#core.upstreams.untried().map((upstream) => upstream.connect(BOOT_WAIT_MILLIS)));
  }

  #withCapability(name: string): readonly Upstream[] {
    return this.#names.enabled().filter(({ status }) => status.capabilities[name] !== undefined);
  }

  async #toolsList(): Promise<JsonObject> {
    await this.#untilTried();
    const { catalogue, governance } = this.#core;
    const { policy } = governance;
    const tools = [...catalogue.records()]
      .filter((record) => policy?.('search', record).outcome !== 'denied')
      .map((record) => this.#exposed(record));
    return { tools };
  }

  #exposed(record: ToolRecord): JsonObject {
    const upstream = this.#core.upstreams.get(record.instanceId);
    const name = upstream === undefined ? record.slug : this.#names.exposed(upstream, record.backendTool);
    return name === record.backendTool ? record.tool : { ...record.tool, name };
  }

  async #toolsCall(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject> {
    const { name, arguments: args, inputResponses, requestState } = request.params ?? {};
    if (typeof name !== 'string') {
      throw new McpError(ERROR_INVALID_PARAMS, 'tools/call needs name, a string');
    }
    if (exchange.client.era === 'modern' && exchange.client.transport === 'http') {
      checkMirroredArguments(
        this.#names.tool(name)?.tool['inputSchema'],
        isJsonObject(args) ? args : undefined,
        exchange.headers,
      );
    }
    const caller = mcpCaller(this.#core, request, exchange, undefined);
    const call = await callTool(this.#core, caller, {
      toolSlug: this.#names.toolSlug(name),
      arguments: args,
      ...(requestState === undefined && inputResponses === undefined
        ? {}
        : {
            inputs: {
              ...(inputResponses === undefined ? {} : { inputResponses }),
              ...(requestState === undefined ? {} : { requestState }),
            },
          }),
    });
    if (call.result !== undefined) {
      return call.result;
    }
    if (call.rpcError !== undefined) {
      throw new McpError(call.rpcError.code, call.rpcError.message, dataOf(call.rpcError.data));
    }
    const error = call.error ?? { kind: 'internal', message: 'No result and no error' };
    if (error.kind === 'unknown-slug' || error.kind === 'instance-offline') {
      throw new McpError(ERROR_INVALID_PARAMS, `Unknown tool: ${name}`);
    }
    return errorResult(error, caller.ctx);
  }

  /** One list of all upstreams. With a single upstream its pages are handed through; with several they are joined. */
  async #list(
    request: JsonRpcRequest,
    exchange: Exchange,
    capability: 'prompts' | 'resources',
    member: 'prompts' | 'resources' | 'resourceTemplates',
  ): Promise<JsonObject> {
    await this.#untilTried();
    const only = this.#names.only();
    if (only !== undefined) {
      const result = await this.#forward(request, exchange, only, request.params ?? {}, undefined);
      this.#owners.note(only, result[member]);
      return result;
    }
    const lists = await Promise.all(
      this.#withCapability(capability).map((upstream) => this.#allPages(request, exchange, upstream, member)),
    );
    return { [member]: lists.flat() };
  }

  /** Every page of one upstream; an upstream that fails has an empty list, so that it does not hide the others'. */
  async #allPages(
    request: JsonRpcRequest,
    exchange: Exchange,
    upstream: Upstream,
    member: string,
  ): Promise<readonly JsonValue[]> {
    const items: JsonValue[] = [];
    let cursor: JsonValue | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const params = cursor === undefined ? {} : { cursor };
      const hop = await forward(this.#core, mcpCaller(this.#core, request, exchange, undefined), upstream, {
        method: request.method,
        params,
      });
      if (!hop.ok) {
        break;
      }
      const found = hop.result[member];
      items.push(...(Array.isArray(found) ? (found as readonly JsonValue[]) : []));
      cursor = hop.result['nextCursor'];
      if (cursor === undefined || cursor === null) {
        break;
      }
    }
    this.#owners.note(upstream, items);
    return member === 'prompts' ? items.map((item) => this.#renamed(upstream, item)) : items;
  }

  #renamed(upstream: Upstream, item: JsonValue): JsonValue {
    return isJsonObject(item) ? { ...item, name: this.#names.exposed(upstream, textOf(item['name'])) } : item;
  }

  async #promptsGet(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject> {
    const name = request.params?.['name'];
    const found = typeof name === 'string' ? this.#names.resolve(name) : undefined;
    if (found === undefined) {
      throw new McpError(ERROR_INVALID_PARAMS, `Unknown prompt: ${textOf(name)}`);
    }
    return this.#forward(request, exchange, found.upstream, { ...request.params, name: found.name }, found.name);
  }

  async #resource(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject> {
    const uri = uriOf(request);
    const upstream = await this.#ownerOf(uri, exchange);
    return this.#forward(request, exchange, upstream, request.params ?? {}, undefined);
  }

  async #subscribe(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject> {
    const uri = uriOf(request);
    const upstream = await this.#ownerOf(uri, exchange);
    const result = await this.#forward(request, exchange, upstream, request.params ?? {}, undefined);
    exchange.client.session?.subscriptions.add(uri);
    return result;
  }

  /** The upstream keeps its subscription while another client has one to the same resource. */
  async #unsubscribe(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject> {
    const uri = uriOf(request);
    exchange.client.session?.subscriptions.delete(uri);
    if (this.#core.isSubscribed(uri)) {
      return {};
    }
    return this.#forward(request, exchange, await this.#ownerOf(uri, exchange), request.params ?? {}, undefined);
  }

  async #complete(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject> {
    const ref = request.params?.['ref'];
    const { name, uri } = isJsonObject(ref) ? ref : {};
    if (typeof name === 'string') {
      const found = this.#names.resolve(name);
      if (found === undefined) {
        throw new McpError(ERROR_INVALID_PARAMS, `Unknown prompt: ${name}`);
      }
      const params = { ...request.params, ref: { ...asObject(ref), name: found.name } };
      return this.#forward(request, exchange, found.upstream, params, undefined);
    }
    if (typeof uri === 'string') {
      return this.#forward(request, exchange, await this.#ownerOf(uri, exchange), request.params ?? {}, undefined);
    }
    throw new McpError(ERROR_INVALID_PARAMS, 'completion/complete needs ref with a name or a uri');
  }

  async #ownerOf(uri: string, exchange: Exchange): Promise<Upstream> {
    const known = this.#names.only() ?? this.#owners.of(uri);
    if (known !== undefined) {
      return known;
    }
    // Nobody has listed it yet: ask everyone once.
    const list = { jsonrpc: '2.0', id: 0, method: 'resources/list' } as const;
    await Promise.all(
      this.#withCapability('resources').map((upstream) => this.#allPages(list, exchange, upstream, 'resources')),
    );
    const found = this.#owners.of(uri) ?? this.#withCapability('resources')[0];
    if (found === undefined) {
      throw new McpError(ERROR_INVALID_PARAMS, `Resource not found: ${uri}`);
    }
    return found;
  }

  async #forward(
    request: JsonRpcRequest,
    exchange: Exchange,
    upstream: Upstream,
    params: JsonObject,
    target: string | undefined,
  ): Promise<JsonObject> {
    const caller = mcpCaller(this.#core, request, exchange, undefined);
    const hop = await forward(this.#core, caller, upstream, { method: request.method, params, target });
    if (!hop.ok) {
      throw errorOf(hop.failure);
    }
    return hop.result;
  }
}

function uriOf(request: JsonRpcRequest): string {
  const uri = request.params?.['uri'];
  if (typeof uri !== 'string') {
    throw new McpError(ERROR_INVALID_PARAMS, `${request.method} needs uri, a string`);
  }
  return uri;
}

function errorOf(failure: HopFailure): McpError {
  const { rpcError, kind, message } = failure;
  return rpcError === undefined
    ? new McpError(ERROR_INTERNAL, message, { data: { kind } })
    : new McpError(rpcError.code, rpcError.message, dataOf(rpcError.data));
}

function dataOf(data: JsonValue | undefined): { data?: JsonValue } {
  return data === undefined ? {} : { data };
}
