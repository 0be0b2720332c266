import { headerText, type HttpContext } from '@dcc-mcp/http-adapter';
import { hash, timingSafeEqual } from 'node:crypto';
import type { Reply } from '../../http/reply.ts';
import { type JsonObject, textOf } from '../../protocol/json-rpc.ts';
import { INTERNAL_PATH } from '../../registry/announced/announced-registry.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { type EndpointState, OneEndpoint, type OneEndpointOptions } from './one-endpoint.ts';

export interface InternalEndpointOptions extends Pick<
  OneEndpointOptions,
  'core' | 'version' | 'bodyLimitBytes' | 'begin'
> {
  /** What another gateway has to show; absent while there is none. */
  readonly secret: () => string | undefined;
  readonly createState: () => EndpointState;
  /** Whether clients of this gateway listen to the resource of that server. */
  readonly isSubscribed: (instanceId: string, uri: string) => Promise<boolean>;
}

const PATH = new RegExp(`^${INTERNAL_PATH}([0-9a-f-]{36})/mcp$`);

/**
 * The servers that this gateway alone has, as other gateways reach them: MCP at `/internal/instances/<id>/mcp`. It stands
 * beside the routes of the gateway: without the secret, and for a server that is not a child of this gateway, there is
 * nothing.
 */
export class InternalEndpoint {
  readonly #options: InternalEndpointOptions;
  readonly #endpoints = new Map<string, OneEndpoint>();

  constructor(options: InternalEndpointOptions) {
    this.#options = options;
  }

  /** @returns `undefined` where the request is not of a gateway, or asks for what is not there: then it is like any other. */
  answer(http: HttpContext): Promise<Reply> | undefined {
    const [, instanceId] = http.path.startsWith(INTERNAL_PATH) ? (PATH.exec(http.path) ?? []) : [];
    if (instanceId === undefined || !this.#isGateway(http)) {
      return undefined;
    }
    const upstream = this.#options.core.upstreams.get(instanceId);
    return upstream?.settings.source === 'config' && upstream.settings.transport.type === 'stdio'
      ? this.#endpointOf(upstream).answer(http)
      : undefined;
  }

  /** Other gateways have the list of that server again. */
  toolsChanged(instanceId: string): void {
    this.#endpoints.get(instanceId)?.broadcast.listChanged('tools');
  }

  /** Passes on what a server says to nobody in particular. */
  notified(instanceId: string, method: string, params: JsonObject | undefined): void {
    const broadcast = this.#endpoints.get(instanceId)?.broadcast;
    switch (method) {
      case 'notifications/resources/updated':
        broadcast?.resourceUpdated(textOf(params?.['uri']));
        break;
      case 'notifications/resources/list_changed':
        broadcast?.listChanged('resources');
        break;
      case 'notifications/prompts/list_changed':
        broadcast?.listChanged('prompts');
        break;
      default:
        break;
    }
  }

  /** Whether another gateway listens to a resource of that name, whose server it ever is. */
  async isSubscribed(uri: string): Promise<boolean> {
    const asked = Array.from(this.#endpoints.values(), ({ broadcast }) => broadcast.isSubscribed(uri));
    return (await Promise.all(asked)).includes(true);
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#endpoints.values(), (endpoint) => endpoint.close()));
    this.#endpoints.clear();
  }

  #isGateway({ headers }: HttpContext): boolean {
    const secret = this.#options.secret();
    const shown = /^Bearer (.+)$/.exec(headerText(headers, 'authorization') ?? '')?.[1];
    // Of digests, because they have one length.
    return secret !== undefined && shown !== undefined && timingSafeEqual(digestOf(shown), digestOf(secret));
  }

  #endpointOf(upstream: Upstream): OneEndpoint {
    const { createState, isSubscribed, ...shared } = this.#options;
    const { instanceId } = upstream.settings;
    const known = this.#endpoints.get(instanceId);
    if (known?.upstream === upstream) {
      return known;
    }
    void known?.close();
    const isSubscribedHere = (uri: string): Promise<boolean> => isSubscribed(instanceId, uri);
    const endpoint = new OneEndpoint(upstream, { ...shared, state: createState(), isSubscribedHere });
    this.#endpoints.set(instanceId, endpoint);
    return endpoint;
  }
}

function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
