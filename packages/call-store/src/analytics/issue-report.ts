import { ERROR_KINDS, OUTCOMES } from '@dcc-mcp/semantic-conventions';
import type { RowLinks } from '../rows/call-row.ts';
import { present } from '../rows/present.ts';
import { isRowId } from '../rows/row-id.ts';
import { TRACE_OPERATIONS } from '../rows/trace-row.ts';
import { type DebugBundle, subjectRows } from './bundle.ts';
import { messageFor, rootCause } from './root-cause.ts';

/** Name of the shape of {@link IssueReport}. */
export const ISSUE_REPORT_SCHEMA = 'dcc-mcp.issue-report.v1';

/** A report for an issue tracker. */
export interface IssueReport {
  readonly schema: typeof ISSUE_REPORT_SCHEMA;
  readonly report_type: 'github_issue_public_safe' | 'github_issue_debug_json';
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  readonly suggested_labels: readonly string[];
  readonly summary: Readonly<Record<string, string | number | boolean>>;
  /** In the raw form alone. */
  readonly bundle?: DebugBundle;
  /** What is left out on purpose. */
  readonly excluded: readonly string[];
  /** Without an address in the public form. */
  readonly links: RowLinks;
  readonly privacy_note: string;
}

/** What a report says beside the bundle. */
export interface IssueReportOptions {
  /** With the bundle: for evidence that stays with you. Default false: kinds, timings, versions and counts alone. */
  readonly raw?: boolean;
  readonly gatewayVersion?: string | undefined;
}

const EXCLUDED = [
  'paths',
  'hosts',
  'addresses',
  'people',
  'arguments',
  'results',
  'sessions',
  'scenes',
  'names of tools',
];
const PUBLIC_NOTE = 'Public-safe: it holds kinds, timings, versions and counts only.';
const RAW_NOTE = 'Not for the public: it holds the bundle with arguments, results and identities. Keep it with you.';

/** The report of a bundle. In the public form nothing that a caller, a server or an operator wrote stands. */
export function issueReport(source: DebugBundle, options: IssueReportOptions = {}): IssueReport {
  const { raw = false } = options;
  const summary = summaryOf(source, options);
  return {
    schema: ISSUE_REPORT_SCHEMA,
    report_type: raw ? 'github_issue_debug_json' : 'github_issue_public_safe',
    title: titleOf(summary),
    body: bodyOf(summary, raw ? RAW_NOTE : PUBLIC_NOTE),
    suggested_labels: labelsOf(summary),
    summary,
    ...(raw ? { bundle: source } : {}),
    excluded: raw ? [] : EXCLUDED,
    links: raw ? source.links : relativeLinks(source),
    privacy_note: raw ? RAW_NOTE : PUBLIC_NOTE,
  };
}

type Summary = IssueReport['summary'];

/** Words of closed sets, numbers, and versions that look like some. */
function summaryOf(source: DebugBundle, { gatewayVersion }: IssueReportOptions): Summary {
  const { call, trace } = subjectRows(source);
  const outcome = OUTCOMES.find((each) => each === (call ?? trace)?.outcome) ?? 'ok';
  const cause = rootCause({ outcome });
  const summary = {
    operation: operationOf(call === undefined ? (trace?.operation ?? 'search') : 'call'),
    outcome,
    error_kind: ERROR_KINDS.find((kind) => kind === call?.error?.kind),
    who: cause?.who,
    duration_ms: number(call?.duration_ms ?? trace?.total_ms),
    queue_ms: number(call?.queue_ms),
    gateway_ms: number(call?.gateway_ms),
    upstream_ms: number(call?.upstream_ms),
    retries: number(call?.retries),
    input_bytes: number((call ?? trace)?.input_bytes),
    output_bytes: number((call ?? trace)?.output_bytes),
    span_count: number(trace?.span_count),
    transport: source.client.transport === 'mcp' ? 'mcp' : 'rest',
    protocol_version: protocolVersion(source.client.protocol_version),
    gateway_version: version(gatewayVersion),
    requests: source.request_ids.length,
    calls: source.calls.length,
    failed_calls: source.calls.filter(({ success }) => !success).length,
    searches: source.searches.length,
    session_events: source.events.length,
    previous_failures: source.previous_failures.length,
  };
  return present(summary);
}

function operationOf(text: string): string {
  return TRACE_OPERATIONS.find((operation) => operation === text) ?? 'call';
}

function number(value: number | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function protocolVersion(text: string | undefined): string | undefined {
  return text !== undefined && /^20\d\d-\d\d-\d\d$/.test(text) ? text : undefined;
}

/** Three numbers and what may follow of a prerelease: four would be an address. */
function version(text: string | undefined): string | undefined {
  return /^\d{1,5}\.\d{1,5}\.\d{1,5}(?:-(?:alpha|beta|rc|dev|next)(?:\.\d{1,5})?)?$/.exec(text ?? '')?.[0];
}

function titleOf({ operation, outcome, who, duration_ms: millis }: Summary): string {
  const time = typeof millis === 'number' ? ` after ${Math.round(millis)} ms` : '';
  return who === undefined
    ? `${String(operation)} ended ${String(outcome)}${time}`
    : `${String(operation)} failed: ${String(outcome)}${time} (${String(who)})`;
}

function labelsOf({ outcome, who }: Summary): readonly string[] {
  return who === undefined ? ['question'] : ['bug', `outcome:${String(outcome)}`, `from:${String(who)}`];
}

function bodyOf(summary: Summary, note: string): string {
  const outcome = OUTCOMES.find((each) => each === summary['outcome']) ?? 'ok';
  const lines = Object.entries(summary).map(([name, value]) => `| ${name} | ${String(value)} |`);
  return [
    '### What happened',
    '',
    messageFor(outcome),
    '',
    '| | |',
    '| --- | --- |',
    ...lines,
    '',
    '### What was expected',
    '',
    '_Write here what you did and what you expected._',
    '',
    note,
    '',
  ].join('\n');
}

/** Leads from the gateway's own address, which is not said, by the key that the gateway itself made. */
function relativeLinks(source: DebugBundle): RowLinks {
  const { id } = subjectRows(source);
  if (id === undefined || !isRowId(id)) {
    return {};
  }
  return {
    trace_api: `/v1/debug/traces/${id}`,
    debug_bundle: `/v1/debug/bundles/${id}`,
    issue_report_url: `/v1/debug/issue-reports/${id}`,
  };
}
