import type { RowLinks } from '../rows/call-row.ts';
import { present } from '../rows/present.ts';
import type { RowAttribution } from '../rows/row-identity.ts';
import type { SearchRow } from '../rows/search-row.ts';
import { bestRankOf } from './search-telemetry.ts';
import { type GroupKind, groupRows, type RowGroup } from './workflow-groups.ts';
import { type SteppedRow, toSteps, type WorkflowRows, type WorkflowStep } from './workflow-steps.ts';

/** How a workflow stands: see {@link workflows}. */
export const WORKFLOW_STATUSES = ['completed', 'warning', 'failed', 'running'] as const;

/** How an agent got from a search to a tool. */
export interface WorkflowDiscovery {
  readonly search_count: number;
  readonly zero_result_count: number;
  readonly reformulation_count: number;
  /** Searches of which a hit was used. */
  readonly selected_count: number;
  readonly best_selected_rank?: number;
  /** From the first search to the first call that went well. */
  readonly time_to_first_success_ms?: number;
  readonly search_ids: readonly string[];
}

/** What an agent did in one go. */
export interface Workflow {
  readonly workflow_id: string;
  readonly group_kind: GroupKind;
  readonly title: string;
  readonly status: (typeof WORKFLOW_STATUSES)[number];
  readonly started_at: string;
  readonly finished_at?: string;
  readonly duration_ms: number;
  readonly step_count: number;
  readonly failed_steps: number;
  readonly agent: Pick<
    RowAttribution,
    'agent_id' | 'agent_name' | 'agent_kind' | 'agent_version' | 'agent_model' | 'agent_model_provider'
  >;
  readonly correlation: {
    readonly session_id?: string;
    readonly trace_ids: readonly string[];
    readonly request_ids: readonly string[];
    readonly session_ids: readonly string[];
  };
  readonly discovery: WorkflowDiscovery;
  /** The newest 64, oldest first. */
  readonly steps: readonly WorkflowStep[];
  readonly links?: RowLinks;
}

const MAX_STEPS = 64;

/**
 * What agents did, the newest first. All steps failed, or the last one: `failed`; some failed: `warning`; else `completed`.
 * Rows are of requests that have ended, so that nothing is `running`.
 */
export function workflows(rows: WorkflowRows): readonly Workflow[] {
  return groupRows(toSteps(rows))
    .map((group) => ({ workflow: toWorkflow(group), last: group.entries.at(-1)?.row.row_id ?? '' }))
    .toSorted((a, b) => (a.last > b.last ? -1 : 1))
    .map(({ workflow }) => workflow);
}

/** Counts of a list of workflows. */
export function summarizeWorkflows(list: readonly Workflow[]): {
  readonly failed: number;
  readonly warning: number;
  readonly zero_result_workflows: number;
} {
  return {
    failed: list.filter(({ status }) => status === 'failed').length,
    warning: list.filter(({ status }) => status === 'warning').length,
    zero_result_workflows: list.filter(({ discovery }) => discovery.zero_result_count > 0).length,
  };
}

function toWorkflow({ kind, id, entries }: RowGroup<SteppedRow>): Workflow {
  const steps = entries.map(({ step }) => step);
  const [begin, end] = timesOf(steps);
  return {
    workflow_id: id,
    group_kind: kind,
    title: titleOf(steps),
    status: statusOf(steps),
    started_at: new Date(begin).toISOString(),
    finished_at: new Date(end).toISOString(),
    duration_ms: end - begin,
    step_count: steps.length,
    failed_steps: steps.filter(hasFailed).length,
    agent: agentOf(entries),
    correlation: correlationOf(entries),
    discovery: discoveryOf(entries.map(({ search }) => search).filter((search) => search !== undefined)),
    steps: steps.slice(-MAX_STEPS),
  };
}

function hasFailed({ status }: WorkflowStep): boolean {
  return status === 'err';
}

function statusOf(steps: readonly WorkflowStep[]): Workflow['status'] {
  const last = steps.at(-1);
  if (last !== undefined && hasFailed(last)) {
    return 'failed';
  }
  return steps.some(hasFailed) ? 'warning' : 'completed';
}

/** Begin and end in milliseconds: a timestamp is of the end of a step. */
function timesOf(steps: readonly WorkflowStep[]): readonly [number, number] {
  let [begin, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { timestamp, duration_ms: millis = 0 } of steps) {
    const at = Date.parse(timestamp);
    begin = Math.min(begin, Math.floor(at - millis));
    end = Math.max(end, at);
  }
  return [begin, end];
}

function titleOf(steps: readonly WorkflowStep[]): string {
  const search = steps.find(({ kind }) => kind === 'search');
  const call = steps.find(({ kind }) => kind === 'call');
  const parts = [search?.title, call?.title].filter((title) => title !== undefined);
  return parts.length === 0 ? (steps[0]?.title ?? '') : parts.join(' → ');
}

const AGENT = ['agent_id', 'agent_name', 'agent_kind', 'agent_version', 'agent_model', 'agent_model_provider'] as const;

/** Each as the newest row says it that does. */
function agentOf(entries: readonly SteppedRow[]): Workflow['agent'] {
  return present(
    Object.fromEntries(AGENT.map((name) => [name, entries.findLast(({ row }) => row[name] !== undefined)?.row[name]])),
  );
}

function correlationOf(entries: readonly SteppedRow[]): Workflow['correlation'] {
  const sessions = unique(entries.map(({ row }) => (row.session_source === 'trace' ? undefined : row.session_id)));
  const [session] = sessions;
  return {
    ...(session === undefined || sessions.length > 1 ? {} : { session_id: session }),
    trace_ids: unique(entries.map(({ row }) => row.trace_id)),
    request_ids: unique(entries.map(({ row }) => row.request_id)),
    session_ids: sessions,
  };
}

function unique(ids: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(ids.filter((id) => id !== undefined))];
}

function discoveryOf(searches: readonly SearchRow[]): WorkflowDiscovery {
  const ranks = searches.map(bestRankOf).filter((rank) => rank !== undefined);
  return present({
    search_count: searches.length,
    zero_result_count: searches.filter(({ zero_results: none }) => none).length,
    reformulation_count: searches.filter(({ reformulation_of: of }) => of !== undefined).length,
    selected_count: ranks.length,
    best_selected_rank: ranks.length === 0 ? undefined : Math.min(...ranks),
    time_to_first_success_ms: firstSuccessOf(searches),
    search_ids: searches.map(({ search_id: id }) => id),
  });
}

function firstSuccessOf(searches: readonly SearchRow[]): number | undefined {
  const [first] = searches;
  const times = searches.flatMap(({ timestamp, first_success_ms: millis }) =>
    first === undefined || millis === undefined ? [] : [Date.parse(timestamp) - Date.parse(first.timestamp) + millis],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}
