import { REDACTED } from '@dcc-mcp/bounds/redaction';
import type { CallRow, TracePayload } from '@dcc-mcp/call-store';
import { BUNDLE_SCHEMA, type DebugBundle } from '@dcc-mcp/call-store/analytics';
import { readJson } from './cut-json.ts';
import { type JsonPath, leavesOf } from './json-path.ts';

/** A call as it was recorded. */
export interface RecordedCall {
  readonly row: CallRow;
  readonly input?: TracePayload | undefined;
  readonly output?: TracePayload | undefined;
}

/** Reads the text of a bundle. @returns Why it is none. */
export function parseBundle(text: string): { readonly bundle: DebugBundle } | { readonly issue: string } {
  try {
    const bundle: DebugBundle = JSON.parse(text);
    const isBundle = bundle?.schema === BUNDLE_SCHEMA && Array.isArray(bundle.calls) && Array.isArray(bundle.traces);
    return isBundle
      ? { bundle }
      : { issue: `it is no bundle (${BUNDLE_SCHEMA}); dcc-mcp-gateway bundle ID writes one` };
  } catch {
    return { issue: 'it is no JSON; dcc-mcp-gateway bundle ID writes a bundle' };
  }
}

/** The call that a bundle is about; absent where it is about a search or another request. */
export function recordedCallOf({
  lookup_id: id,
  request_id: own,
  calls,
  traces,
}: DebugBundle): RecordedCall | undefined {
  const row =
    calls.find((call) => call.row_id === id || call.request_id === id) ?? calls.find((call) => call.request_id === own);
  const trace = row && traces.find(({ row_id: traceRow }) => traceRow === row.row_id);
  return row && { row, input: trace?.input, output: trace?.output };
}

/** What can be sent again of the arguments of a call. */
export interface RecordedArguments {
  /** As they were recorded; `undefined` where nothing is. */
  readonly value: unknown;
  /** Why a part of them is not known, with its path. */
  readonly missing: readonly MissingPart[];
}

/** A part of the arguments that was not kept. */
export interface MissingPart {
  readonly path: JsonPath;
  readonly reason: 'redacted' | 'cut' | 'not kept';
}

/** The arguments, and what is missing of them. */
export function recordedArguments(input: TracePayload | undefined): RecordedArguments {
  if (input === undefined) {
    return { value: undefined, missing: [{ path: [], reason: 'not kept' }] };
  }
  const { value, cutAt } = readJson(input.content);
  const redacted = input.redactions === 0 ? [] : [...leavesOf(value)].filter(([path, leaf]) => isRedacted(path, leaf));
  return {
    value,
    missing: [
      ...redacted.map(([path]) => ({ path, reason: 'redacted' as const })),
      ...(cutAt === undefined ? [] : [{ path: cutAt, reason: 'cut' as const }]),
    ],
  };
}

function isRedacted(path: JsonPath, leaf: unknown): boolean {
  return [...path, leaf].some((part) => typeof part === 'string' && part.includes(REDACTED));
}
