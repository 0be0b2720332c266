import {
  parseSessionEventsUri,
  type SessionEventPage,
  type SessionEventsRead,
  toSessionEventsUri,
} from '@dcc-mcp/session-events';
import type { OperationCore } from '../../operations/frame/core.ts';
import { Permissions } from '../../operations/frame/permissions.ts';
import type { JsonObject, JsonRpcRequest } from '../../protocol/json-rpc.ts';
import { ERROR_INVALID_PARAMS, ERROR_RESOURCE_NOT_FOUND, McpError } from '../../protocol/mcp-protocol.ts';
import { instanceRow } from '../../registry/table/instance-row.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { readResourceUri } from '../pass-through/resource-uri.ts';
import { eventLines, EVENTS_URI, isEvents, LINES_TYPE, readSince } from './events-resource.ts';
import { instanceNames } from './instance-names.ts';

/** Resource that lists the upstreams; `/<instance id>` behind it is one of them. */
export const INSTANCES_URI = 'gateway://instances';
/** Resource that lists every tool. */
export const CATALOG_URI = 'gateway://catalog';
const INSTANCE_PREFIX = `${INSTANCES_URI}/`;
const OUTPUT_PREFIX = toSessionEventsUri('');
const ONE_INSTANCE = /^gateway:\/\/instances\/[^/]+$/;
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
        {
          uri: EVENTS_URI,
          name: 'events',
          title: 'Events',
          description: 'What changed at the upstreams, one JSON object a line, the newest last; since is a parameter',
          mimeType: LINES_TYPE,
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
        {
          uriTemplate: `${OUTPUT_PREFIX}{instance_id}{?cursor,limit,waitMs}`,
          name: 'session-events',
          title: 'Output of one instance',
          description: 'What an upstream wrote, line by line, behind a cursor',
          mimeType: JSON_TYPE,
        },
      ],
    };
  }

  async read(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject> {
    const uri = readResourceUri(request);
    if (isEvents(uri)) {
      const text = await eventLines(this.#core, new Permissions(this.#core, exchange.scope), readSince(uri));
      return { contents: [{ uri, mimeType: LINES_TYPE, text }] };
    }
    const content = isOutput(uri) ? await this.#output(uri, exchange) : this.#content(uri, exchange);
    return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(content) }] };
  }

  async subscribe(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject> {
    const uri = readResourceUri(request);
    if (isOutput(uri)) {
      this.#reading(uri, exchange);
    } else if (isEvents(uri)) {
      readSince(uri);
    } else {
      this.#content(uri, exchange);
    }
    await exchange.client.session?.subscribe(withoutParameters(uri));
    return {};
  }

  async unsubscribe(request: JsonRpcRequest, { client }: Exchange): Promise<JsonObject> {
    for (const uri of this.#urisOf(withoutParameters(readResourceUri(request)))) {
      await client.session?.unsubscribe(uri);
    }
    return {};
  }

  /** Every URI of the same resource. */
  #urisOf(uri: string): readonly string[] {
    const prefix = [OUTPUT_PREFIX, INSTANCE_PREFIX].find((each) => uri.startsWith(each));
    if (prefix === undefined) {
      return [uri];
    }
    const { upstreams, outputs } = this.#core;
    const name = uri.slice(prefix.length);
    const instanceId = upstreams.get(name)?.settings.instanceId ?? outputs.find(name)?.buffer.instanceId;
    return instanceId === undefined ? [uri] : instanceNames(instanceId).map((each) => prefix + each);
  }

  /** What an instance wrote; where nothing is there yet it may wait. */
  async #output(uri: string, exchange: Exchange): Promise<SessionEventPage> {
    const { instanceId, read } = this.#reading(uri, exchange);
    await this.#core.upstreams.get(instanceId)?.refreshEvents();
    return this.#core.outputs.readOrWait(instanceId, read, exchange.signal);
  }

  #reading(uri: string, { scope }: Exchange): { readonly instanceId: string; readonly read: SessionEventsRead } {
    const reading = parseSessionEventsUri(uri);
    if (!reading.ok) {
      throw new McpError(ERROR_INVALID_PARAMS, reading.message, { data: { uri } });
    }
    const { upstreams, outputs } = this.#core;
    const upstream = upstreams.get(reading.instanceId);
    // What an instance wrote is there after it has left, too.
    const left = upstream === undefined ? outputs.find(reading.instanceId) : undefined;
    const dccType = upstream?.settings.dccType ?? left?.dccType;
    const permissions = new Permissions(this.#core, scope);
    if (dccType === undefined || permissions.scope(dccType).outcome !== 'allowed') {
      throw notFound(uri);
    }
    const instanceId = upstream?.settings.instanceId ?? left?.buffer.instanceId ?? '';
    return { instanceId, read: reading.read };
  }

  /** What the client may see; of what it may not it is told as of what is not there. */
  #content(uri: string, { scope }: Exchange): unknown {
    const { upstreams, catalog } = this.#core;
    const permissions = new Permissions(this.#core, scope);
    const isInScope = ({ settings }: Upstream): boolean => permissions.scope(settings.dccType).outcome === 'allowed';
    if (uri === INSTANCES_URI) {
      return {
        instances: upstreams
          .all()
          .filter(isInScope)
          .map((upstream) => instanceRow(upstream, upstreams.stateOf(upstream))),
      };
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
      throw notFound(uri);
    }
    return instanceRow(upstream, upstreams.stateOf(upstream));
  }
}

/** Whether a URI is of the kind that the gateway gives what it tells of itself. */
export function isOfGateway(uri: string): boolean {
  return [INSTANCES_URI, CATALOG_URI].includes(uri) || ONE_INSTANCE.test(uri) || isOutput(uri) || isEvents(uri);
}

function notFound(uri: string): McpError {
  return new McpError(ERROR_RESOURCE_NOT_FOUND, `Resource not found: ${uri}`, { data: { uri } });
}

function isOutput(uri: string): boolean {
  return uri.startsWith(OUTPUT_PREFIX);
}

/** The URI of what is told of: whoever subscribes to output or events is told of all, wherever the next read begins. */
export function withoutParameters(uri: string): string {
  return isOutput(uri) || isEvents(uri) ? uri.replace(/\?.*$/s, '') : uri;
}
