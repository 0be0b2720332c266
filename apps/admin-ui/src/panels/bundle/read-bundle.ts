import type { TraceDetail } from '@dcc-mcp/call-store';
import type { DebugBundle } from '@dcc-mcp/call-store/analytics';

const SCHEMA = 'dcc-mcp.debug-bundle.v1' satisfies DebugBundle['schema'];

/** A bundle, or why a text is none. */
export type BundleReading =
  | { readonly ok: true; readonly bundle: DebugBundle }
  | {
      readonly ok: false;
      readonly issue: `bundle.${'notJson' | 'har' | 'noSchema' | 'otherSchema' | 'notWhole'}`;
      /** The schema that it names. */
      readonly found: string;
    };

/** Reads what was saved as a file; an issue report with a bundle in it will do, too. */
export function readBundle(text: string): BundleReading {
  const value = parsed(text);
  const bundle = isBundle(value) ? value : isRecord(value) ? value['bundle'] : undefined;
  if (isBundle(bundle)) {
    return { ok: true, bundle };
  }
  const schema = isRecord(value) && typeof value['schema'] === 'string' ? value['schema'] : '';
  return { ok: false, issue: issueOf(value, schema), found: schema };
}

function issueOf(value: unknown, schema: string): Exclude<BundleReading, { ok: true }>['issue'] {
  if (value === undefined) {
    return 'bundle.notJson';
  }
  if (schema === '') {
    return isRecord(value) && isRecord(value['log']) ? 'bundle.har' : 'bundle.noSchema';
  }
  return schema === SCHEMA ? 'bundle.notWhole' : 'bundle.otherSchema';
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
