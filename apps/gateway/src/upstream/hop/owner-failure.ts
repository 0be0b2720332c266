import { BACKEND_ERROR_KINDS, ERROR_KINDS, type ErrorKind } from '@dcc-mcp/semantic-conventions';
import { isJsonObject, type JsonRpcError } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_SERVER } from '../../protocol/mcp-protocol.ts';
import type { HopFailure, HopResult } from '../upstream.ts';

/** Where an error between gateways says what went wrong with the server. */
const MEMBER = 'dcc-mcp/failure';

/** What the gateway that owns a server tells the one that calls it: the server's own error as it is, else how the hop failed. */
export function toOwnerError(failure: HopFailure): JsonRpcError {
  const { rpcError, kind, message, backendErrorKind, httpStatus, retryAfterSeconds, hint, isFinalWording } = failure;
  if (rpcError !== undefined) {
    return rpcError;
  }
  const told = { kind, backendErrorKind, httpStatus, retryAfterSeconds, hint, isFinalWording };
  return { code: ERROR_SERVER, message, data: { [MEMBER]: JSON.parse(JSON.stringify(told)) } };
}

/** The failure as the owner had it; everything else stays as it is. */
export function asOwnerSays(hop: HopResult): HopResult {
  const data = hop.ok ? undefined : hop.failure.rpcError?.data;
  const value = data instanceof RawJson ? data.value : data;
  const told = isJsonObject(value) ? value[MEMBER] : undefined;
  if (hop.ok || !isJsonObject(told)) {
    return hop;
  }
  const { kind, backendErrorKind, retryAfterSeconds, hint, isFinalWording } = told;
  if (!isErrorKind(kind)) {
    return hop;
  }
  const { rpcError: _, httpStatus: __, ...failure } = hop.failure;
  return {
    ...hop,
    failure: {
      ...failure,
      kind,
      message: hop.failure.rpcError?.message ?? hop.failure.message,
      backendErrorKind: isBackendErrorKind(backendErrorKind) ? backendErrorKind : undefined,
      ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}),
      ...(typeof hint === 'string' ? { hint } : {}),
      ...(isFinalWording === true ? { isFinalWording } : {}),
    },
  };
}

function isErrorKind(kind: unknown): kind is ErrorKind {
  return ERROR_KINDS.some((known) => known === kind);
}

function isBackendErrorKind(kind: unknown): kind is NonNullable<HopFailure['backendErrorKind']> {
  return BACKEND_ERROR_KINDS.some((known) => known === kind);
}
