import { SERVER_INFO_META_KEY } from '@modelcontextprotocol/server';
import { setTimeout as delay } from 'node:timers/promises';
import { isJsonObject, type Era, type JsonObject } from '../../protocol/json-rpc.ts';
import { keptBytes } from '../../protocol/kept-bytes.ts';
import { LATEST_LEGACY_VERSION, MODERN_VERSION } from '../../protocol/mcp-protocol.ts';
import type { GatewayInfo } from '../hop/envelope.ts';
import { badAnswer, type FailedHop } from '../hop/failures.ts';
import { ownCall } from '../hop/hop.ts';
import type { RpcSession } from '../session/rpc-session.ts';
import type { HopFailure, HopResult } from '../upstream.ts';

/** How long a server may take to accept that it is initialized, before it is spoken to all the same. */
const INITIALIZED_MILLIS = 2_000;

/** What a server says of itself when the conversation begins. */
export interface ServerFacts {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly capabilities: JsonObject;
  readonly serverInfo?: JsonObject;
  readonly instructions?: string;
  /** What of it is missing because it is too large, for people. */
  readonly cut?: string;
}

export type Negotiation = { readonly ok: true; readonly facts: ServerFacts } | FailedHop;

export interface NegotiateOptions {
  readonly gatewayInfo: GatewayInfo;
  /** False for a server that is known to end when it is asked for its era. */
  readonly mayBeModern: boolean;
  /** How long `server/discover` may take before the handshake is tried instead. */
  readonly discoverTimeoutMillis: number;
  /** How long a server may take to start and shake hands. */
  readonly handshakeTimeoutMillis: number;
}

/**
 * What the gateway can do for servers of the handshake era: questions in the middle of a call go on to its caller. One
 * session serves many callers, so roots that no call asks for are none: the folders of one must not become those of all.
 */
const CLIENT_CAPABILITIES: JsonObject = {
  sampling: {},
  elicitation: { form: {}, url: {} },
  roots: { listChanged: true },
};

/**
 * Finds out which era a server speaks and begins the conversation: `server/discover` first, the handshake where that is
 * not understood (MCP 2026-07-28, "Versioning": any refusal that is not a modern error means an older server).
 */
export async function negotiate(session: RpcSession, options: NegotiateOptions): Promise<Negotiation> {
  if (!options.mayBeModern) {
    return shakeHands(session, options);
  }
  const modern = await discover(session, options.discoverTimeoutMillis);
  if (modern.ok || isFinal(modern.failure)) {
    return modern;
  }
  const legacy = await shakeHands(session, options);
  // A modern-only server that was slow to start did not answer the first question in time, but is awake now.
  const wasSlow = modern.failure.kind === 'timeout' && !legacy.ok && legacy.failure.rpcError !== undefined;
  return wasSlow ? discover(session, options.discoverTimeoutMillis) : legacy;
}

/** Opens a session of the handshake era. */
export async function shakeHands(session: RpcSession, options: NegotiateOptions): Promise<Negotiation> {
  session.era = 'legacy';
  session.roots.reset();
  session.protocolVersion = LATEST_LEGACY_VERSION;
  const params: JsonObject = {
    protocolVersion: LATEST_LEGACY_VERSION,
    capabilities: CLIENT_CAPABILITIES,
    clientInfo: { name: options.gatewayInfo.name, version: options.gatewayInfo.version },
  };
  const answer = await session.exchange(ownCall('initialize', params, options.handshakeTimeoutMillis));
  if (!answer.ok) {
    return answer;
  }
  const { protocolVersion } = answer.result;
  if (typeof protocolVersion !== 'string' || protocolVersion.length > MAX_VERSION_LENGTH) {
    return badAnswer('jsonrpc', 'The upstream answered initialize without a usable protocolVersion');
  }
  session.protocolVersion = protocolVersion;
  // Some servers refuse what overtakes it.
  await Promise.race([
    session.notify('notifications/initialized', undefined),
    delay(INITIALIZED_MILLIS, undefined, { ref: false }),
  ]);
  return { ok: true, facts: toFacts('legacy', protocolVersion, answer.result) };
}

async function discover(session: RpcSession, timeoutMillis: number): Promise<Negotiation> {
  session.era = 'modern';
  session.protocolVersion = MODERN_VERSION;
  const answer: HopResult = await session.exchange(ownCall('server/discover', {}, timeoutMillis));
  if (!answer.ok) {
    return answer;
  }
  const { supportedVersions, _meta: meta } = answer.result;
  if (!Array.isArray(supportedVersions) || !supportedVersions.includes(MODERN_VERSION)) {
    return badAnswer(
      'jsonrpc',
      `The upstream speaks no revision that the gateway speaks: ${JSON.stringify(supportedVersions)}`,
    );
  }
  const serverInfo = isJsonObject(meta) ? meta[SERVER_INFO_META_KEY] : undefined;
  return { ok: true, facts: toFacts('modern', MODERN_VERSION, { ...answer.result, serverInfo }) };
}

/** Failures that another era would not change. */
function isFinal(failure: HopFailure): boolean {
  const isRefused = failure.httpStatus === 401 || failure.httpStatus === 403;
  return isRefused || failure.kind === 'backend-unreachable' || failure.kind === 'host-died';
}

/** What is kept of a server's words about itself: they stand in rows, and the instructions go to every client. */
const MAX_INSTRUCTIONS_LENGTH = 32 * 1024;
const MAX_INFO_BYTES = 16 * 1024;
const MAX_CAPABILITY_BYTES = 4 * 1024;
const MAX_CAPABILITIES = 64;
const MAX_VERSION_LENGTH = 64;

function toFacts(era: Era, protocolVersion: string, result: JsonObject): ServerFacts {
  const { capabilities, instructions, serverInfo } = result;
  const offered = Object.entries(isJsonObject(capabilities) ? capabilities : {});
  const kept = offered
    .filter(([name, capability]) => keptBytes({ [name]: capability }, MAX_CAPABILITY_BYTES) <= MAX_CAPABILITY_BYTES)
    .slice(0, MAX_CAPABILITIES);
  const info = isJsonObject(serverInfo) && keptBytes(serverInfo, MAX_INFO_BYTES) <= MAX_INFO_BYTES;
  const words = typeof instructions === 'string' ? instructions : undefined;
  const cut = [
    ...(kept.length < offered.length ? ['capabilities'] : []),
    ...(isJsonObject(serverInfo) && !info ? ['serverInfo'] : []),
    ...(words !== undefined && words.length > MAX_INSTRUCTIONS_LENGTH ? ['instructions'] : []),
  ];
  return {
    era,
    protocolVersion,
    capabilities: Object.fromEntries(kept),
    ...(info ? { serverInfo } : {}),
    ...(words === undefined ? {} : { instructions: words.slice(0, MAX_INSTRUCTIONS_LENGTH).toWellFormed() }),
    ...(cut.length === 0 ? {} : { cut: `cut: more ${cut.join(', ')} than is kept` }),
  };
}
