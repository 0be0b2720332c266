import { GROUP_KINDS, type Workflow, WORKFLOW_STATUSES, type WorkflowStep } from '@dcc-mcp/call-store/analytics';
import { z } from 'zod';
import { page } from './answer-schemas.ts';
import { count, millis, outcome } from './call-schema.ts';
import { agent, links, type Members, time, transport } from './identity-schema.ts';

const rank = z.int().positive().optional();
const ids = z.array(z.string());

const search = z.strictObject({
  search_id: z.string(),
  query_preview: z.string().optional(),
  selected_rank: rank,
  score: z.number().optional(),
  match_reasons: z.array(z.string()).optional(),
  zero_results: z.boolean().optional(),
  total: count.optional(),
  first_success_ms: millis.optional(),
});

const step = z
  .strictObject({
    step_id: z.string().meta({ description: 'The row id.' }),
    kind: z.enum(['search', 'describe', 'load_skill', 'call']),
    title: z.string(),
    timestamp: time,
    status: z.enum(['ok', 'err', 'zero_results']),
    outcome,
    request_id: z.string(),
    trace_id: z.string(),
    parent_request_id: z.string().optional(),
    dcc_type: z.string().optional(),
    instance_id: z.string().optional(),
    tool: z.string().optional(),
    transport,
    duration_ms: millis.optional().meta({ description: 'Absent of a search whose trace is not retained any more.' }),
    search: search.optional(),
    links,
  } satisfies Members<WorkflowStep>)
  .meta({ id: 'WorkflowStep' });

const discovery = z.strictObject({
  search_count: count,
  zero_result_count: count,
  reformulation_count: count,
  selected_count: count,
  best_selected_rank: rank,
  time_to_first_success_ms: millis.optional(),
  search_ids: ids,
});

const workflow = z
  .strictObject({
    workflow_id: z.string(),
    group_kind: z.enum(GROUP_KINDS),
    title: z.string(),
    status: z.enum(WORKFLOW_STATUSES),
    started_at: time,
    finished_at: time.optional(),
    duration_ms: millis,
    step_count: count,
    failed_steps: count,
    agent: z.strictObject(agent),
    correlation: z.strictObject({
      session_id: z.string().optional(),
      trace_ids: ids,
      request_ids: ids,
      session_ids: ids,
    }),
    discovery,
    steps: z.array(step).max(64).meta({ description: 'The newest 64, oldest first.' }),
    links,
  } satisfies Members<Workflow>)
  .meta({ id: 'Workflow' });

export const workflowsAnswer: z.ZodType = z
  .strictObject({
    ...page,
    summary: z.strictObject({ failed: count, warning: count, zero_result_workflows: count }),
    workflows: z.array(workflow),
  })
  .meta({ id: 'WorkflowsAnswer' });
