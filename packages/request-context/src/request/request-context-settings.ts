import { Memo } from '@dcc-mcp/bounds';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { TextMapPropagator } from '@opentelemetry/api';
import { writesTraceparentAlone } from '../carriers/traceparent.ts';
import { createTrustedProxies, type IsTrustedProxy } from '../identity/client-address.ts';
import { newSpanId, newTraceId, newUuidV7 } from '../identity/identifiers.ts';

/** What `createRequestContextSettings` takes. */
export interface RequestContextOptions {
  /** The configured propagators (`OTEL_PROPAGATORS`); they do all reading and writing of trace context. */
  readonly propagator: TextMapPropagator;
  /** Networks whose forwarding headers are believed (`DCC_MCP_TRUSTED_PROXIES`). Default none. */
  readonly trustedProxies?: readonly string[];
  /** Baggage keys that may cross (`DCC_MCP_BAGGAGE_ALLOW`). Default none. */
  readonly baggageAllow?: readonly string[];
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Default UUID version 7. */
  readonly newRequestId?: () => string;
  /** Default 16 random bytes, in hex. */
  readonly newTraceId?: () => string;
  /**
   * SHA-256 of a text, in hex. The default runs everywhere; on Node pass `(text) => hash('sha256', text)` of `node:crypto`,
   * which takes a sixth of the time.
   */
  readonly sha256?: (text: string) => string;
}

/** Made once per process by `createRequestContextSettings`; the same object serves every request. */
export interface RequestContextSettings {
  readonly propagator: TextMapPropagator;
  /** Lower-cased names of the fields the propagators read. */
  readonly propagationFields: readonly string[];
  /** Whether a span with neither baggage nor `tracestate` travels as its `traceparent` and nothing else. */
  readonly writesTraceparentAlone: boolean;
  readonly isTrustedProxy: IsTrustedProxy;
  readonly baggageAllow: ReadonlySet<string>;
  readonly newRequestId: () => string;
  readonly newTraceId: () => string;
  readonly newSpanId: () => string;
  readonly sha256: (text: string) => string;
  /** First 12 hex of the session id's SHA-256: names a session without giving it away. Remembered. */
  readonly sessionKey: (sessionId: string) => string;
}

const MAX_SESSIONS = 16_384;

/**
 * Prepares what reading a request needs: parsed networks, allow-list, propagation fields.
 *
 * @throws {RangeError} When a trusted proxy is neither an address nor a CIDR.
 */
export function createRequestContextSettings(options: RequestContextOptions): RequestContextSettings {
  const now = options.now ?? Date.now;
  const hash = options.sha256 ?? sha256Hex;
  return {
    propagator: options.propagator,
    propagationFields: options.propagator.fields().map((field) => field.toLowerCase()),
    writesTraceparentAlone: writesTraceparentAlone(options.propagator),
    isTrustedProxy: createTrustedProxies(options.trustedProxies ?? []),
    baggageAllow: new Set(options.baggageAllow),
    newRequestId: options.newRequestId ?? (() => newUuidV7(now())),
    newTraceId: options.newTraceId ?? newTraceId,
    newSpanId,
    sha256: hash,
    sessionKey: createSessionKey(hash),
  };
}

function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

function createSessionKey(hash: (text: string) => string): (sessionId: string) => string {
  const keys = new Memo<string>(MAX_SESSIONS);
  return (sessionId) => keys.get(sessionId) ?? keys.set(sessionId, hash(sessionId).slice(0, 12));
}
