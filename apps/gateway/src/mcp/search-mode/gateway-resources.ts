import type { OperationCore } from '../../operations/frame/core.ts';
import type { JsonObject, JsonRpcRequest } from '../../protocol/json-rpc.ts';
import { ERROR_RESOURCE_NOT_FOUND, McpError } from '../../protocol/mcp-protocol.ts';
import { instanceRow } from '../../registry/instance-row.ts';
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

  read(request: JsonRpcRequest): JsonObject {
    const uri = readResourceUri(request);
    return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(this.#content(uri)) }] };
  }

  async subscribe(request: JsonRpcRequest, { client }: Exchange): Promise<JsonObject> {
    const uri = readResourceUri(request);
    this.#content(uri);
    await client.session?.subscribe(uri);
    return {};
  }

  async unsubscribe(request: JsonRpcRequest, { client }: Exchange): Promise<JsonObject> {
    await client.session?.unsubscribe(readResourceUri(request));
    return {};
  }

  #content(uri: string): unknown {
    const { upstreams, catalog } = this.#core;
    if (uri === INSTANCES_URI) {
      return { instances: upstreams.all().map(instanceRow) };
    }
    if (uri === CATALOG_URI) {
      const tools = [...catalog.records()].map(({ slug, summary, dccType, isLoaded }) => ({
        tool_slug: slug,
        summary,
        dcc_type: dccType,
        loaded: isLoaded,
      }));
      return { index_generation: catalog.generation, tools };
    }
    const upstream = uri.startsWith(INSTANCE_PREFIX) ? upstreams.get(uri.slice(INSTANCE_PREFIX.length)) : undefined;
    if (upstream === undefined) {
      throw new McpError(ERROR_RESOURCE_NOT_FOUND, `Resource not found: ${uri}`, { data: { uri } });
    }
    return instanceRow(upstream);
  }
}
