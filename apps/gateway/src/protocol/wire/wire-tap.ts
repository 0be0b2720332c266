import type { JsonRpcId } from '../json-rpc.ts';

/** One message as it passes by: what is known of it, never what it says. */
export interface WireFrame {
  readonly leg: 'client_to_gateway' | 'gateway_to_client' | 'gateway_to_upstream' | 'upstream_to_gateway';
  readonly transport: 'http' | 'stdio';
  readonly sizeBytes: number;
  /** JSON-RPC method of the message, or of the request that it answers. */
  readonly method?: string | undefined;
  readonly jsonrpcId?: JsonRpcId | undefined;
  /** Name or slug. */
  readonly tool?: string | undefined;
  readonly dccType?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly http?: { readonly method: string; readonly route: string; readonly status?: number | undefined } | undefined;
  /** All of them: which are kept is not the matter of whoever sees them. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  /** Whether a credential was verified. */
  readonly isAuthenticated?: boolean;
}

/** What names the request that a message belongs to. */
export interface WireIds {
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  /** A hash. */
  readonly sessionId?: string | undefined;
}

/** A message that was taken note of; its ids may be known only later. */
export interface SeenFrame {
  /** Once, also where nothing is known. */
  identify(ids: WireIds): void;
}

/** Is told of each message; it must be quick and never throws. */
export type WireTap = (frame: WireFrame) => SeenFrame;

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/;

/** The ids in a `traceparent` header. */
export function idsOfTraceparent(text: string | undefined): WireIds {
  const [, traceId, spanId] = TRACEPARENT.exec(text ?? '') ?? [];
  return { traceId, spanId };
}
