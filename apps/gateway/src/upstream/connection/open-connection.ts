import type { LookupFunction } from 'node:net';
import type { WireTap } from '../../protocol/wire/wire-tap.ts';
import { createCoreRoutes } from '../core/dcc-core.ts';
import type { GatewayInfo } from '../hop/envelope.ts';
import { unreachable, type FailedHop } from '../hop/failures.ts';
import { ownCall } from '../hop/hop.ts';
import { createClient } from '../http/create-client.ts';
import { Reach } from '../http/reach/reach.ts';
import { HttpTransport } from '../http/transport/http-transport.ts';
import type { Authorization } from '../oauth/authorization.ts';
import type { UpstreamOauth } from '../oauth/upstream-oauth.ts';
import { RpcSession } from '../session/rpc-session.ts';
import { TappedTransport } from '../session/tapped-transport.ts';
import type { RpcSessionEvents, Suspicion, Transport } from '../session/transport.ts';
import { toChildEnv } from '../stdio/child-env.ts';
import { StdioTransport } from '../stdio/stdio-transport.ts';
import type { UpstreamSettings } from '../upstream.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { negotiate, shakeHands, type Negotiation, type NegotiateOptions, type ServerFacts } from './negotiate.ts';
import type { SessionMemory } from './session-memory.ts';
import { type OpenedSession, UserSessions } from './user-sessions.ts';

export interface OpenConnectionOptions {
  readonly settings: UpstreamSettings;
  readonly gatewayInfo: GatewayInfo;
  readonly memory: SessionMemory;
  readonly random: () => number;
  /** The gateway's own environment, of which a child gets the harmless part. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly maxMessageBytes: number;
  /** Whether plain requests over HTTP are sent without undici. */
  readonly fastPath: boolean;
  /** Looks host names up where an upstream may not have any address. */
  readonly lookup: LookupFunction;
  readonly events: RpcSessionEvents;
  /** Aborts when nobody wants the connection any more. */
  readonly signal: AbortSignal;
  readonly onStderr: (line: string, bytes?: number) => void;
  /** Absent for an upstream that needs no tokens. */
  readonly oauth?: UpstreamOauth | undefined;
  /** Absent where nobody looks at the wire. */
  readonly tap?: WireTap | undefined;
  /** A lost session was replaced: what the upstream says may have changed. */
  readonly onRenewed: () => void;
}

export type OpenedConnection =
  | { readonly ok: true; readonly connection: Connection }
  /** `isInvited`: the next try goes another way, so whoever waits should wait for it. */
  | (FailedHop & { readonly isInvited?: boolean });

type HttpSettings = UpstreamSettings['transport'] & { readonly type: 'http' };
type StdioSettings = UpstreamSettings['transport'] & { readonly type: 'stdio' };

/** Connections kept for what is not a call: the notification stream, probes, lists, answers, cancellations. */
const SPARE_CONNECTIONS = 8;
/** How long the handshake of a session that takes a lost one's place may take. */
const RENEWAL_MILLIS = 8_000;
const SILENT: RpcSessionEvents = {
  onNotification() {},
  onFlood() {},
  onLost() {},
  onLateAnswer() {},
  onNonProtocolOutput() {},
};

/** Connects to an upstream and begins the conversation; leaves nothing behind when that fails. */
export function openConnection(options: OpenConnectionOptions): Promise<OpenedConnection> {
  const { transport } = options.settings;
  return transport.type === 'http' ? openHttpConnection(options, transport) : openStdioConnection(options, transport);
}

function toNegotiateOptions(options: OpenConnectionOptions, isStdio: boolean, mayBeModern: boolean): NegotiateOptions {
  return {
    gatewayInfo: options.gatewayInfo,
    mayBeModern,
    discoverTimeoutMillis: 5_000,
    // A child may first have to be fetched, or be a host application that takes its time.
    handshakeTimeoutMillis: isStdio ? 120_000 : 15_000,
  };
}

async function openStdioConnection(options: OpenConnectionOptions, stdio: StdioSettings): Promise<OpenedConnection> {
  const { memory, signal } = options;
  const mayBeModern = !memory.endsWhenAsked;
  const transport = new StdioTransport({
    settings: stdio,
    env: toChildEnv(options.environment, stdio.env),
    maxMessageBytes: options.maxMessageBytes,
    onStderr: options.onStderr,
  });
  const { session, negotiation, lost } = await begin(
    options,
    tapped(options)?.before(transport) ?? transport,
    toNegotiateOptions(options, true, mayBeModern),
  );
  if (negotiation.ok) {
    return finish(options, { session, facts: negotiation.facts, dispose: () => Promise.resolve() }, lost);
  }
  await session.close();
  // Some older servers end when the first message is not `initialize`: the next try goes without the question, and the
  // one after that with it again.
  const isInvited = mayBeModern && lost() !== undefined && transport.pid !== undefined && !signal.aborted;
  memory.endsWhenAsked = isInvited;
  return { ...notOpened(negotiation, lost()), isInvited };
}

/** Whatever went wrong before there was a conversation, the upstream can't be reached; the details stay. */
function notOpened({ failure }: FailedHop, lost: string | undefined): FailedHop {
  const { rpcError, httpStatus } = failure;
  return unreachable(lost ?? failure.message, { rpcError, httpStatus });
}

interface Beginning {
  readonly session: RpcSession;
  readonly negotiation: Negotiation;
  /** Why the connection has ended, if it has. */
  readonly lost: () => string | undefined;
  readonly onLost: RpcSessionEvents['onLost'];
}

/** Begins the conversation over `transport`; an abort ends it early. */
async function begin(
  options: OpenConnectionOptions,
  transport: Transport,
  negotiateOptions: NegotiateOptions,
): Promise<Beginning> {
  let isUp = false; // before that the failed negotiation says what is wrong
  let lost: string | undefined;
  const onLost = (reason: string, isDead: boolean): void => {
    lost = reason;
    if (isUp) {
      options.events.onLost(reason, isDead);
    }
  };
  const session = new RpcSession(transport, options.gatewayInfo, { ...options.events, onLost });
  const onAbort = (): void => void session.close();
  options.signal.addEventListener('abort', onAbort);
  const negotiation = await negotiate(session, negotiateOptions);
  options.signal.removeEventListener('abort', onAbort);
  isUp = true;
  return { session, negotiation, lost: () => lost, onLost };
}

/** What stands before a transport whose messages are told. */
function tapped({ tap, settings }: OpenConnectionOptions): TappedTransport | undefined {
  return tap && new TappedTransport({ tap, settings });
}

async function openHttpConnection(options: OpenConnectionOptions, http: HttpSettings): Promise<OpenedConnection> {
  const { random, maxMessageBytes, oauth } = options;
  const whyNoToken = await oauth?.token?.prepare();
  if (whyNoToken !== undefined) {
    return unreachable(whyNoToken);
  }
  const url = new URL(http.url);
  const reach = http.reach && new Reach(http.reach, options.lookup);
  const { client, why } = await createClient(url, { ...options, connections: connectionsOf(options), reach });
  if (client === undefined) {
    return unreachable(why);
  }
  const createTransport = (authorization: Authorization | undefined = oauth?.token): Transport => {
    const watch = tapped(options);
    const common = { client, url, headers: http.headers, random, maxMessageBytes, watch, reach };
    const transport = new HttpTransport({ ...common, authorization });
    return watch?.before(transport) ?? transport;
  };
  const negotiateOptions = toNegotiateOptions(options, false, true);
  const { session, negotiation, lost, onLost } = await begin(options, createTransport(), negotiateOptions);
  if (!negotiation.ok) {
    await session.close();
    await client.destroy();
    return notOpened(negotiation, lost());
  }
  const events = { ...options.events, onLost };
  session.renew = (lostBy) => renewSession({ ...options, events }, session, { ...negotiateOptions, why: lostBy });
  const parts = {
    session,
    facts: negotiation.facts,
    openLegacySession: (legacySignal: AbortSignal) =>
      openLegacySession(createTransport(), negotiateOptions, legacySignal),
    // What stands beside the endpoint of another gateway are routes of that gateway.
    ...(http.owner === undefined
      ? { coreRoutes: createCoreRoutes(client, () => headersNow(http.headers, oauth?.token)) }
      : {}),
    ...userSessions(options, { createTransport, negotiateOptions, facts: negotiation.facts }),
    dispose: () => client.destroy(),
  };
  return finish(options, parts, lost);
}

function connectionsOf({ settings }: OpenConnectionOptions): number {
  return settings.concurrency + SPARE_CONNECTIONS;
}

function headersNow(
  configured: Readonly<Record<string, string>>,
  authorization: Authorization | undefined,
): Readonly<Record<string, string>> {
  if (authorization?.header === undefined) {
    return configured;
  }
  const others = Object.entries(configured).filter(([name]) => name.toLowerCase() !== 'authorization');
  return { ...Object.fromEntries(others), authorization: authorization.header };
}

interface UserSessionParts {
  readonly createTransport: (authorization: Authorization) => Transport;
  readonly negotiateOptions: NegotiateOptions;
  readonly facts: ServerFacts;
}

/** Where an upstream is called as the user of each call, each user has a session. */
function userSessions(
  { settings, oauth, gatewayInfo }: OpenConnectionOptions,
  { createTransport, negotiateOptions, facts }: UserSessionParts,
): Pick<ConnectionOptions, 'userSessions'> {
  if (oauth?.users === undefined) {
    return {};
  }
  const open = async (authorization: Authorization): Promise<OpenedSession> => {
    const session = new RpcSession(createTransport(authorization), gatewayInfo, SILENT);
    if (facts.era === 'modern') {
      session.era = 'modern';
      session.protocolVersion = facts.protocolVersion;
      return { ok: true, session };
    }
    session.renew = async () => (await shakeHands(session, negotiateOptions)).ok;
    const shaken = await shakeHands(session, negotiateOptions);
    if (shaken.ok) {
      return { ok: true, session };
    }
    await session.close();
    return shaken;
  };
  return { userSessions: new UserSessions({ key: settings.key, tokens: oauth.users, open }) };
}

/** Shakes hands again after the upstream forgot the session. */
async function renewSession(
  { memory, events, onRenewed }: OpenConnectionOptions,
  session: RpcSession,
  { why, ...negotiateOptions }: NegotiateOptions & { readonly why: Suspicion },
): Promise<boolean> {
  if (why === 'failed' && (await stillAnswers(session))) {
    return false;
  }
  const { protocolVersion } = session;
  const renewed = await shakeHands(session, { ...negotiateOptions, handshakeTimeoutMillis: RENEWAL_MILLIS });
  if (renewed.ok) {
    session.transport.openStream();
    void memory.replay(session).then(onRenewed);
  } else if (why !== 'said') {
    session.protocolVersion = protocolVersion; // the session may be as good as before
  } else {
    // Another server may have taken its place: the conversation begins anew, once the call in question has its answer.
    setImmediate(() => events.onLost(`no new session: ${renewed.failure.message}`, false));
  }
  return renewed.ok;
}

/** Whether the failures were those of the calls: repeated for nothing, a call might run twice. */
async function stillAnswers(session: RpcSession): Promise<boolean> {
  const answer = await session.exchange(ownCall('ping', {}, RENEWAL_MILLIS));
  return answer.ok || (answer.failure.rpcError !== undefined && answer.failure.httpStatus === undefined);
}

/** Opens a handshake session beside a modern one; `undefined` where the server knows no handshake. */
async function openLegacySession(
  transport: Transport,
  negotiateOptions: NegotiateOptions,
  signal: AbortSignal,
): Promise<RpcSession | undefined> {
  const legacySession = new RpcSession(transport, negotiateOptions.gatewayInfo, SILENT);
  legacySession.renew = async () => (await shakeHands(legacySession, negotiateOptions)).ok;
  const onAbort = (): void => void legacySession.close();
  signal.addEventListener('abort', onAbort);
  const { ok } = await shakeHands(legacySession, negotiateOptions);
  signal.removeEventListener('abort', onAbort);
  return ok ? legacySession : undefined;
}

/** Sets again what callers had set in the session before, and hands out the connection, unless it has ended by then. */
async function finish(
  { memory, random }: OpenConnectionOptions,
  parts: Omit<ConnectionOptions, 'memory' | 'random'>,
  lost: () => string | undefined,
): Promise<OpenedConnection> {
  if (parts.facts.era === 'legacy') {
    await memory.replay(parts.session);
  }
  const reason = lost();
  if (reason !== undefined) {
    // Nobody was told of it, because there was no connection yet that could be lost.
    await parts.session.close();
    await parts.dispose();
    return unreachable(reason);
  }
  return { ok: true, connection: new Connection({ ...parts, memory, random }) };
}
