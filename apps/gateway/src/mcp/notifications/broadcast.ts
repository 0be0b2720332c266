import { SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server';
import {
  isJsonObject,
  type JsonObject,
  type JsonRpcId,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonValue,
} from '../../protocol/json-rpc.ts';
import { keptBytes } from '../../protocol/kept-bytes.ts';
import { ERROR_INVALID_PARAMS, ERROR_SERVER, McpError } from '../../protocol/mcp-protocol.ts';
import { withoutParameters } from '../search-mode/gateway-resources.ts';
import { SESSION_BOUNDS } from '../session/session-state.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { EventStream, MAX_OPEN_ENDED_WAITING_BYTES, OPEN_ENDED_NOT_READ } from '../transport/event-stream.ts';
import type { ListName } from './list-shapes.ts';

/** Where listening shares the standard streams. */
const PIPE = 'stdio';
const RETRY_AFTER_SECONDS = 30;

/** What a modern client asked to hear (`subscriptions/listen`), as far as it will be told; its URIs are bounded. */
export interface Listening {
  readonly id: JsonRpcId;
  readonly filter: Filter;
  /** The URIs it asked for by the URI of what they tell of: those with parameters name the same. */
  readonly askedAs: ReadonlyMap<string, readonly string[]>;
}

interface Filter {
  readonly toolsListChanged?: boolean;
  readonly promptsListChanged?: boolean;
  readonly resourcesListChanged?: boolean;
  readonly resourceSubscriptions?: ReadonlySet<string>;
}

interface Listener extends Listening {
  /** Who shares the places of one caller. */
  readonly share: string;
  send(message: JsonRpcMessage): void;
  close(): void;
}

/** Whom a {@link Broadcast} reaches, and who is told of it. */
export interface BroadcastOptions {
  readonly sessions: Sessions;
  readonly onNotificationSent: () => void;
  readonly onStream: (change: 1 | -1) => void;
  /** Whether clients see the lists of the upstreams; the gateway's own never change. */
  readonly hasUpstreamLists: boolean;
  /** Called when a client of the stateless era begins and ceases to listen to resources. */
  readonly onSubscriptions: () => void;
  /** Told when the sessions can't be asked who listens. */
  readonly onError: (error: unknown) => void;
  /** Told, for people, what was not sent and why. */
  readonly onCut: (line: string) => void;
}

/** Sends what belongs to no request: to the GET streams of sessions, and to the listen streams of modern clients. */
export class Broadcast {
  readonly #options: BroadcastOptions;
  readonly #listeners = new Set<Listener>();
  /** What sessions were told so far: who listens is asked asynchronously, and the order of messages must stay. */
  #told = Promise.resolve();
  #hasToldTooLarge = false;

  constructor(options: BroadcastOptions) {
    this.#options = options;
  }

  /** Reads what a client asks to hear. @throws {McpError} When it asks for too much. */
  read(request: JsonRpcRequest): Listening {
    const filter = this.#filterOf(request);
    return { id: request.id, filter, askedAs: byResource(filter.resourceSubscriptions ?? new Set()) };
  }

  /** Opens a listen stream and acknowledges it. @throws {McpError} When every place is taken. */
  listen(listening: Listening, share: string): EventStream {
    this.#checkRoom(share);
    this.#options.onStream(1);
    const stream = new EventStream({
      isOpenEnded: true,
      onNotification: this.#options.onNotificationSent,
      onClose: (by) => {
        this.#options.onStream(-1);
        this.#remove(listener);
        if (by === 'overflow') {
          this.#options.onCut(OPEN_ENDED_NOT_READ);
        }
      },
    });
    const listener: Listener = {
      ...listening,
      share,
      send: (message) => stream.send(message),
      close: () => stream.close(),
    };
    this.#acknowledge(listener);
    return stream;
  }

  /** The same over stdio, where listening shares the pipe with everything else; what it gives ends it. @throws {McpError} */
  listenOnPipe(listening: Listening, send: (message: JsonRpcMessage) => void): () => void {
    this.#checkRoom(PIPE);
    const listener: Listener = { ...listening, share: PIPE, send, close: () => {} };
    this.#acknowledge(listener);
    return () => this.#remove(listener);
  }

  /** `list_changed` of tools, prompts or resources, to everyone who can hear it and sees the list. */
  listChanged(what: ListName): void {
    if (!this.#options.hasUpstreamLists) {
      return;
    }
    const method = `notifications/${what}/list_changed`;
    const { sessions } = this.#options;
    this.#tellSessions(async () => [...sessions.held()], { jsonrpc: '2.0', method });
    for (const listener of this.#listeners) {
      if (listener.filter[`${what}ListChanged`] === true) {
        this.#tell(listener, method, undefined);
      }
    }
  }

  /** `resources/updated`, to those who subscribed to `uri`. */
  resourceUpdated(uri: string): void {
    const method = 'notifications/resources/updated';
    const { sessions } = this.#options;
    this.#tellSessions(() => sessions.subscribersOf(uri), { jsonrpc: '2.0', method, params: { uri } });
    for (const listener of this.#listeners) {
      heardAs(listener, uri).forEach((asked) => this.#tell(listener, method, { uri: asked }));
    }
  }

  /** Whether somebody listens to `uri`. */
  async isSubscribed(uri: string): Promise<boolean> {
    const listens = [...this.#listeners].some((listener) => heardAs(listener, uri).length > 0);
    return listens || this.#options.sessions.isSubscribed(uri);
  }

  /** Every URI somebody listens to. */
  async subscribedUris(): Promise<ReadonlySet<string>> {
    const uris = new Set(await this.#options.sessions.subscribedUris());
    for (const { filter } of this.#listeners) {
      filter.resourceSubscriptions?.forEach((uri) => uris.add(uri));
    }
    return uris;
  }

  /** Ends every listen stream with its empty result. */
  close(): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear(); // first: what ends with the gateway need not be ended at the upstreams
    for (const listener of listeners) {
      const { id } = listener;
      listener.send({
        jsonrpc: '2.0',
        id,
        result: { resultType: 'complete', _meta: { [SUBSCRIPTION_ID_META_KEY]: id } },
      });
      listener.close();
    }
  }

  #checkRoom(share: string): void {
    const { maxSessions, maxPerShare } = SESSION_BOUNDS;
    const own = [...this.#listeners].filter((listener) => listener.share === share).length;
    if (own >= maxPerShare || this.#listeners.size >= maxSessions) {
      const message = 'Every stream that may be open is open: close one, or try again later';
      throw new McpError(ERROR_SERVER, message, { httpStatus: 503, retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
  }

  /** What of the wishes will be heard: lists that are the gateway's own never change. */
  #filterOf({ params }: JsonRpcRequest): Filter {
    const filter = readFilter(params?.['notifications']);
    const { resourceSubscriptions } = filter;
    if (this.#options.hasUpstreamLists) {
      return filter;
    }
    return resourceSubscriptions === undefined ? {} : { resourceSubscriptions };
  }

  #acknowledge(listener: Listener): void {
    this.#listeners.add(listener);
    const { resourceSubscriptions, ...lists } = listener.filter;
    const uris = resourceSubscriptions === undefined ? {} : { resourceSubscriptions: [...resourceSubscriptions] };
    this.#tell(listener, 'notifications/subscriptions/acknowledged', { notifications: { ...lists, ...uris } });
    this.#changed(listener);
  }

  #remove(listener: Listener): void {
    if (this.#listeners.delete(listener)) {
      this.#changed(listener);
    }
  }

  #changed({ filter }: Listener): void {
    if (filter.resourceSubscriptions !== undefined) {
      this.#options.onSubscriptions();
    }
  }

  /** Asks nobody where this gateway has no session. */
  #tellSessions(readers: () => Promise<readonly Session[]>, message: JsonRpcNotification): void {
    if (this.#options.sessions.count === 0 || this.#isTooLarge(message)) {
      return;
    }
    this.#told = this.#told
      .then(readers)
      .then((sessions) => sessions.forEach(({ streams }) => streams.send(message)))
      .catch((error: unknown) => this.#options.onError(error));
  }

  /** What one upstream sends goes to every client that listens: a large message would stand in memory for each of them. */
  #isTooLarge(message: JsonRpcNotification): boolean {
    const bytes = keptBytes(message.params, MAX_OPEN_ENDED_WAITING_BYTES);
    const isTooLarge = bytes > MAX_OPEN_ENDED_WAITING_BYTES;
    if (isTooLarge && !this.#hasToldTooLarge) {
      this.#options.onCut(
        `a notification of more than ${MAX_OPEN_ENDED_WAITING_BYTES} bytes went to no client (${message.method}); further ones are dropped without a line`,
      );
    }
    this.#hasToldTooLarge ||= isTooLarge;
    return isTooLarge;
  }

  #tell(listener: Listener, method: string, params: JsonObject | undefined): void {
    const meta = { [SUBSCRIPTION_ID_META_KEY]: listener.id };
    listener.send({ jsonrpc: '2.0', method, params: { ...params, _meta: meta } });
  }
}

/** The URIs by which a listener asked for what has changed as `uri`. */
function heardAs({ filter, askedAs }: Listening, uri: string): readonly string[] {
  return askedAs.get(uri) ?? (filter.resourceSubscriptions?.has(uri) === true ? [uri] : []);
}

function byResource(uris: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  return Map.groupBy(uris, withoutParameters);
}

function readFilter(value: unknown): Filter {
  if (!isJsonObject(value)) {
    return {};
  }
  const uris = value['resourceSubscriptions'];
  return {
    ...(value['toolsListChanged'] === true ? { toolsListChanged: true } : {}),
    ...(value['promptsListChanged'] === true ? { promptsListChanged: true } : {}),
    ...(value['resourcesListChanged'] === true ? { resourcesListChanged: true } : {}),
    ...(Array.isArray(uris) ? { resourceSubscriptions: readUris(uris) } : {}),
  };
}

/** @throws {McpError} -32602 when they are more than is kept for one client. */
function readUris(uris: readonly JsonValue[]): ReadonlySet<string> {
  const { maxStateBytes } = SESSION_BOUNDS;
  if (keptBytes(uris, maxStateBytes) > maxStateBytes) {
    const message = `resourceSubscriptions take more than ${maxStateBytes / 1024} KiB, which is what is kept for one stream`;
    throw new McpError(ERROR_INVALID_PARAMS, message);
  }
  return new Set(uris.filter((uri) => typeof uri === 'string'));
}
