import type { SessionEndReason } from '@dcc-mcp/semantic-conventions';
import { randomUUID } from 'node:crypto';
import type { RouteTable } from '../../http/route-table.ts';
import type { OperationCore } from '../../operations/frame/core.ts';
import type { JsonObject, JsonRpcMessage, JsonRpcRequest } from '../../protocol/json-rpc.ts';
import { messageText } from '../../protocol/message-text.ts';
import type { GatewayMessages } from '../../protocol/messages/gateway-messages.ts';
import type { StreamCounts } from '../../recording/telemetry/stream-counts.ts';
import { answerRecording, type RecordAnswer } from '../exchange/answer-size.ts';
import { mcpCaller } from '../exchange/caller.ts';
import { InputRequired } from '../input-rounds/input-required.ts';
import type { InputRounds } from '../input-rounds/input-rounds.ts';
import { Broadcast } from '../notifications/broadcast.ts';
import type { ListShapes } from '../notifications/list-shapes.ts';
import { PassThrough } from '../pass-through/pass-through.ts';
import type { ResourceOwners } from '../pass-through/resource-owners.ts';
import { SearchMode } from '../search-mode/search-mode.ts';
import type { EndedSession, SessionRecords } from '../session/session-records.ts';
import { Sessions } from '../session/sessions.ts';
import { taskHandlers } from '../tasks/task-methods.ts';
import { McpEndpoint, type McpEndpointOptions } from '../transport/endpoint.ts';
import { isNotification } from '../transport/event-stream.ts';
import { mcpRoutes } from '../transport/mcp-routes.ts';
import type { McpMode } from './mcp-mode.ts';
import { createProtocolSpans } from './protocol-spans.ts';
import { McpServer } from './server.ts';

/** State of MCP clients that several gateways can share. */
export interface McpState {
  readonly sessions: SessionRecords;
  readonly inputRounds: InputRounds;
  readonly resourceOwners: ResourceOwners;
}

/** What {@link assembleMcp} takes. */
export interface McpParts {
  readonly core: OperationCore;
  readonly state: McpState;
  /** Reaches the gateways that share the state. */
  readonly messages: GatewayMessages;
  readonly streams: StreamCounts;
  readonly serverInfo: JsonObject;
  /** Whether clients see the upstreams' own tools in place of the four gateway tools. */
  readonly exposesAll: boolean;
  /** Whether what the gateway answers itself has spans. */
  readonly hasProtocolSpans: boolean;
  readonly bodyLimitBytes: number;
  /** Begins a piece of work that a stop waits for though no request of a client is open; what it gives ends it. */
  readonly beginPause: () => () => void;
  /** Whether another gateway listens to a resource of a server of this one, by the name that the server has for it. */
  readonly isSubscribedElsewhere: (uri: string) => Promise<boolean>;
  /** One line for people. */
  readonly log: (line: string) => void;
}

/** The gateway as MCP clients meet it, over HTTP and over standard streams. */
export interface McpSide {
  readonly mcp: McpServer;
  readonly sessions: Sessions;
  readonly broadcast: Broadcast;
  /** The names by which clients listen to a resource of an upstream. */
  readonly listenedAs: (instanceId: string, uri: string) => readonly string[];
  /** What the lists of clients are put together of at this moment; absent where that never changes. */
  readonly listShapes: () => ListShapes | undefined;
  /** The routes of `/mcp`. */
  readonly routes: RouteTable;
  /** Told of each message written on the standard streams, with the request that it answers. */
  readonly onStdioMessage: (message: JsonRpcMessage, request?: JsonRpcRequest) => void;
  /** Ends sessions and streams. */
  readonly closeStreams: () => Promise<void>;
}

/** Wires the MCP side of a gateway. */
export function assembleMcp(parts: McpParts): McpSide {
  const { core, state, exposesAll } = parts;
  // Sessions and streams tell the mode who listens, and the mode is made after them.
  let mode: McpMode | undefined;
  const onSubscriptions = (): void => mode?.subscriptionsChanged();
  const sessions = createSessions(parts, onSubscriptions);
  const broadcast = createBroadcast(parts, sessions, onSubscriptions);
  const listeners = {
    isSubscribed: async (uri: string): Promise<boolean> =>
      (await broadcast.isSubscribed(uri)) || (await parts.isSubscribedElsewhere(uri)),
    subscribedUris: (): Promise<ReadonlySet<string>> => broadcast.subscribedUris(),
    onChanged: (): void => sessions.subscriptionsChanged(),
  };
  mode = exposesAll ? new PassThrough(core, { resourceOwners: state.resourceOwners, listeners }) : new SearchMode(core);
  const made = mode;
  const mcp = createServer(parts, { mode: made, sessions, broadcast });
  const onAnswer = answerRecording(core.recorder, exposesAll);
  return {
    mcp,
    sessions,
    broadcast,
    listenedAs: (instanceId, uri) => made.listenedAs(instanceId, uri),
    listShapes: () => made.listShapes?.(),
    routes: createRoutes(parts, { server: mcp, sessions, onAnswer }),
    onStdioMessage: (message, request) => recordStdioMessage(core, onAnswer, { message, request }),
    closeStreams: () => {
      broadcast.close();
      return sessions.close();
    },
  };
}

function createSessions({ core, state, messages }: McpParts, onSubscriptions: () => void): Sessions {
  return new Sessions({
    records: state.sessions,
    messages,
    onSubscriptions,
    now: Date.now,
    newId: randomUUID,
    onError: core.onError,
    onEnd: (ended, reason) => {
      recordSession(core, ended, reason);
      if (ended.subscriptions.length > 0 && reason !== 'shutdown') {
        onSubscriptions();
      }
    },
  });
}

function createBroadcast(
  { core, streams, exposesAll, log }: McpParts,
  sessions: Sessions,
  onSubscriptions: () => void,
): Broadcast {
  return new Broadcast({
    sessions,
    onNotificationSent: () => core.recorder.record({ kind: 'notification', channel: 'sse' }),
    onStream: (change) => streams.add('subscription', change),
    hasUpstreamLists: exposesAll,
    onSubscriptions,
    onError: core.onError,
    onCut: log,
  });
}

function createServer(
  { core, state, messages, serverInfo, hasProtocolSpans, beginPause }: McpParts,
  clients: { readonly mode: McpMode; readonly sessions: Sessions; readonly broadcast: Broadcast },
): McpServer {
  const { recorder, now, onError } = core;
  return new McpServer({
    ...clients,
    serverInfo,
    furtherMethods: taskHandlers(core.jobs),
    inputRequired: new InputRequired({
      rounds: state.inputRounds,
      messages,
      now: Date.now,
      newId: randomUUID,
      begin: beginPause,
      onError,
    }),
    now,
    onError,
    ...(hasProtocolSpans ? { beginSpan: createProtocolSpans(core) } : {}),
    ...(recorder.isRecording ? { onFinished: (finished) => recorder.record(finished) } : {}),
  });
}

function createRoutes(
  { core, streams, bodyLimitBytes, log }: McpParts,
  told: Pick<McpEndpointOptions, 'server' | 'sessions' | 'onAnswer'>,
): RouteTable {
  const { recorder } = core;
  const endpoint = new McpEndpoint({
    ...told,
    readContext: (request, exchange) => mcpCaller(core, { request, exchange }).ctx,
    contextSettings: core.contextSettings,
    onNotificationSent: () => recorder.record({ kind: 'notification', channel: 'sse' }),
    onStream: (kind, change) => streams.add(kind, change),
    onCut: log,
  });
  return mcpRoutes(endpoint, bodyLimitBytes);
}

function recordSession({ recorder }: OperationCore, { record }: EndedSession, reason: SessionEndReason): void {
  recorder.record({
    kind: 'session',
    reason,
    transport: record.transport === 'http' ? 'tcp' : 'pipe',
    durationSeconds: (Date.now() - record.startedAt) / 1000,
  });
}

function recordStdioMessage(
  { recorder }: OperationCore,
  onAnswer: RecordAnswer,
  { message, request }: { readonly message: JsonRpcMessage; readonly request: JsonRpcRequest | undefined },
): void {
  if (!recorder.isRecording) {
    return;
  }
  if (isNotification(message)) {
    recorder.record({ kind: 'notification', channel: 'stdio' });
  } else if (request !== undefined) {
    onAnswer(request, Buffer.byteLength(messageText(message)));
  }
}
