// upstream/connection/: opening a connection, keeping it open, and what it knows of the server.
import { asObject, isJsonObject, type Era, type JsonObject } from '../../protocol/json-rpc.ts';
import { ERROR_METHOD_NOT_FOUND, taskSupportOf } from '../../protocol/mcp-protocol.ts';
import { findMirroredParameters, type MirroredParameter } from '../../protocol/mirrored/mirrored-parameters.ts';
import { type CoreRoutes, isDccCore, JOB_STATUS_TOOL } from '../core/dcc-core.ts';
import { toToolResult } from '../hop/answer.ts';
import { readProgressToken } from '../hop/envelope.ts';
import { cancelled, shuttingDown, unreachable } from '../hop/failures.ts';
import { toHandshakeResult } from '../hop/handshake-result.ts';
import { ownCall, type WireCall } from '../hop/hop.ts';
import { awaitCoreJob } from '../polled/core-job.ts';
import { pendingJobId } from '../polled/pending-job.ts';
import type { PolledCall } from '../polled/poll-to-end.ts';
import { awaitTask, taskIdOf } from '../polled/upstream-task.ts';
import type { RpcSession } from '../session/rpc-session.ts';
import type { AdmittedHop, HopFailure, HopResult } from '../upstream.ts';
import { type CallTime, inTime, startTime } from './call-time.ts';
import type { ServerFacts } from './negotiate.ts';
import type { SessionMemory } from './session-memory.ts';
import { Subscriptions } from './subscriptions.ts';
import type { UserSessions } from './user-sessions.ts';

export interface ConnectionOptions {
  readonly session: RpcSession;
  readonly facts: ServerFacts;
  readonly memory: SessionMemory;
  readonly random: () => number;
  /** The routes that a dcc-mcp-core host has beside its MCP endpoint; absent over stdio. */
  readonly coreRoutes?: CoreRoutes;
  /** Opens a handshake session beside the modern one, for callers that can be asked, unless the signal aborts; absent over stdio. */
  readonly openLegacySession?: (signal: AbortSignal) => Promise<RpcSession | undefined>;
  /** Present where the upstream is called as the user of each call. */
  readonly userSessions?: UserSessions;
  /** Ends what the connection uses, after the session. */
  readonly dispose: () => Promise<void>;
}

/** Asked for by the gateway itself, whoever listens. */
const OWN_METHODS: ReadonlySet<string> = new Set(['resources/subscribe', 'resources/unsubscribe', 'logging/setLevel']);

const EMPTY: HopResult = { ok: true, result: {} };
/** Methods during which a handshake-era server may ask the caller something. */
const MAY_ASK: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** Whether a server refuses the very question, as one of the other era does; a missing `ping` is just missing. */
function isNotUnderstood({ httpStatus, rpcError }: HopFailure, era: Era): boolean {
  const isRefused = httpStatus === 400 || httpStatus === 404 || httpStatus === 405;
  return isRefused || (era === 'modern' && rpcError?.code === ERROR_METHOD_NOT_FOUND);
}

/** A working connection to one upstream: what its era and kind of server need is known here. */
export class Connection {
  readonly facts: ServerFacts;
  readonly session: RpcSession;
  readonly #options: ConnectionOptions;
  readonly #subscriptions: Subscriptions | undefined;
  #mirrored: ReadonlyMap<string, readonly MirroredParameter[]> = new Map();
  readonly #ending = new AbortController();
  readonly #closing = new AbortController();
  #knowsJobs = false;
  /** Tools of a handshake server whose calls may, or must, be tasks. */
  #taskSupport: ReadonlyMap<string, 'required' | 'optional'> = new Map();
  #legacySession: Promise<RpcSession | undefined> | undefined;
  #openedLegacySession: RpcSession | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.session = options.session;
    this.facts = options.facts;
    if (options.facts.era === 'modern') {
      this.#subscriptions = new Subscriptions(options.session, options.facts.capabilities, options.random);
      for (const uri of options.memory.uris) {
        this.#subscriptions.set(uri, true);
      }
    } else {
      options.session.transport.openStream();
    }
  }

  /** The routes of a dcc-mcp-core host; absent for every other server. */
  get core(): CoreRoutes | undefined {
    return this.#knowsJobs ? this.#options.coreRoutes : undefined;
  }

  /** Whether the tools list has to be asked for now and then, because changes are not told. */
  get mustPollTools(): boolean {
    const tools = this.facts.capabilities['tools'];
    const isAnnounced = isJsonObject(tools) && tools['listChanged'] === true;
    return this.core !== undefined || (isAnnounced && !this.session.transport.canBeNotified);
  }

  /** Learns from the tools list what calls will need. */
  learn(tools: readonly JsonObject[]): void {
    this.#knowsJobs = isDccCore(tools);
    const entries = tools.flatMap((tool) => {
      const found = findMirroredParameters(tool['inputSchema']);
      const { name } = tool;
      return found.length === 0 || typeof name !== 'string' ? [] : [[name, found] as const];
    });
    this.#mirrored = new Map(entries);
    this.#taskSupport = this.#takesTasks ? new Map(tools.flatMap(supportOf)) : new Map();
  }

  request(admitted: AdmittedHop): Promise<HopResult> {
    const { hop } = admitted;
    const { method, params } = hop;
    if (this.facts.era === 'modern') {
      const own = this.#answerForModern(method, params);
      if (own !== undefined) {
        return Promise.resolve(own);
      }
    }
    const { userSessions } = this.#options;
    if (userSessions !== undefined && !OWN_METHODS.has(method)) {
      return this.#requestAsUser(startTime(admitted), userSessions);
    }
    if (this.facts.era === 'modern') {
      if (hop.peer?.era === 'legacy' && hop.peer.ask !== undefined && MAY_ASK.has(method)) {
        return this.#requestOverLegacySession(startTime(admitted));
      }
    }
    return this.#exchange(this.session, startTime(admitted));
  }

  /** One readiness probe: what the upstream offers for it. */
  async probe(timeoutMillis: number): Promise<'ready' | 'booting' | HopFailure> {
    const readiness = await this.core?.readiness();
    if (readiness !== undefined) {
      return readiness;
    }
    const method = this.facts.era === 'modern' ? 'server/discover' : 'ping';
    const answer = await this.session.exchange(ownCall(method, {}, timeoutMillis));
    const { memory } = this.#options;
    if (answer.ok) {
      memory.refusesProbe = false;
      return 'ready';
    }
    const isRefusal = isNotUnderstood(answer.failure, this.facts.era);
    if (isRefusal && !memory.refusesProbe) {
      // Perhaps another server has taken its place: the era is found out anew, but only once for the same refusal.
      memory.refusesProbe = true;
      return unreachable('The upstream no longer understands the era it was spoken to in').failure;
    }
    // One that has too many requests is there.
    const isThere = isRefusal || answer.failure.rpcError !== undefined || answer.failure.kind === 'throttled';
    return isThere ? 'ready' : answer.failure;
  }

  /** Ends the calls of callers; the gateway's own requests go on. */
  endCalls(): void {
    this.#ending.abort();
    this.session.endCalls(shuttingDown());
    void this.#legacySession?.then((session) => session?.endCalls(shuttingDown()));
    this.#options.userSessions?.endCalls();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#subscriptions?.close();
    const legacySession = await this.#legacySession;
    await Promise.all([this.session.close(), legacySession?.close(), this.#options.userSessions?.close()]);
    await this.#options.dispose();
  }

  async #exchange(session: RpcSession, time: CallTime): Promise<HopResult> {
    const { hop } = time.admitted;
    const { memory } = this.#options;
    // Noted before it is granted, because the first change may follow the answer at once.
    const isNew = hop.method === 'resources/subscribe' && !memory.isSubscribed(hop.params['uri']);
    if (isNew) {
      memory.note(hop.method, hop.params);
    }
    if (session.roots.isNews(hop.peer) && MAY_ASK.has(hop.method)) {
      const given = await inTime(time, async (isAwaited) => {
        const tellChanged = (): Promise<void> => session.notify('notifications/roots/list_changed', undefined);
        await session.roots.give(hop.peer, isAwaited, tellChanged);
      });
      if (!given.ok) {
        return given;
      }
    }
    const answer = await session.exchange(this.#toCall(time, session.era));
    const result = hop.method === 'tools/call' ? toToolResult(await this.#unlessJob(answer, session, time)) : answer;
    if (result.ok) {
      memory.note(hop.method, hop.params);
    } else if (isNew) {
      memory.note('resources/unsubscribe', hop.params);
    }
    const isBridged = session.era === 'modern' && hop.peer?.era === 'legacy';
    return isBridged ? toHandshakeResult(hop.method, result) : result;
  }

  /** A call that the upstream has made a job or a task of has no answer yet; one that asks for a job's state has. */
  #unlessJob(answer: HopResult, session: RpcSession, time: CallTime): HopResult | Promise<HopResult> {
    const { params, job } = time.admitted.hop;
    const jobId = params['name'] === JOB_STATUS_TOOL ? undefined : pendingJobId(answer, this.#knowsJobs);
    if (jobId !== undefined) {
      job?.named(jobId);
      return awaitCoreJob({ ...this.#toPolled(session, time), jobId, core: this.#options.coreRoutes });
    }
    const taskId = taskIdOf(answer, session.era);
    if (taskId !== undefined) {
      return untilTaskEnds(this.#toPolled(session, time), taskId);
    }
    return job?.withdrawal.aborted === true ? cancelled() : answer;
  }

  #toPolled(session: RpcSession, { admitted, deadline, renewal }: CallTime): PolledCall {
    return { session, admitted, deadline, renewal, ending: this.#ending.signal };
  }

  #toCall({ admitted: { hop, envelope }, deadline, renewal }: CallTime, era: Era): WireCall {
    // dcc-mcp-core takes a progress token for the wish to run the call as a job, and answers "pending".
    const asks = hop.peer !== undefined && (!this.#knowsJobs || hop.job?.asksForTask === true);
    const progressToken = asks ? readProgressToken(hop.params) : undefined;
    const { name } = hop.params;
    const called = hop.method === 'tools/call' && typeof name === 'string' ? name : undefined;
    const mirrored = called === undefined ? undefined : this.#mirrored.get(called);
    const support = called === undefined || era === 'modern' ? undefined : this.#taskSupport.get(called);
    const isTask = support === 'required' || (support === 'optional' && hop.job?.asksForTask === true);
    return {
      method: hop.method,
      params: isTask ? { ...hop.params, task: { ttl: Math.ceil(deadline - performance.now()) } } : hop.params,
      // Who takes answers as they come says by itself what it can do.
      takesTask: called !== undefined && hop.peer?.takesInputRequired !== true,
      rawParams: hop.rawParams,
      envelope,
      timeoutMillis: Math.max(1, Math.ceil(deadline - performance.now())),
      renewal,
      signal: hop.signal,
      // The end of a task is asked for by its id (MCP 2025-11-25, "Tasks"), which is not known yet.
      withdrawal: isTask ? undefined : hop.job?.withdrawal,
      peer: hop.peer,
      progressToken,
      mirrored,
      requestId: hop.requestId,
      onSent: hop.onSent,
    };
  }

  /** Whether the server says that calls of its tools can be tasks (MCP 2025-11-25, "Tasks": without it none may be asked for). */
  get #takesTasks(): boolean {
    const requests = asObject(asObject(this.facts.capabilities['tasks'])?.['requests']);
    return this.facts.era === 'legacy' && asObject(requests?.['tools'])?.['call'] !== undefined;
  }

  /** Methods of the handshake era that have another form in the stateless one. */
  #answerForModern(method: string, params: JsonObject): HopResult | undefined {
    const { uri } = params;
    if ((method === 'resources/subscribe' || method === 'resources/unsubscribe') && typeof uri === 'string') {
      this.#subscriptions?.set(uri, method === 'resources/subscribe');
      this.#options.memory.note(method, params);
      return EMPTY;
    }
    // The level travels with each request (`peer.logLevel`); liveness is the gateway's own affair.
    return method === 'logging/setLevel' || method === 'ping' ? EMPTY : undefined;
  }

  async #requestAsUser(time: CallTime, sessions: UserSessions): Promise<HopResult> {
    const entered = await inTime(time, () => sessions.enter(time.admitted.hop.user));
    if (!entered.ok) {
      return entered;
    }
    if (!entered.value.ok) {
      return entered.value;
    }
    const { session, begin } = entered.value;
    const end = begin();
    try {
      return await this.#exchange(session, time);
    } finally {
      end();
    }
  }

  #requestOverLegacySession(time: CallTime): Promise<HopResult> {
    const opened = this.#openedLegacySession;
    return opened === undefined || opened.isOver ? this.#requestOnceOpened(time) : this.#exchange(opened, time);
  }

  async #requestOnceOpened(time: CallTime): Promise<HopResult> {
    const opening = (this.#legacySession ??= this.#openLegacySession());
    const opened = await inTime(time, () => opening);
    if (!opened.ok) {
      return opened; // the session is opened all the same, for the calls that follow
    }
    const legacySession = opened.value;
    if (legacySession?.isOver === true) {
      this.#legacySession = undefined; // the next call opens another
    }
    const session = legacySession === undefined || legacySession.isOver ? this.session : legacySession;
    return this.#exchange(session, time);
  }

  async #openLegacySession(): Promise<RpcSession | undefined> {
    this.#openedLegacySession = await this.#options.openLegacySession?.(this.#closing.signal);
    return this.#openedLegacySession;
  }
}

function supportOf(tool: JsonObject): readonly (readonly [string, 'required' | 'optional'])[] {
  const support = taskSupportOf(tool);
  const { name } = tool;
  return support === undefined || typeof name !== 'string' ? [] : [[name, support]];
}

/** The task has the time of a job from when it is one. */
async function untilTaskEnds(call: PolledCall, taskId: string): Promise<HopResult> {
  const taskMillis = await call.admitted.hop.job?.becameTask();
  const extended =
    taskMillis === undefined ? {} : { taskMillis, deadline: performance.now() + taskMillis, renewal: undefined };
  return awaitTask({ ...call, ...extended }, taskId);
}
