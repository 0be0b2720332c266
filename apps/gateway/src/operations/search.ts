import { OPERATION_SEARCH } from '@dcc-mcp/semantic-conventions';
import type { WorkflowSpan } from '@dcc-mcp/workflow-spans';
import type { Caller, OperationCore } from './core.ts';
import { admit } from './govern.ts';
import { internalError } from './internal-error.ts';
import { type OperationError, outcomeOfError } from './operation-error.ts';
import type { OperationResult } from './operation-result.ts';
import { type SearchAnswer, type SearchRequest, toSearchAnswer, toSearchQuery } from './search-answer.ts';

/** Searches the catalog; what policy hides is not there. */
export async function searchTools(
  core: OperationCore,
  caller: Caller,
  request: SearchRequest,
): Promise<OperationResult<SearchAnswer>> {
  const startedAt = core.now();
  const span = core.spans.startWorkflow(caller.ctx, OPERATION_SEARCH, caller.facts);
  if (span.isRecording) {
    span.setInput(inputOf(request));
  }
  const finish = (error: OperationError | undefined, answer: SearchAnswer | undefined): void =>
    core.recorder.search({
      ctx: caller.ctx,
      span,
      outcome: error === undefined ? 'ok' : outcomeOfError(error),
      errorKind: error?.kind,
      startedAt,
      durationMillis: core.now() - startedAt,
      answer: answer === undefined ? undefined : remembered(answer, request),
    });
  const result = await attempt(core, caller, request, span).catch((defect: unknown): OperationResult<SearchAnswer> => ({
    ok: false,
    error: internalError(core, defect),
  }));
  finish(result.ok ? undefined : result.error, result.ok ? result.value : undefined);
  return result;
}

const INPUT_FIELDS = [
  'query',
  'or_queries',
  'dcc_type',
  'dcc_types',
  'instance_id',
  'tags',
  'tags_any',
  'exclude_tags',
  'loaded_only',
  'scene_hint',
  'skill_hint',
  'min_score',
  'limit',
  'offset',
  'mode',
] as const satisfies readonly (keyof SearchRequest)[];

/** What is asked for, and nothing else a body may carry: agent context never is content. */
function inputOf(request: SearchRequest): SearchRequest {
  const given = INPUT_FIELDS.filter((field) => request[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, request[field]]));
}

async function attempt(
  core: OperationCore,
  caller: Caller,
  request: SearchRequest,
  span: WorkflowSpan,
): Promise<OperationResult<SearchAnswer>> {
  const admission = await admit(core, caller, span);
  if (!admission.ok) {
    return { ok: false, error: admission.refusal.error };
  }
  admission.leave();
  if (core.governance.policy !== undefined) {
    span.setPolicy({ outcome: 'allowed' });
  }
  const { policy } = core.governance;
  const result = core.toolSearch.search({
    ...toSearchQuery(request),
    sceneOf: (instanceId) => core.upstreams.get(instanceId)?.status.scene,
    isVisible: policy && ((record) => policy('search', record).outcome === 'allowed'),
  });
  const answer = toSearchAnswer(result, core.newId());
  span.setOutput(answer);
  return { ok: true, value: answer };
}

function remembered(answer: SearchAnswer, request: SearchRequest) {
  const query = [request.query, ...(request.or_queries ?? [])].filter((part) => part !== undefined).join(' | ');
  return {
    searchId: answer.search_id,
    rankerVersion: answer.ranker_version,
    total: answer.total,
    query,
    hits: answer.hits,
  };
}
