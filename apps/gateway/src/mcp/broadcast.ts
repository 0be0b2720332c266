import { SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server';
import {
  isJsonObject,
  type JsonObject,
  type JsonRpcId,
  type JsonRpcMessage,
  type JsonRpcRequest,
} from '../json-rpc.ts';
import { EventStream } from './event-stream.ts';
import { isLoggedAt } from './protocol.ts';
import type { Session, Sessions } from './sessions.ts';

/** What a modern client asked to hear (`subscriptions/listen`). */
interface Filter {
  readonly toolsListChanged?: boolean;
  readonly promptsListChanged?: boolean;
  readonly resourcesListChanged?: boolean;
  readonly resourceSubscriptions?: readonly string[];
}

interface Listener {
  readonly id: JsonRpcId;
  readonly filter: Filter;
  send(message: JsonRpcMessage): void;
  close(): void;
}

export interface BroadcastOptions {
  readonly sessions: Sessions;
  readonly onNotificationSent: () => void;
  readonly onStream: (change: 1 | -1) => void;
}

/** Sends what belongs to no request: to the GET streams of sessions, and to the listen streams of modern clients. */
export class Broadcast {
  readonly #options: BroadcastOptions;
  readonly #listeners = new Set<Listener>();

  constructor(options: BroadcastOptions) {
    this.#options = options;
  }

  /** Opens a listen stream and acknowledges it. */
  listen(request: JsonRpcRequest): EventStream {
    const filter = readFilter(request.params?.['notifications']);
    this.#options.onStream(1);
    const stream = new EventStream({
      livesOn: true,
      onNotification: this.#options.onNotificationSent,
      onClose: () => {
        this.#options.onStream(-1);
        this.#listeners.delete(listener);
      },
    });
    const listener: Listener = {
      id: request.id,
      filter,
      send: (message) => stream.send(message),
      close: () => stream.close(),
    };
    this.#acknowledge(listener);
    return stream;
  }

  /** The same over stdio, where listening shares the pipe with everything else. */
  listenOnPipe(request: JsonRpcRequest, send: (message: JsonRpcMessage) => void): void {
    this.#acknowledge({ id: request.id, filter: readFilter(request.params?.['notifications']), send, close: () => {} });
  }

  /** `list_changed` of tools, prompts or resources, to everyone who can hear it. */
  listChanged(what: 'tools' | 'prompts' | 'resources'): void {
    const method = `notifications/${what}/list_changed`;
    for (const session of this.#options.sessions.all()) {
      tellSession(session, method, undefined);
    }
    for (const listener of this.#listeners) {
      if (listener.filter[`${what}ListChanged`] === true) {
        this.#tell(listener, method, undefined);
      }
    }
  }

  /** `resources/updated`, to those who subscribed to `uri`. */
  resourceUpdated(uri: string): void {
    const method = 'notifications/resources/updated';
    for (const session of this.#options.sessions.all()) {
      if (session.subscriptions.has(uri)) {
        tellSession(session, method, { uri });
      }
    }
    for (const listener of this.#listeners) {
      if (listener.filter.resourceSubscriptions?.includes(uri) === true) {
        this.#tell(listener, method, { uri });
      }
    }
  }

  /** A log message that belongs to no request, to every session that wants its level. */
  logMessage(params: JsonObject | undefined): void {
    for (const session of this.#options.sessions.all()) {
      if (session.logLevel === undefined || isLoggedAt(params?.['level'], session.logLevel)) {
        tellSession(session, 'notifications/message', params);
      }
    }
  }

  /** Every URI somebody listens to. */
  subscribedUris(): Set<string> {
    const uris = new Set<string>();
    for (const session of this.#options.sessions.all()) {
      session.subscriptions.forEach((uri) => uris.add(uri));
    }
    for (const { filter } of this.#listeners) {
      filter.resourceSubscriptions?.forEach((uri) => uris.add(uri));
    }
    return uris;
  }

  /** Ends every listen stream with its empty result. */
  close(): void {
    for (const listener of this.#listeners) {
      const { id } = listener;
      listener.send({
        jsonrpc: '2.0',
        id,
        result: { resultType: 'complete', _meta: { [SUBSCRIPTION_ID_META_KEY]: id } },
      });
      listener.close();
    }
    this.#listeners.clear();
  }

  #acknowledge(listener: Listener): void {
    this.#listeners.add(listener);
    this.#tell(listener, 'notifications/subscriptions/acknowledged', { notifications: { ...listener.filter } });
  }

  #tell(listener: Listener, method: string, params: JsonObject | undefined): void {
    const meta = { [SUBSCRIPTION_ID_META_KEY]: listener.id };
    listener.send({ jsonrpc: '2.0', method, params: { ...params, _meta: meta } });
  }
}

function tellSession(session: Session, method: string, params: JsonObject | undefined): void {
  const message = { jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) } as const;
  session.stream?.send(message);
  session.listener?.(message);
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
    ...(Array.isArray(uris) ? { resourceSubscriptions: uris.filter((uri) => typeof uri === 'string') } : {}),
  };
}
