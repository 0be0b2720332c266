import type { OperationCore } from '../../operations/frame/core.ts';
import { Permissions } from '../../operations/frame/permissions.ts';
import type { JsonObject, JsonRpcRequest } from '../../protocol/json-rpc.ts';
import { ERROR_RESOURCE_NOT_FOUND, McpError } from '../../protocol/mcp-protocol.ts';
import { instanceRow } from '../../registry/instance-row.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { readResourceUri } from '../pass-through/resource-uri.ts';

/** Resource that lists the upstreams; `/<instance id>` behind it is one of them. */
export const INSTANCES_URI = 'gateway://instances';
/** Resource that lists every tool. */
export const CATALOG_URI = 'gateway://catalog';
const INSTANCE_PREFIX = `${INSTANCES_URI}/`;
const JSON_TYPE = 'application/json';

/** What the gateway tells of itself as MCP resources. */
export class GatewayResources {
  readonly #core: OperationCore;

  constructor(core: OperationCore) {
    this.#core = core;
  }

  list(): JsonObject {
    return {
      resources: [
        {
          uri: INSTANCES_URI,
          name: 'instances',
          title: 'Instances',
          description: 'The upstreams and their readiness',
          mimeType: JSON_TYPE,
        },
        {
          uri: CATALOG_URI,
          name: 'catalog',
          title: 'Catalog',
          description: 'Every tool the gateway knows',
          mimeType: JSON_TYPE,
        },
      ],
    };
  }

  templates(): JsonObject {
    return {
      resourceTemplates: [
        {
          uriTemplate: `${INSTANCE_PREFIX}{id}`,
          name: 'instance',
          title: 'One instance',
          description: 'One upstream, by instance id',
          mimeType: JSON_TYPE,
        },
      ],
    };
  }

  read(request: JsonRpcRequest, exchange: Exchange): JsonObject {
    const uri = readResourceUri(request);
    return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(this.#content(uri, exchange)) }] };
  }

  async subscribe(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject> {
    const uri = readResourceUri(request);
    this.#content(uri, exchange);
    await exchange.client.session?.subscribe(uri);
    return {};
  }

  async unsubscribe(request: JsonRpcRequest, { client }: Exchange): Promise<JsonObject> {
    await client.session?.unsubscribe(readResourceUri(request));
    return {};
  }

  /** What the client may see; of what it may not it is told as of what is not there. */
  #content(uri: string, { scope }: Exchange): unknown {
    const { upstreams, catalog } = this.#core;
    const permissions = new Permissions(this.#core, scope);
    const isInScope = ({ settings }: Upstream): boolean => permissions.scope(settings.dccType).outcome === 'allowed';
    if (uri === INSTANCES_URI) {
      return { instances: upstreams.all().filter(isInScope).map(instanceRow) };
    }
    if (uri === CATALOG_URI) {
      const records = [...catalog.records()].filter((record) => permissions.shows(record));
      const tools = records.map(({ slug, summary, dccType, isLoaded }) => ({
        tool_slug: slug,
        summary,
        dcc_type: dccType,
        loaded: isLoaded,
      }));
      return { index_generation: catalog.generation, tools };
    }
    const upstream = uri.startsWith(INSTANCE_PREFIX) ? upstreams.get(uri.slice(INSTANCE_PREFIX.length)) : undefined;
    if (upstream === undefined || !isInScope(upstream)) {
      throw new McpError(ERROR_RESOURCE_NOT_FOUND, `Resource not found: ${uri}`, { data: { uri } });
    }
    return instanceRow(upstream);
  }
}
