import type { CaptureStatus, TrafficSource } from '@dcc-mcp/admin-api';
import { RingBuffer } from '@dcc-mcp/bounds';
import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import { newRowId, type TrafficFrame } from '@dcc-mcp/call-store';
import { type FrameFile, type RowFileHealth, startFrameFile } from '@dcc-mcp/call-store/jsonl';
import { EVENT_DCC_MCP_HISTORY_STATE } from '@dcc-mcp/semantic-conventions';
import { parseSlug } from '../../catalog/slug.ts';
import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import { idText } from '../../protocol/json-rpc-id.ts';
import type { Log } from '../../protocol/log.ts';
import type { SeenFrame, WireFrame } from '../../protocol/wire/wire-tap.ts';
import { createFrameFilter, type FrameRules, type FrameSubject } from './frame-filter.ts';
import { keptHeaders, maskedIdentity, REDACTED_PATHS } from './kept-metadata.ts';

export interface TrafficCaptureOptions extends FrameRules {
  readonly mode: Exclude<GatewayConfig['trafficCapture']['mode'], 'off'>;
  /** Where frames are written besides. */
  readonly file?: string;
  /** Frames that are kept in memory. */
  readonly capacity: number;
  readonly log: Log;
}

const MAX_NAME_BYTES = 256;
const INBOUND: ReadonlySet<string> = new Set(['client_to_gateway', 'upstream_to_gateway']);
const UNSEEN: SeenFrame = { identify() {} };

type Changeable = { -readonly [Name in keyof TrafficFrame]: TrafficFrame[Name] };

/** Metadata of what passes by, in a ring and, where wanted, in a file. There is one only where capture is on. */
export class TrafficCapture implements TrafficSource {
  readonly #options: TrafficCaptureOptions;
  readonly #frames: RingBuffer<TrafficFrame>;
  readonly #isWanted: ReturnType<typeof createFrameFilter>;
  readonly #file: FrameFile | undefined;
  #skipped = 0;

  constructor(options: TrafficCaptureOptions) {
    const { file: path, capacity, log } = options;
    this.#options = options;
    this.#frames = new RingBuffer(capacity);
    this.#isWanted = createFrameFilter(options);
    this.#file =
      path === undefined
        ? undefined
        : startFrameFile({
            path,
            onChange: ({ state, message }) =>
              log(`traffic: ${message}`, {
                severity: state === 'ok' ? 'info' : 'warn',
                event: EVENT_DCC_MCP_HISTORY_STATE,
              }),
          });
  }

  /** Keeps what is known of a message, unless the filters leave it out. */
  readonly tap = (frame: WireFrame): SeenFrame => {
    // A tool is named as its server names it, also where a slug was sent.
    const slug = parseSlug(frame.tool ?? '');
    const tool = slug?.backendTool ?? frame.tool;
    const dccType = frame.dccType ?? slug?.dccType;
    if (!this.#isWanted({ tool, dccType, method: frame.method })) {
      this.#skipped += 1;
      return UNSEEN;
    }
    const row = toRow(frame, { tool, dccType });
    this.#frames.push(row);
    return {
      identify: ({ requestId, traceId, spanId, sessionId }) => {
        setTexts(row, { request_id: requestId, trace_id: traceId, span_id: spanId, session_id: sessionId });
        this.#file?.push(row);
      },
    };
  };

  frames(): readonly TrafficFrame[] {
    return this.#frames.toArray();
  }

  status(): CaptureStatus {
    return {
      ...this.#state(),
      capture_enabled: true,
      retained_frames: this.#frames.size,
      capacity: this.#frames.capacity,
      dropped: this.#frames.dropped,
      skipped_decisions: this.#skipped,
      redacted_paths: REDACTED_PATHS,
      payload_policy: 'metadata-only',
    };
  }

  /** How it is set, for whoever asks what is in force. */
  view(): Readonly<Record<string, unknown>> {
    const { mode, include, exclude } = this.#options;
    const health = this.#file?.health();
    return {
      ...this.status(),
      mode,
      filter: { include, exclude },
      ...(health === undefined ? {} : { file: { path: health.file, state: health.state, bytes: health.bytes } }),
    };
  }

  /** How full it is, and how its file is, by the name of the store. */
  health(): Readonly<Record<string, Pick<RowFileHealth, 'state' | 'rows' | 'capacity' | 'dropped'>>> {
    const { size: rows, capacity, dropped } = this.#frames;
    const file = this.#file?.health();
    return {
      frames: { state: 'ok', rows, capacity, dropped },
      ...(file === undefined ? {} : { frames_file: file }),
    };
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await this.#file?.close();
  }

  #state(): Pick<CaptureStatus, 'state' | 'message'> {
    const failure = this.#file?.health().last_error;
    if (failure !== undefined) {
      const message = `The file of DCC_MCP_TRAFFIC_CAPTURE can't be written: ${failure}. The newest frames are in memory.`;
      return { state: 'capture_unavailable', message };
    }
    if (this.#frames.size > 0) {
      return { state: 'captured', message: 'Messages for callers are captured, without what they say.' };
    }
    return this.#skipped > 0
      ? {
          state: 'filtered',
          message: `The filters left out all of ${this.#skipped} messages; see traffic.include and traffic.exclude.`,
        }
      : { state: 'no_traffic', message: 'Capture is on, and no caller has sent anything yet.' };
  }
}

function toRow(frame: WireFrame, { tool, dccType }: Pick<FrameSubject, 'tool' | 'dccType'>): Changeable {
  const { leg, transport, method, jsonrpcId, instanceId, http, sizeBytes } = frame;
  const row: Changeable = {
    row_id: newRowId(),
    timestamp: new Date().toISOString(),
    direction: INBOUND.has(leg) ? 'inbound' : 'outbound',
    leg,
    transport,
    ...(http === undefined ? {} : { http: { method: http.method, route: http.route, ...statusOf(http) } }),
    size_bytes: sizeBytes,
    headers: keptHeaders(frame.headers),
    identity: maskedIdentity(frame),
  };
  const id = jsonrpcId === undefined ? undefined : idText(jsonrpcId)?.toString();
  setTexts(row, { jsonrpc_id: id, method, tool, dcc_type: dccType, instance_id: instanceId });
  return row;
}

function statusOf({ status }: NonNullable<WireFrame['http']>): { readonly status?: number } {
  return status === undefined ? {} : { status };
}

const TEXTS = [
  'jsonrpc_id',
  'method',
  'tool',
  'dcc_type',
  'instance_id',
  'request_id',
  'trace_id',
  'span_id',
  'session_id',
] as const;

/** Whatever a stranger wrote is bounded, and only text; what is not known stays away. */
function setTexts(row: Changeable, told: { readonly [Name in (typeof TEXTS)[number]]?: string | undefined }): void {
  for (const name of TEXTS) {
    const text = told[name];
    if (text !== undefined) {
      row[name] = sanitizeText(text, MAX_NAME_BYTES);
    }
  }
}
