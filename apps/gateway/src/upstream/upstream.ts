// upstream/: one MCP server behind the gateway, from its settings to the answers of its calls.
import type { BackendErrorKind, ErrorKind } from '@dcc-mcp/semantic-conventions';
import type { Era, JsonObject, JsonRpcError } from '../protocol/json-rpc.ts';
import type { RawJson } from '../protocol/json/raw-json.ts';
import type { ReachRule } from './http/reach/reach.ts';
import type { HopUser, OauthRefresh, OauthSettings } from './oauth/oauth-settings.ts';

/** How to reach one MCP server, and how much of it may be used at once. */
export interface UpstreamSettings {
  /** The key in `mcpServers`, or a name of the registration; unique. */
  readonly key: string;
  readonly instanceId: string;
  /** First eight hex digits of `instanceId`. */
  readonly instanceShort: string;
  readonly dccType: string;
  /** `gateway`: another gateway has it, and is asked to call it. */
  readonly source: 'config' | 'http' | 'file' | 'gateway';
  readonly transport:
    | {
        readonly type: 'stdio';
        readonly command: string;
        readonly args: readonly string[];
        readonly env: Readonly<Record<string, string>>;
        readonly cwd?: string;
      }
    | {
        readonly type: 'http';
        readonly url: string;
        readonly headers: Readonly<Record<string, string>>;
        /** Which addresses it may have; absent: any. */
        readonly reach?: ReachRule;
        /** The address of the gateway that has it and is asked to call it; absent: it is reached directly. */
        readonly owner?: string;
        /** How its tokens are had; absent: what a login has left behind, if one has. */
        readonly oauth?: OauthSettings;
      };
  /** Started by the first use instead of at start. */
  readonly isLazy: boolean;
  readonly isDisabled: boolean;
  readonly affinity: 'main' | 'any';
  readonly concurrency: number;
  readonly maxQueued: number;
  readonly timeoutMillis: number;
  /** Longest time of a call that reports progress; default an hour, never below {@link timeoutMillis}. */
  readonly maxTimeoutMillis?: number;
  /** Whether scalars of the wrong type are made what a tool's schema asks for. */
  readonly coercesArguments: boolean;
  /** Which of its tools are offered, by name, `*` for any characters; an empty `include` means all, `exclude` wins. */
  readonly toolFilter?: { readonly include: readonly string[]; readonly exclude: readonly string[] };
}

/** The caller's side of one hop: where what the upstream sends while it works goes to. */
export interface HopPeer {
  /** Client capabilities as declared by the caller (modern upstreams get them in `_meta`). */
  readonly capabilities: JsonObject;
  readonly clientInfo?: JsonObject | undefined;
  /** The caller's log level, where it gave one. */
  readonly logLevel?: string | undefined;
  /**
   * The era the caller speaks. A handshake caller that can be asked is served over a handshake session of its upstream
   * where the upstream has one (HTTP only): only there can a server ask in the middle of a call.
   */
  readonly era?: Era;
  /** Whether the caller itself answers an `input_required` result of a modern upstream; otherwise it is asked each question. */
  readonly takesInputRequired?: boolean | undefined;
  /**
   * Whose roots the caller has, by identity: a new one when they changed. Absent where it has none, or where a server that
   * keeps them could show them to somebody else.
   */
  readonly rootsOwner?: object | undefined;
  /** A notification that belongs to this request (progress with the caller's own token, message, …). */
  notify(method: string, params: JsonObject | undefined): void;
  /** A request of the upstream that only the caller can answer (sampling, elicitation, roots). Absent: it is declined. */
  readonly ask?: ((question: PeerQuestion) => Promise<PeerAnswer>) | undefined;
}

/** A request of an upstream to its caller. */
export interface PeerQuestion {
  /** What the upstream calls it: the id of its request, or the key among its `inputRequests`. */
  readonly key: string;
  readonly method: string;
  readonly params: JsonObject | undefined;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** What the caller says to it. */
export type PeerAnswer = { readonly result: JsonObject } | { readonly error: JsonRpcError };

/** What travels beside the parameters. */
export interface HopEnvelope {
  /** Propagation fields (`traceparent`, `tracestate`, `baggage`, `b3` …): written into `params._meta` and, over HTTP, into headers. */
  readonly carrier: Readonly<Record<string, string>>;
  /** Further HTTP headers (`X-Request-Id`, …). */
  readonly headers: Readonly<Record<string, string>>;
  /** Names the hop where the wire is watched; absent: as the carrier says. */
  readonly spanId?: string;
}

/** Parameters as they came, by name. */
export type RawParams = Readonly<Record<string, RawJson | undefined>>;

/** What a call that runs as a job, or may become one, has beside others. */
export interface HopJob {
  /** Whether the upstream is asked to make a job of its own of the call, where it makes some: it then tells how far it is. */
  readonly asksForTask: boolean;
  /**
   * Aborts when the end of the call is asked for: the upstream is told, and the call goes on until it says something,
   * which ends it as `cancelled`.
   */
  readonly withdrawal: AbortSignal;
  /** Called when the call has a place in the line of its upstream, or needs none: at the latest when it begins. */
  accepted(): void;
  /** Called with the id of the job that a dcc-mcp-core host has made of the call: its host tells of it by that. */
  named(hostJobId: string): void;
  /** Called when the upstream has made a task of the call. Gives how long it may take from now on, where that changes. */
  becameTask(): number | undefined | Promise<number | undefined>;
}

/** One JSON-RPC request to an upstream. */
export interface HopRequest {
  readonly method: string;
  /** The caller's parameters; `_meta` keys of the protocol envelope are replaced, foreign ones kept. */
  readonly params: JsonObject;
  /** Those of the parameters that travel as they came, in place of the same in {@link params}. */
  readonly rawParams?: RawParams | undefined;
  /** Called once, when the request leaves the queue for the wire: the place where the hop's span starts. Not called when it never does. */
  begin(queueWaitMillis: number): HopEnvelope | Promise<HopEnvelope>;
  readonly timeoutMillis: number;
  /** Longest time where progress of the upstream makes {@link timeoutMillis} start anew; absent: it does not. */
  readonly maxTimeoutMillis?: number | undefined;
  /** Of the operation that it belongs to. */
  readonly requestId?: string;
  /** Who signed in to make it; absent where nobody did. */
  readonly user?: HopUser | undefined;
  /** Aborts when the caller cancels or leaves: the upstream is told, and the hop ends as `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  readonly peer?: HopPeer | undefined;
  /** Absent for a call that its caller waits for. */
  readonly job?: HopJob | undefined;
  /** True for what changes nothing (`readOnlyHint`, list and read methods): it may be sent again after a failure. Default false. */
  readonly isRead?: boolean;
  /** Told of the JSON-RPC id of each request that goes out for it. */
  readonly onSent?: ((jsonrpcId: number) => void) | undefined;
  /** Called before each further try of a read. */
  onRetry?(retry: HopRetry): void;
  /** Told how long a further try of a read waited in the queue; of the first one {@link begin} is told. */
  readonly onWaited?: ((queueWaitMillis: number) => void) | undefined;
}

/** A read is about to be sent again. */
export interface HopRetry {
  /** 1 for the first try after the first failure. */
  readonly attempt: number;
  readonly delayMillis: number;
  readonly failure: HopFailure;
}

/** A request that has its turn: what goes with it, and how long its answer may take. */
export interface AdmittedHop {
  readonly hop: HopRequest;
  readonly envelope: HopEnvelope;
  readonly timeoutMillis: number;
}

/** Why a hop came to nothing. */
export interface HopFailure {
  readonly kind: ErrorKind;
  /** Label of `dcc_mcp_gateway_backend_errors_total`; absent where the upstream is not to blame. */
  readonly backendErrorKind?: BackendErrorKind | undefined;
  /** For people; never a stack trace, never a secret. */
  readonly message: string;
  /** The upstream's own JSON-RPC error, where it sent one. */
  readonly rpcError?: JsonRpcError | undefined;
  readonly httpStatus?: number | undefined;
  /** Of an upstream that has too many requests: how long to wait, in whole seconds. */
  readonly retryAfterSeconds?: number;
  /** What the upstream did instead of answering in time; part of the message. */
  readonly hint?: string | undefined;
  /** True where the message says all there is to say of the time, whatever the call waited for. */
  readonly isFinalWording?: boolean | undefined;
  /** Time in the queue of a call that was taken in there and never left it; for others {@link HopRequest.begin} has it. */
  readonly queueWaitMillis?: number | undefined;
}

/** What came of a hop. */
export type HopResult =
  | {
      readonly ok: true;
      /** The upstream's, as a value: numbers have lost what a double does not hold. */
      readonly result: JsonObject;
      /** The same as it came; absent for a result that is ours. */
      readonly raw?: RawJson;
      /** The job that the call was at its host (dcc-mcp-core). */
      readonly jobId?: string | undefined;
    }
  | { readonly ok: false; readonly failure: HopFailure; readonly jobId?: string | undefined };

/** Whether an upstream can be used; `idle`: nobody has asked for it yet. */
export type UpstreamReadiness = 'ready' | 'booting' | 'unreachable' | 'disabled' | 'idle';

/** What is known of an upstream at this moment; times in epoch milliseconds. */
export interface UpstreamStatus {
  readonly readiness: UpstreamReadiness;
  readonly since: number;
  readonly lastOk?: number;
  /** How long it took to become ready, where it did so at its first try since it was not. */
  readonly startMillis?: number;
  readonly lastError?: string;
  readonly consecutiveFailures: number;
  /** How often a connection was begun: of a child, how often it was started. */
  readonly starts: number;
  /** True once the first try to connect has ended, well or not, or has taken 10 s. */
  readonly hasBeenTried: boolean;
  readonly era?: Era;
  readonly protocolVersion?: string;
  readonly serverInfo?: JsonObject;
  readonly capabilities: JsonObject;
  readonly instructions?: string;
  readonly toolCount: number;
  readonly toolCountAtLastGood: number;
  readonly scene?: string;
  /** Answers that came after their call had ended, or that belong to no call; all dropped. */
  readonly lateAnswers: number;
  /** What is missing of its lists and why, by method (`tools/list`); empty where nothing is. */
  readonly cutLists: Readonly<Record<string, string>>;
  /** True while calls are refused as `circuit-open`. */
  readonly isCircuitOpen: boolean;
}

/** How busy an upstream is at this moment. */
export interface UpstreamLoad {
  readonly queued: number;
  readonly running: number;
}

/** How a circuit stands. */
export interface CircuitView {
  /** `half-open`: one call is let through as a trial, or the next one will be. */
  readonly state: 'closed' | 'open' | 'half-open';
  /** Failures in a row. */
  readonly failures: number;
  /** When it opened last and when it lets a trial through, in epoch milliseconds; absent while it is closed. */
  readonly times?: { readonly openedAt: number; readonly trialAt: number };
}

/** A tool as a dcc-mcp-core host tells of it apart from the tools list, loaded or not. */
export interface HostTool {
  /** The name that the host takes at any time: `<skill_with_underscores>__<tool>`, or that of a tool of no skill. */
  readonly name: string;
  /** Absent for a tool of no skill. */
  readonly skillName?: string;
  readonly isLoaded: boolean;
  readonly hasSchema: boolean;
  readonly affinity?: 'main' | 'any';
  /** What a tools list would show, as far as the host tells it. */
  readonly tool: JsonObject;
}

/** What a dcc-mcp-core host told of its work, as it told it; levels and texts may be any. */
export interface HostEvent {
  /** Its place in the host's buffer, from 1. */
  readonly id: number;
  /** Nanoseconds since the epoch, in digits. */
  readonly timestampNanos?: string;
  readonly source: string;
  readonly stream: string;
  readonly level: string;
  readonly message: string;
  readonly metadata?: JsonObject;
  readonly session_id?: string;
  readonly tool_call_id?: string;
  readonly job_id?: string;
  readonly correlation_id?: string;
  readonly trace_id?: string;
}

/** Events of a host behind a cursor, oldest first. */
export interface HostEventPage {
  readonly events: readonly HostEvent[];
  /** Id of the newest that it has; absent where it has none. */
  readonly newest?: number;
}

/** Which parts of a dcc-mcp-core host are usable; a host may tell of some alone. */
export type HostReadiness = Readonly<Partial<Record<'process' | 'dispatcher' | 'dcc', boolean>>>;

/** What the row of a registered instance says of it beside how to reach it; all as it says itself. */
export interface RegisteredFacts {
  readonly displayName?: string | undefined;
  readonly scene?: string | undefined;
  readonly pid?: number | undefined;
  /** Of the host application. */
  readonly version?: string | undefined;
  readonly adapterVersion?: string | undefined;
  readonly capabilitiesFingerprint?: string | undefined;
  /** When it was last heard of, in epoch milliseconds. */
  readonly heartbeatAt?: number | undefined;
  /** How long it may be silent, in seconds. */
  readonly ttlSecs?: number | undefined;
}

/** What an upstream tells of itself. */
export interface UpstreamEvents {
  /** The readiness, or what is known of the upstream, changed. */
  onStatus?(upstream: Upstream): void;
  /** Its process ended, or its host was gone while calls were on their way to it; `onStatus` follows. */
  onDied?(upstream: Upstream, reason: string): void;
  /** A fresh, complete tools list; of a dcc-mcp-core host also what it tells of its tools beside the list. */
  onTools?(upstream: Upstream, tools: readonly JsonObject[], hostTools?: readonly HostTool[]): void;
  /** A list, or a resource that somebody subscribed to here, has changed (`list_changed`, `resources/updated`). */
  onNotification?(upstream: Upstream, method: string, params: JsonObject | undefined): void;
  /** Once per readiness probe. */
  onProbe?(upstream: Upstream, outcome: 'ready' | 'booting' | 'unreachable'): void;
  /** A session of the handshake era that we had with the upstream is over. */
  onSessionEnd?(upstream: Upstream, end: { readonly isLost: boolean; readonly durationSeconds: number }): void;
  /** A lazy upstream was stopped until its next use. */
  onUnloaded?(upstream: Upstream): void;
  /** A token for it was replaced, or could not be. */
  onOauthRefresh?(upstream: Upstream, refresh: OauthRefresh): void;
  /** One line of a child's stderr, control characters removed; `bytes` of the whole where the line is its beginning. */
  onStderr?(upstream: Upstream, line: string, bytes?: number): void;
  /** What a dcc-mcp-core host told since; `missed`: how many it had let go of before. */
  onHostEvents?(upstream: Upstream, events: readonly HostEvent[], missed: number): void;
}

/** One MCP server behind the gateway. */
export interface Upstream {
  readonly settings: UpstreamSettings;
  readonly status: UpstreamStatus;
  readonly load: UpstreamLoad;
  readonly circuit: CircuitView;
  readonly sessionId?: string | undefined;
  /** Process of a child; it leads a group of its own. */
  readonly pid?: number | undefined;
  /** Absent for an upstream of the configuration. */
  readonly facts?: RegisteredFacts | undefined;
  /** What a dcc-mcp-core host said of its parts last. */
  readonly hostReadiness?: HostReadiness | undefined;
  /** Takes what its row says now; the scene of a row counts before the one that a host tells. */
  tell(facts: RegisteredFacts | undefined): void;
  /** Begins to connect in the background (nothing for lazy and disabled ones); never throws. */
  start(): void;
  /** Resolves when the upstream is usable, or with the failure when it is not within `timeoutMillis`. */
  connect(timeoutMillis: number): Promise<HopFailure | undefined>;
  /** Passes the queue, then the wire. Never rejects. */
  request(hop: HopRequest): Promise<HopResult>;
  /** Sends a notification where there is a connection; best effort. */
  notify(method: string, params: JsonObject | undefined): void;
  /** A tool of a skill that is not loaded, where the host can tell of it; by its full name. */
  describeUnloaded?(name: string): Promise<JsonObject | undefined>;
  /** Reads what a dcc-mcp-core host has told of its work until now; takes a second at most, and never rejects. */
  refreshEvents(): Promise<void>;
  /** Asks for the tools list again; `onTools` follows. */
  refreshTools(): Promise<void>;
  /** Notes what is missing of a list that was read, and why; absent: nothing is. A change is logged once. */
  noteList(method: string, cut: string | undefined): void;
  /**
   * Stops a lazy upstream until its next use, once no call is on its way to it; any other stays as it is.
   *
   * @returns False where calls were still on their way after `timeoutMillis`: then it goes on.
   */
  unload(timeoutMillis: number): Promise<boolean>;
  /** Ends the calls in flight and refuses further ones, as not-ready; the connection stays. */
  endCalls(): void;
  /** Closes once the calls in flight have ended. */
  retire(): Promise<void>;
  close(): Promise<void>;
}
