import type { FailedTry } from '../../record/operation-trail.ts';
import type { FactParts, KeptHop, KeptTrail } from './operation-facts.ts';
import type { Packed, Unpacked } from './packed.ts';

/** What operations have in common by reference. */
export type SharedFacts = Pick<FactParts, 'rowId' | 'caller' | 'outcome'> &
  Pick<FactParts['details'], 'operation' | 'record'>;

/** What few operations have, and neither numbers nor texts stand for. */
export interface RareFacts extends Pick<FactParts, 'error' | 'join'>, Pick<KeptTrail, 'jobId' | 'policy'> {
  /** Where they are not one that ended as the operation did, at its first try. */
  readonly hops: readonly KeptHop[] | undefined;
}

/** Numbers and texts of the facts; what they share and what is rare is not in them. */
export function packFacts({ request, trail, details, durationMillis, inputBytes, outputBytes }: FactParts): Unpacked {
  const [hop] = trail.hops;
  const { timing } = details;
  return {
    numbers: [
      trail.startedAt,
      durationMillis,
      inputBytes,
      outputBytes,
      request.traceFlags,
      details.batchIndex ?? NONE,
      timing?.queueMillis ?? NONE,
      timing?.upstreamMillis ?? NONE,
      hop?.startedAt ?? NONE,
      hop?.endedAt ?? NONE,
      hop?.queueMillis ?? NONE,
    ],
    text: JSON.stringify([
      request.requestId,
      request.traceId,
      request.sessionId,
      request.jsonrpcId,
      request.parentRequestId,
      request.callerTraceId,
      trail.spanId,
      trail.parentSpanId,
      hop?.name,
      hop?.spanContext.spanId,
    ]),
  };
}

/** Absent for an operation that has none of it, as most. */
export function rareFacts({ error, join, trail, outcome }: FactParts): RareFacts | undefined {
  const { jobId, policy } = trail;
  const hops = hasPlainHop(trail, outcome) ? undefined : trail.hops;
  return error === undefined && join === undefined && jobId === undefined && policy === undefined && hops === undefined
    ? undefined
    : { error, join, jobId, policy, hops };
}

/** The facts that {@link packFacts} was given. */
export function unpackFacts(packed: Packed, shared: SharedFacts, rare: RareFacts | undefined): FactParts {
  const [startedAt = 0, durationMillis = 0, inputBytes = 0, outputBytes = 0, traceFlags = 0, ...optional] =
    packed.numbers;
  const [batchIndex, queueMillis, upstreamMillis, ...hopNumbers] = optional.map(orAbsent);
  const texts = readTexts(packed.text);
  const [requestId = '', traceId = '', sessionId = '', jsonrpcId, parentRequestId, callerTraceId, ...ofTrail] = texts;
  const [spanId = '', parentSpanId, ...hopTexts] = ofTrail;
  const { rowId, caller, outcome, operation, record } = shared;
  return {
    rowId,
    caller,
    outcome,
    durationMillis,
    inputBytes,
    outputBytes,
    request: { requestId, traceId, traceFlags, sessionId, jsonrpcId, parentRequestId, callerTraceId },
    trail: {
      spanId,
      parentSpanId,
      startedAt,
      policy: rare?.policy,
      jobId: rare?.jobId,
      hops: rare?.hops ?? plainHop(hopNumbers, hopTexts, outcome),
    },
    details: {
      operation,
      record,
      batchIndex,
      timing: queueMillis === undefined ? undefined : { queueMillis, upstreamMillis },
    },
    error: rare?.error,
    join: rare?.join,
  };
}

/** In place of a number that there is not. */
const NONE = Number.NaN;

function orAbsent(number: number): number | undefined {
  return Number.isNaN(number) ? undefined : number;
}

function readTexts(json: string): readonly (string | undefined)[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by packFacts
  return (JSON.parse(json) as (string | null)[]).map((text) => text ?? undefined);
}

const NO_TRIES: readonly FailedTry[] = [];

function hasPlainHop({ hops: [hop, ...others] }: KeptTrail, outcome: FactParts['outcome']): boolean {
  return (
    hop === undefined ||
    (others.length === 0 &&
      hop.failedTries.length === 0 &&
      hop.ending?.outcome === outcome &&
      hop.ending.jobId === undefined)
  );
}

function plainHop(
  [startedAt, endedAt, queueMillis = 0]: readonly (number | undefined)[],
  [name, spanId]: readonly (string | undefined)[],
  outcome: FactParts['outcome'],
): readonly KeptHop[] {
  return startedAt === undefined || name === undefined || spanId === undefined
    ? []
    : [
        {
          name,
          spanContext: { spanId },
          queueMillis,
          startedAt,
          endedAt,
          failedTries: NO_TRIES,
          ending: { outcome, jobId: undefined },
        },
      ];
}
