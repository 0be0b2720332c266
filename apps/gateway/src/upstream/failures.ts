import type { ErrorKind } from '@dcc-mcp/semantic-conventions';
import type { BackendErrorKind, HopFailure, HopResult } from './upstream.ts';

/** A hop that came to nothing. */
export type FailedHop = HopResult & { readonly ok: false };

type FailureDetails = Omit<HopFailure, 'kind' | 'message' | 'backendErrorKind'>;

export function failed(
  kind: ErrorKind,
  backendErrorKind: BackendErrorKind | undefined,
  message: string,
  details: FailureDetails = {},
): FailedHop {
  return {
    ok: false,
    failure: { kind, message, ...(backendErrorKind === undefined ? {} : { backendErrorKind }), ...details },
  };
}

export function timedOut(timeoutMillis: number, where: 'queue' | 'wire'): FailedHop {
  const message =
    where === 'queue'
      ? `No free slot within ${timeoutMillis} ms: earlier calls to this upstream still run`
      : `No answer within ${timeoutMillis} ms`;
  return failed('timeout', 'timeout', message);
}

export function cancelled(): FailedHop {
  return failed('cancelled', undefined, 'The caller cancelled the request');
}

export function unreachable(message: string): FailedHop {
  return failed('backend-unreachable', 'unreachable', message);
}

export function hostDied(message: string): FailedHop {
  return failed('host-died', 'transport', message);
}

export function badAnswer(kind: 'invalid_json' | 'jsonrpc' | 'empty_result' | 'other', message: string): FailedHop {
  return failed('backend-error', kind, message);
}
