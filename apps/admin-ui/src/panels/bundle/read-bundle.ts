import type { TraceDetail } from '@dcc-mcp/call-store';
import type { DebugBundle } from '@dcc-mcp/call-store/analytics';

const SCHEMA = 'dcc-mcp.debug-bundle.v1' satisfies DebugBundle['schema'];

/** A bundle, or why a text is none. */
export type BundleReading =
  | { readonly ok: true; readonly bundle: DebugBundle }
  | { readonly ok: false; readonly issue: 'bundle.notJson' | 'bundle.otherSchema'; readonly found: string };

/** Reads what was saved as a file; an issue report with a bundle in it will do, too. */
export function readBundle(text: string): BundleReading {
  const value = parsed(text);
  if (value === undefined) {
    return { ok: false, issue: 'bundle.notJson', found: text.slice(0, 40) };
  }
  const bundle = isBundle(value) ? value : isRecord(value) ? value['bundle'] : undefined;
  return isBundle(bundle)
    ? { ok: true, bundle }
    : { ok: false, issue: 'bundle.otherSchema', found: isRecord(value) ? String(value['schema']) : typeof value };
}

/** A trace of a bundle, as one of a live gateway is shown. */
export function traceOf(bundle: DebugBundle, index: number): TraceDetail | undefined {
  const trace = bundle.traces[index];
  const rest = { requests: [], events: bundle.events };
  return trace && { ...trace, ...rest };
}

function isBundle(value: unknown): value is DebugBundle {
  const lists = ['calls', 'traces', 'searches', 'events', 'hints', 'omitted', 'previous_failures'];
  return isRecord(value) && value['schema'] === SCHEMA && lists.every((name) => Array.isArray(value[name]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
