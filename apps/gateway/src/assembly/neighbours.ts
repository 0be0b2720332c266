import type { HttpContext } from '@dcc-mcp/http-adapter';
import { MessageHub } from '../cluster/messages/memory-gateway-messages.ts';
import type { InFlight } from '../http/in-flight.ts';
import type { Reply } from '../http/reply.ts';
import { MemoryInputRounds } from '../mcp/input-rounds/memory-input-rounds.ts';
import { InternalEndpoint } from '../mcp/one-upstream/internal-endpoint.ts';
import type { McpSide } from '../mcp/server/assemble-mcp.ts';
import { MemorySessionRecords } from '../mcp/session/memory-session-records.ts';
import type { OperationCore } from '../operations/frame/core.ts';
import type { GatewayMessages } from '../protocol/messages/gateway-messages.ts';
import { AnnouncedRegistry } from '../registry/announced/announced-registry.ts';
import type { RegistryEvents } from '../registry/events/registry-events.ts';
import type { InstanceTable } from '../registry/table/instance-table.ts';
import type { SharingParts } from './gateway-parts.ts';

/** The rooms that take and give what gateways have of each other. */
interface MeetingRooms {
  readonly core: OperationCore;
  readonly side: McpSide;
  readonly table: InstanceTable;
  readonly inFlight: InFlight;
}

/** The gateways that share the state with this one, and the servers they have of each other; mostly there are none. */
export class Neighbours {
  readonly #parts: SharingParts;
  readonly #messages: GatewayMessages;
  #announced: AnnouncedRegistry | undefined;
  #endpoint: InternalEndpoint | undefined;

  constructor(parts: SharingParts, messages: GatewayMessages) {
    this.#parts = parts;
    this.#messages = messages;
  }

  /** Called once, when the rooms are there. Where the state is shared with nobody nothing happens. */
  meet({ core, side, table, inFlight }: MeetingRooms): void {
    const { config, state, version } = this.#parts;
    const { announcements } = state;
    if (announcements === undefined) {
      return;
    }
    const { upstreams, onError } = core;
    const announced = new AnnouncedRegistry({ table, upstreams, announcements, messages: this.#messages, onError });
    this.#announced = announced;
    this.#endpoint = new InternalEndpoint({
      core,
      version,
      bodyLimitBytes: config.server.bodyLimitBytes,
      begin: () => inFlight.begin(),
      secret: () => announced.secret,
      createState: () => ({
        sessions: new MemorySessionRecords(),
        inputRounds: new MemoryInputRounds(),
        messages: new MessageHub().join(onError),
      }),
      isSubscribed: async (instanceId, uri) => {
        const names = side.listenedAs(instanceId, uri);
        return (await Promise.all(names.map((name) => side.broadcast.isSubscribed(name)))).includes(true);
      },
    });
  }

  /** @param urls Where this gateway listens. */
  start(urls: readonly string[]): void {
    this.#announced?.start(this.#parts.config.server.listens ? urls[0] : undefined);
  }

  /** Answers another gateway; `undefined` to everybody else. */
  answer(http: HttpContext): Promise<Reply> | undefined {
    return this.#endpoint?.answer(http);
  }

  /** Tells also the gateways that use a server of this one. */
  told(events: RegistryEvents): RegistryEvents {
    return {
      ...events,
      onToolsChanged: (instanceId) => {
        events.onToolsChanged(instanceId);
        if (instanceId !== undefined) {
          this.#endpoint?.toolsChanged(instanceId);
        }
      },
      onNotification: (method, params, instanceId) => {
        events.onNotification(method, params, instanceId);
        this.#endpoint?.notified(instanceId, method, params);
      },
    };
  }

  /** Whether another gateway listens to a resource of a server of this one, by the name that the server has for it. */
  async isSubscribed(uri: string): Promise<boolean> {
    return (await this.#endpoint?.isSubscribed(uri)) === true;
  }

  /** Whether a gateway of that address was there, and is not any more. */
  isGone(address: string): boolean {
    return this.#announced?.isGone(address) === true;
  }

  /** Where the others are reached. */
  urls(): readonly string[] {
    return this.#announced?.urls() ?? [];
  }

  /** This gateway will be gone: nothing new is to come to it. Never rejects. */
  async leave(): Promise<void> {
    await this.#announced?.withdraw();
  }

  async close(): Promise<void> {
    await this.leave();
    await this.#endpoint?.close();
  }
}
