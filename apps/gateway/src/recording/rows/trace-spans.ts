import type { TraceSpan } from '@dcc-mcp/call-store';
import { statusOfOutcome } from '@dcc-mcp/request-context';
import {
  ATTR_DCC_JOB_ID,
  ATTR_DCC_MCP_DCC_TYPE,
  ATTR_DCC_MCP_ERROR_KIND,
  ATTR_DCC_MCP_INSTANCE_ID,
  ATTR_DCC_MCP_OUTCOME,
  ATTR_DCC_MCP_RETRY_DELAY_MS,
  ATTR_DCC_MCP_SKILL_NAME,
  ATTR_DCC_MCP_TOOL_SLUG,
  type Outcome,
} from '@dcc-mcp/semantic-conventions';
import { withoutControls } from '../../protocol/printable-text.ts';
import type { CallTiming } from '../record/finished.ts';
import type { QueueWait } from '../record/operation-trail.ts';
import type { KeptItem } from './kept/kept-operation.ts';
import type { KeptHop, OperationFacts } from './kept/operation-facts.ts';

/** Digits of a span id that tell phases inside of one operation apart. */
const PHASE_DIGITS = 4;
const HEX = 16;

/** An operation as its spans show it. */
export interface TracedOperation {
  readonly facts: Pick<OperationFacts, 'details' | 'durationMillis' | 'error' | 'outcome' | 'trail'>;
  /** Whether its own span and those of its hops are exported. */
  readonly isExported: boolean;
  /** Of a batch: those of its items that ran, in order. */
  readonly items: readonly KeptItem[];
}

const NO_ITEMS: readonly KeptItem[] = [];

/**
 * The spans of one operation, the root first. Their ids are those that are exported; a phase inside the gateway, and a try
 * before the last, has one that is made of its operation's.
 *
 * @param origin Where the trace begins, in milliseconds since the epoch.
 */
export function toTraceSpans(traced: TracedOperation, origin: number): TraceSpan[] {
  const phases = new Phases(traced, origin);
  const hops = traced.facts.trail.hops.flatMap((hop) => phases.ofHop(hop));
  const items = traced.items.flatMap(({ kept: { facts }, isExported }) =>
    toTraceSpans({ facts, isExported, items: NO_ITEMS }, origin),
  );
  return [phases.root(), ...hops, ...phases.ofQueueAlone(), ...items, ...phases.response()];
}

interface Phase {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly outcome?: Outcome;
  readonly attributes?: TraceSpan['attributes'];
}

/** Makes the spans of one operation. */
class Phases {
  readonly #facts: TracedOperation['facts'];
  readonly #isExported: boolean;
  readonly #origin: number;
  #count = 0;

  constructor({ facts, isExported }: TracedOperation, origin: number) {
    this.#facts = facts;
    this.#isExported = isExported;
    this.#origin = origin;
  }

  get #endedAt(): number {
    return this.#facts.trail.startedAt + this.#facts.durationMillis;
  }

  root(): TraceSpan {
    const { details, durationMillis, outcome } = this.#facts;
    const { spanId, parentSpanId, startedAt } = this.#facts.trail;
    return {
      span_id: spanId,
      ...(parentSpanId === undefined ? {} : { parent_span_id: parentSpanId }),
      name: details.operation,
      kind: details.batchIndex === undefined ? 'server' : 'internal',
      started_ms: toMicrosecond(startedAt - this.#origin),
      duration_ms: toMicrosecond(durationMillis),
      ok: isOk(outcome),
      outcome,
      ...(this.#isExported ? {} : NOT_EXPORTED),
      attributes: { ...rootAttributes(this.#facts), ...jobOf(this.#facts.trail.jobId) },
    };
  }

  /** Its wait, the tries that failed, and the request itself. */
  ofHop(hop: KeptHop): TraceSpan[] {
    const { startedAt, endedAt = this.#endedAt, failedTries, queueMillis, spanContext, ending } = hop;
    const name = withoutControls(hop.name);
    const wait = queueMillis > 0 ? [this.#queue({ endedAt: startedAt, millis: queueMillis })] : [];
    let from = startedAt;
    const tries = failedTries.flatMap((failed) => {
      const attributes = failed.delayMillis === undefined ? {} : { [ATTR_DCC_MCP_RETRY_DELAY_MS]: failed.delayMillis };
      const phase = { name, from, to: failed.endedAt, outcome: failed.outcome, attributes };
      from = failed.wait?.endedAt ?? failed.endedAt + (failed.delayMillis ?? 0);
      const span = this.#inner(phase, 'client');
      return failed.wait === undefined ? [span] : [span, this.#queue(failed.wait)];
    });
    const outcome = ending?.outcome ?? this.#facts.outcome;
    const last: TraceSpan = {
      ...this.#span({ name, from, to: Math.max(from, endedAt), outcome, attributes: jobOf(ending?.jobId) }),
      span_id: this.#isExported ? spanContext.spanId : this.#nextId(),
      kind: 'client',
      ...(this.#isExported ? {} : NOT_EXPORTED),
    };
    return [...wait, ...tries, last];
  }

  /** A call that never left the queue. */
  ofQueueAlone(): TraceSpan[] {
    const queueMillis = this.#facts.trail.hops.length === 0 ? (this.#timing?.queueMillis ?? 0) : 0;
    const to = this.#endedAt;
    return queueMillis > 0
      ? [this.#inner({ name: 'queue', from: to - queueMillis, to, outcome: this.#facts.outcome })]
      : [];
  }

  /** What the gateway did after the last answer of the upstream. */
  response(): TraceSpan[] {
    const from = this.#facts.trail.hops.at(-1)?.endedAt;
    return from === undefined ? [] : [this.#inner({ name: 'response', from, to: Math.max(from, this.#endedAt) })];
  }

  get #timing(): CallTiming | undefined {
    return this.#facts.details.timing;
  }

  #queue({ endedAt, millis }: QueueWait): TraceSpan {
    return this.#inner({ name: 'queue', from: endedAt - millis, to: endedAt });
  }

  #inner(phase: Phase, kind = 'internal'): TraceSpan {
    return { ...this.#span(phase), span_id: this.#nextId(), kind, ...NOT_EXPORTED };
  }

  #span({ name, from, to, outcome, attributes = {} }: Phase): Omit<TraceSpan, 'span_id' | 'kind'> {
    return {
      parent_span_id: this.#facts.trail.spanId,
      name,
      started_ms: toMicrosecond(from - this.#origin),
      duration_ms: toMicrosecond(Math.max(0, to - from)),
      ok: outcome === undefined || isOk(outcome),
      ...(outcome === undefined ? {} : { outcome }),
      attributes,
    };
  }

  #nextId(): string {
    this.#count += 1;
    return phaseId(this.#facts.trail.spanId, this.#count);
  }
}

/** Milliseconds without what no clock measures. */
export function toMicrosecond(millis: number): number {
  return Math.round(millis * MICROS) / MICROS;
}

const MICROS = 1_000;

const NOT_EXPORTED = { exported: false } as const;

function isOk(outcome: Outcome): boolean {
  return statusOfOutcome(outcome) === 'success';
}

function phaseId(spanId: string, phase: number): string {
  const head = spanId.slice(0, -PHASE_DIGITS);
  const tail = Number.parseInt(spanId.slice(-PHASE_DIGITS), HEX) ^ (phase + 1);
  return head + tail.toString(HEX).padStart(PHASE_DIGITS, '0');
}

function jobOf(jobId: string | undefined): TraceSpan['attributes'] {
  return jobId === undefined ? {} : { [ATTR_DCC_JOB_ID]: jobId };
}

function rootAttributes({ details, error, outcome }: TracedOperation['facts']): TraceSpan['attributes'] {
  const { record } = details;
  return {
    [ATTR_DCC_MCP_OUTCOME]: outcome,
    ...(error === undefined ? {} : { [ATTR_DCC_MCP_ERROR_KIND]: error.kind }),
    ...(record === undefined
      ? {}
      : {
          [ATTR_DCC_MCP_TOOL_SLUG]: record.slug,
          [ATTR_DCC_MCP_DCC_TYPE]: record.dccType,
          [ATTR_DCC_MCP_INSTANCE_ID]: record.instanceId,
          ...(record.skillName === undefined ? {} : { [ATTR_DCC_MCP_SKILL_NAME]: record.skillName }),
        }),
  };
}
