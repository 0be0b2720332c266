import type { Outcome } from '@dcc-mcp/semantic-conventions';
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  LOG_LEVEL_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server';
import { asObject, isJsonObject, textOf, type Era, type JsonObject, type JsonRpcError } from './json-rpc.ts';

/** The stateless revision the gateway speaks. */
export const MODERN_VERSION = '2026-07-28';
/** Handshake revisions over Streamable HTTP, newest first. */
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const;
/** Answers a client that asks for a handshake revision we don't speak. */
export const LATEST_LEGACY_VERSION: (typeof LEGACY_VERSIONS)[number] = LEGACY_VERSIONS[0];
/** The only revision with JSON-RPC batches. */
export const BATCH_VERSION = '2025-03-26';

/** Methods whose results a client of 2026-07-28 may reuse for a time that they name. */
export const CACHED_METHODS: ReadonlySet<string> = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);

/** Codes of JSON-RPC 2.0, section 5.1. */
export const ERROR_PARSE = -32_700;
export const ERROR_INVALID_REQUEST = -32_600;
export const ERROR_METHOD_NOT_FOUND = -32_601;
export const ERROR_INVALID_PARAMS = -32_602;
export const ERROR_INTERNAL = -32_603;
/** The first code that JSON-RPC 2.0 leaves to implementations: a question that nobody answers any more. */
export const ERROR_SERVER = -32_000;
/** A header that mirrors the body says something else (MCP 2026-07-28). */
export const ERROR_HEADER_MISMATCH = -32_020;
/** A request needs what the client did not say it can do (MCP 2026-07-28). */
export const ERROR_MISSING_CAPABILITY = -32_021;
/** A revision that is not spoken here (MCP 2026-07-28). */
export const ERROR_UNSUPPORTED_VERSION = -32_022;
/** Resource not found, as the handshake revisions number it. */
export const ERROR_RESOURCE_NOT_FOUND = -32_002;

/** A JSON-RPC error and the HTTP status it travels with. */
export class McpError extends Error {
  override readonly name = 'McpError';
  readonly code: number;
  readonly httpStatus: number;
  readonly data: JsonRpcError['data'] | undefined;
  /** How long the client should wait before it tries again; over HTTP a `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
  /** What credential the request needs; over HTTP a `WWW-Authenticate`. */
  readonly challenge: string | undefined;
  /** How the operation ended that it is the answer to; absent where there was none. */
  outcome: Outcome | undefined;

  constructor(
    code: number,
    message: string,
    options: {
      readonly httpStatus?: number;
      readonly data?: JsonRpcError['data'];
      readonly retryAfterSeconds?: number;
      readonly challenge?: string;
      readonly outcome?: Outcome | undefined;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.httpStatus = options.httpStatus ?? 200;
    this.data = options.data;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.challenge = options.challenge;
    this.outcome = options.outcome;
  }

  toJson(): JsonRpcError {
    return { code: this.code, message: this.message, ...(this.data === undefined ? {} : { data: this.data }) };
  }
}

/** What the envelope of a modern request says of its client. */
export interface ModernEnvelope {
  readonly clientInfo?: JsonObject;
  readonly capabilities: JsonObject;
  readonly logLevel?: string;
}

/** The era of a message is what its body claims; headers only cross-check (MCP 2026-07-28, "Versioning"). */
export function eraOf(params: JsonObject | undefined): Era {
  const meta = params?.['_meta'];
  return isJsonObject(meta) && meta[PROTOCOL_VERSION_META_KEY] !== undefined ? 'modern' : 'legacy';
}

/** Reads the envelope of a modern request. @throws {McpError} When the version is not ours or a required key is missing. */
export function readModernEnvelope(params: JsonObject | undefined): ModernEnvelope {
  const meta = asObject(params?.['_meta']) ?? {};
  const version = meta[PROTOCOL_VERSION_META_KEY];
  if (version !== MODERN_VERSION) {
    throw new McpError(ERROR_UNSUPPORTED_VERSION, `Unsupported protocol version: ${textOf(version)}`, {
      httpStatus: 400,
      data: { supported: [MODERN_VERSION], requested: typeof version === 'string' ? version : null },
    });
  }
  const capabilities = meta[CLIENT_CAPABILITIES_META_KEY];
  if (!isJsonObject(capabilities)) {
    throw new McpError(
      ERROR_INVALID_PARAMS,
      `_meta["${CLIENT_CAPABILITIES_META_KEY}"] is required and must be an object`,
      {
        httpStatus: 400,
      },
    );
  }
  const clientInfo = meta[CLIENT_INFO_META_KEY];
  const logLevel = meta[LOG_LEVEL_META_KEY];
  return {
    capabilities,
    ...(isJsonObject(clientInfo) ? { clientInfo } : {}),
    ...(typeof logLevel === 'string' ? { logLevel } : {}),
  };
}

const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** True for a log level of MCP (RFC 5424). */
export function isLogLevel(level: unknown): level is string {
  return typeof level === 'string' && LOG_LEVELS.includes(level);
}

/** Whether a log message of `level` is to be shown to a client that asked for `wanted`. An unknown level is shown. */
export function isLoggedAt(level: unknown, wanted: string): boolean {
  const rank = LOG_LEVELS.indexOf(String(level));
  return rank === -1 || rank >= LOG_LEVELS.indexOf(wanted);
}

/** The name of the extension among the capabilities of both sides (SEP-2663). */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** Whether capabilities name the extension. */
export function declaresTasks(capabilities: JsonObject): boolean {
  return isJsonObject(asObject(capabilities['extensions'])?.[TASKS_EXTENSION]);
}

/** The same capabilities with the extension among them. */
export function withTasks(capabilities: JsonObject): JsonObject {
  return declaresTasks(capabilities)
    ? capabilities
    : { ...capabilities, extensions: { ...asObject(capabilities['extensions']), [TASKS_EXTENSION]: {} } };
}

/** Whether calls of a tool may, or must, be made as tasks (MCP 2025-11-25, "Tool-level negotiation"). */
export function taskSupportOf(tool: JsonObject): 'required' | 'optional' | undefined {
  const support = asObject(tool['execution'])?.['taskSupport'];
  return support === 'required' || support === 'optional' ? support : undefined;
}
