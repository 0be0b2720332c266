import { OUTCOMES, type Outcome } from '@dcc-mcp/semantic-conventions';
import type { StepSearch, WorkflowStep } from '../../analytics/workflow-steps.ts';
import type { Workflow, WorkflowDiscovery } from '../../analytics/workflows.ts';
import { pick } from '../../rows/present.ts';
import { DURATION, FLAG, NUMBER, oneOf, TEXT, TIME } from './identity-fields.ts';
import type { QueryField, QueryFields } from './query-field.ts';

/** Members of a part of a workflow, each with what it holds. */
type Members<Part, Nested extends keyof Part = never> = Readonly<
  Record<Exclude<keyof Part, Nested | 'links'>, QueryField>
>;

const AGENT: Members<Workflow['agent']> = {
  agent_id: TEXT,
  agent_name: TEXT,
  agent_kind: TEXT,
  agent_version: TEXT,
  agent_model: TEXT,
  agent_model_provider: TEXT,
};

const CORRELATION: Members<Workflow['correlation']> = {
  session_id: TEXT,
  trace_ids: TEXT,
  request_ids: TEXT,
  session_ids: TEXT,
};

const DISCOVERY: Members<WorkflowDiscovery> = {
  search_count: NUMBER,
  zero_result_count: NUMBER,
  reformulation_count: NUMBER,
  selected_count: NUMBER,
  best_selected_rank: NUMBER,
  time_to_first_success_ms: DURATION,
  search_ids: TEXT,
};

const STEP_SEARCH: Members<StepSearch> = {
  search_id: TEXT,
  query_preview: TEXT,
  selected_rank: NUMBER,
  score: NUMBER,
  match_reasons: TEXT,
  zero_results: FLAG,
  total: NUMBER,
  first_success_ms: DURATION,
};

const KINDS: readonly WorkflowStep['kind'][] = ['search', 'describe', 'load_skill', 'call'];
const STEP_STATUSES: readonly WorkflowStep['status'][] = ['ok', 'err', 'zero_results'];
const TRANSPORTS: readonly WorkflowStep['transport'][] = ['rest', 'mcp'];
const STEP_OUTCOMES: readonly Outcome[] = OUTCOMES;

const STEPS: Members<WorkflowStep, 'search'> = {
  step_id: TEXT,
  kind: oneOf(KINDS),
  title: TEXT,
  timestamp: TIME,
  status: oneOf(STEP_STATUSES),
  outcome: oneOf(STEP_OUTCOMES),
  request_id: TEXT,
  trace_id: TEXT,
  parent_request_id: TEXT,
  dcc_type: TEXT,
  instance_id: TEXT,
  tool: TEXT,
  transport: oneOf(TRANSPORTS),
  duration_ms: DURATION,
};

const GROUP_KINDS: readonly Workflow['group_kind'][] = ['session', 'turn', 'trace', 'request'];
const STATUSES: readonly Workflow['status'][] = ['completed', 'warning', 'failed', 'running'];

const OWN: Members<Workflow, 'agent' | 'correlation' | 'discovery' | 'steps'> = {
  workflow_id: { type: 'text', isSearched: true },
  group_kind: oneOf(GROUP_KINDS),
  title: { type: 'text', isSearched: true },
  status: oneOf(STATUSES),
  started_at: TIME,
  finished_at: TIME,
  duration_ms: DURATION,
  step_count: NUMBER,
  failed_steps: NUMBER,
};

/** Members of steps that a workflow has none of its own of: `tool` is that of a step. */
const STEP_NAMES = ['outcome', 'dcc_type', 'instance_id', 'tool', 'transport'] as const;

/**
 * What can be asked of a workflow: its members, nested ones with dots; those of its agent, its discovery and the ids of its
 * rows also by their names alone, as rows have them. Of its steps one has to match, for `!=` and `!~` none may.
 */
export const WORKFLOW_FIELDS: QueryFields = {
  ...OWN,
  ...searched(below(['agent'], AGENT, ''), ['agent_id', 'agent_name']),
  session_id: { type: 'text', path: ['correlation', 'session_ids'], isSearched: true },
  trace_id: { type: 'text', path: ['correlation', 'trace_ids'], isSearched: true },
  request_id: { type: 'text', path: ['correlation', 'request_ids'], isSearched: true },
  search_id: { type: 'text', path: ['discovery', 'search_ids'], isSearched: true },
  ...below(['discovery'], DISCOVERY, ''),
  ...searched(below(['steps'], pick(STEPS, STEP_NAMES), ''), ['tool']),
  query_preview: { type: 'text', path: ['steps', 'search', 'query_preview'], isSearched: true },
  ...below(['agent'], AGENT),
  ...below(['correlation'], CORRELATION),
  ...below(['discovery'], DISCOVERY),
  ...below(['steps'], STEPS),
  ...below(['steps', 'search'], STEP_SEARCH),
};

/** Fields of a nested part; `prefix` begins their names. */
function below(path: readonly string[], fields: QueryFields, prefix = `${path.join('.')}.`): QueryFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [`${prefix}${name}`, { ...field, path: [...path, name] }]),
  );
}

function searched(fields: QueryFields, names: readonly string[]): QueryFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      names.includes(name) ? { ...field, isSearched: true } : field,
    ]),
  );
}
