// What asks for exactly the rows of a workflow, and what of its steps is looked at.
import type { Workflow, WorkflowStep } from '@dcc-mcp/call-store/analytics';
import { term } from '../../parts/query/query-terms.ts';

type Grouped = Pick<Workflow, 'workflow_id' | 'group_kind' | 'correlation'>;

/** No value of the field, in the query language. */
function absent(field: string): string {
  return `${field}!~""`;
}

/**
 * A filter that the rows of a workflow match, and no others; of a chain of requests, at most its first ids.
 *
 * @param more A condition that they have to meet as well.
 */
export function rowsOfWorkflow(workflow: Grouped, more = ''): string {
  // `OR` binds less than what stands beside each other.
  return idsOf(workflow)
    .map((ids) => `${ids} ${more}`.trim())
    .join(' OR ');
}

function idsOf({ workflow_id: id, group_kind: kind, correlation }: Grouped): readonly string[] {
  const { session_id: session = '', trace_ids: traces, request_ids: requests } = correlation;
  switch (kind) {
    case 'turn':
      return [`${term('session_id', session)} ${term('turn_id', id.slice(`turn:${session}:`.length))}`];
    case 'session':
      return [`${term('session_id', session)} ${absent('turn_id')}`];
    case 'trace':
      return [term('trace_id', traces[0] ?? '')];
    case 'request':
    default:
      return requests.slice(0, MAX_IDS).map((request) => term('request_id', request));
  }
}

/** A query has at most 2,048 characters. */
const MAX_IDS = 20;

/** What steps can be narrowed to. */
export const STEP_VIEWS = ['failed', 'zero_results', 'search', 'describe', 'load_skill', 'call'] as const;
/** One of {@link STEP_VIEWS}. */
export type StepView = (typeof STEP_VIEWS)[number];

/** The view that stands in the address. */
export function stepViewOf(text: string | undefined): StepView | undefined {
  return STEP_VIEWS.find((view) => view === text);
}

/** Whether a step is seen in a view. */
export function isInView({ kind, status }: Pick<WorkflowStep, 'kind' | 'status'>, view: StepView | undefined): boolean {
  switch (view) {
    case undefined:
      return true;
    case 'failed':
      return status === 'err';
    case 'zero_results':
      return status === 'zero_results';
    case 'search':
    case 'describe':
    case 'load_skill':
    case 'call':
    default:
      return kind === view;
  }
}

/** Views with how many of the steps they show, without the empty ones. */
export function countViews(
  steps: readonly Pick<WorkflowStep, 'kind' | 'status'>[],
): readonly { readonly view: StepView; readonly count: number }[] {
  return STEP_VIEWS.map((view) => ({ view, count: steps.filter((step) => isInView(step, view)).length })).filter(
    ({ count }) => count > 0,
  );
}

/** Milliseconds from the start of the workflow to that of the step. */
export function offsetOf(step: Pick<WorkflowStep, 'timestamp' | 'duration_ms'>, startedAt: string): number {
  return Math.max(Date.parse(step.timestamp) - (step.duration_ms ?? 0) - Date.parse(startedAt), 0);
}
