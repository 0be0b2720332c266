/** Which way a message went, on which side of the gateway. */
export const FRAME_LEGS = [
  'client_to_gateway',
  'gateway_to_client',
  'gateway_to_upstream',
  'upstream_to_gateway',
] as const;
/** One of {@link FRAME_LEGS}. */
export type FrameLeg = (typeof FRAME_LEGS)[number];

/** One message on the wire, without what it says. What is not known is absent. */
export interface TrafficFrame {
  readonly row_id: string;
  readonly timestamp: string;
  readonly request_id?: string;
  readonly jsonrpc_id?: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  /** A hash, as in the rows of calls. */
  readonly session_id?: string;
  /** Seen from the gateway. */
  readonly direction: 'inbound' | 'outbound';
  readonly leg: FrameLeg;
  readonly transport: 'http' | 'stdio';
  /** JSON-RPC method of the message, or of the request that it answers. */
  readonly method?: string;
  /** The tool that is meant, as its server names it. */
  readonly tool?: string;
  readonly dcc_type?: string;
  readonly instance_id?: string;
  readonly http?: { readonly method: string; readonly route: string; readonly status?: number };
  /** Of the body, or of the event or line that holds the message. */
  readonly size_bytes: number;
  /** Those of a short list of names that hold no credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Who is known, each masked. */
  readonly identity: Readonly<Record<string, string>>;
}
