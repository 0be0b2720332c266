import { z } from '@hono/zod-openapi';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import type { SearchRequest } from '../answers/search-answer.ts';
import { isName, MAX_NAME_BYTES, MAX_QUERY_BYTES, metaObject, nameList, nameText, textUpTo } from './bounded-input.ts';

/** What every request may carry beside its own fields. */
interface RequestExtras {
  /** `search_id` joins the request to a search; `traceparent`, `agent_context` and the like belong here, too. */
  readonly meta?: JsonObject | undefined;
}

export interface SearchBody extends SearchRequest, RequestExtras {}

export interface DescribeBody extends RequestExtras {
  readonly tool_slug: string;
}

export interface LoadSkillBody extends RequestExtras {
  readonly skill_name?: string | undefined;
  readonly skill_names?: readonly string[] | undefined;
  readonly instance_id?: string | undefined;
  readonly dcc_type?: string | undefined;
  /** Default true. */
  readonly activate_groups?: boolean | undefined;
}

export interface CallBody extends RequestExtras {
  readonly tool_slug: string;
  /** Left as sent: the tool's own schema decides about it. */
  readonly arguments?: unknown;
}

export interface CallBatchItem extends CallBody {
  readonly id?: string | number | RawJson | undefined;
}

export interface CallBatchBody extends RequestExtras {
  readonly calls: readonly CallBatchItem[];
  /** Default false. */
  readonly stop_on_error?: boolean | undefined;
}

/** Body of a call to an instance named by the path; one of the three names says the tool. */
export interface InstanceCallBody extends RequestExtras {
  readonly backend_tool?: string | undefined;
  readonly tool?: string | undefined;
  readonly action?: string | undefined;
  readonly arguments?: unknown;
}

/** Arguments of the MCP tool `call`: one tool, or `calls`. */
export interface CallToolArguments extends RequestExtras {
  readonly tool_slug?: string | undefined;
  readonly arguments?: unknown;
  readonly calls?: readonly CallBatchItem[] | undefined;
  readonly stop_on_error?: boolean | undefined;
  /** Default false. */
  readonly async?: boolean | undefined;
}

/** The most calls one batch may hold. */
export const MAX_BATCH_CALLS = 25;
/** Wordings of one search beside its query. */
const MAX_CLAUSES = 16;
/** Farther than any page of a catalog lies. */
const MAX_OFFSET = 1_000_000;

const words = nameList.optional();
const queryText = textUpTo(MAX_QUERY_BYTES);

const meta = metaObject.optional().meta({
  type: 'object',
  additionalProperties: true,
  description:
    'Correlation, not content: pass search_id of the search this follows. May carry traceparent and agent_context.',
});

const agentContext = z.unknown().optional();
const alias = agentContext.meta({ type: 'object', deprecated: true, description: 'The same as agent_context.' });

/** Where a body may say who calls; `request-context` reads it, and cuts what is too long. */
const callerFields = {
  agent_context: agentContext.meta({
    type: 'object',
    additionalProperties: true,
    description: 'Who calls, and why: agent_id, model, session_id, task and the like.',
  }),
  caller_context: alias,
  agentContext: alias,
  callerContext: alias,
  agent: alias,
};

const toolSlug = nameText.meta({
  description: 'A tool, as a search hit names it: <dcc>.<instance>.<tool>.',
  examples: ['maya.1f0c2d3e.create_sphere'],
});

const callArguments = z
  .unknown()
  .optional()
  .meta({
    type: 'object',
    additionalProperties: true,
    description: "The tool's own arguments, as its inputSchema (see describe) asks for them.",
    examples: [{ radius: 2 }],
  });

const instanceId = textUpTo(MAX_NAME_BYTES).min(4);

const searchFields = {
  query: queryText.optional().meta({
    description: 'What the tool should do, in a few words. Empty lists everything.',
    examples: ['create a sphere'],
  }),
  or_queries: z.array(queryText).max(MAX_CLAUSES).optional().meta({
    description: 'Other wordings; a tool scores by the one that fits it best.',
  }),
  dcc_type: nameText.optional().meta({ description: 'Only tools of this host type, such as maya or filesystem.' }),
  dcc_types: words.meta({ description: 'Only tools of these host types.' }),
  instance_id: instanceId.optional().meta({
    description: 'Only tools of this instance: its id, or four first digits or more.',
  }),
  tags: words.meta({ description: 'Only tools with all of these tags.' }),
  tags_any: words.meta({ description: 'Only tools with one of these tags.' }),
  exclude_tags: words.meta({ description: 'No tools with any of these tags.' }),
  loaded_only: z.boolean().optional().meta({ description: 'Only tools that can be called at once. Default false.' }),
  scene_hint: queryText.optional().meta({ description: 'The scene you work on; its instance is ranked up.' }),
  skill_hint: queryText.optional().meta({ description: 'A skill you expect; its tools are ranked up.' }),
  min_score: z.number().optional().meta({ description: 'No hits below this score.' }),
  limit: z.int().min(1).max(100).optional().meta({ description: 'Hits on this page, 1 to 100.', default: 25 }),
  offset: z.int().min(0).max(MAX_OFFSET).optional().meta({ description: 'Hits to pass over.', default: 0 }),
  mode: z.enum(['fuzzy', 'exact']).optional().meta({
    description: 'fuzzy ranks words, prefixes and typos; exact looks for the text as it stands.',
    default: 'fuzzy',
  }),
  meta,
  ...callerFields,
};

/** A number whose digits a double does not hold comes as it was written. */
function isItemId(id: unknown): boolean {
  return typeof id === 'string' || typeof id === 'number' || id instanceof RawJson;
}

const itemId = z
  .custom<string | number | RawJson>(isItemId, { error: 'must be a string or a number' })
  .refine((id) => typeof id !== 'string' || id === '' || isName(id), {
    error: `must have at most ${MAX_NAME_BYTES} bytes`,
    params: { maxBytes: MAX_NAME_BYTES },
  })
  .meta({ type: ['string', 'number'], maxLength: MAX_NAME_BYTES });

/** The member of `meta` that asks for a job, and of `_meta` in a call of an upstream's own tool. */
export const ASYNC = 'dcc.async';
const NO_BATCH_IS_A_JOB = `must not hold ${ASYNC}: a batch is answered when it has run; send the call alone`;

/** Of a batch nothing is a job: it runs in order, and answers when it has. */
const metaOfBatch = meta.refine((value) => asksForNoJob(value?.[ASYNC]), { error: NO_BATCH_IS_A_JOB });

function asksForNoJob(value: unknown): boolean {
  return value === undefined || value === false;
}

function isTrueOrFalse(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}

const metaOfItem = metaOfBatch.meta({
  description:
    'Pass search_id of the search that this call follows. Trace and caller are those of the batch: an item says nothing of them.',
});

const batchItem = z
  .strictObject({
    tool_slug: toolSlug,
    arguments: callArguments,
    id: itemId.optional(),
    meta: metaOfItem,
  })
  .openapi('CallBatchItem');

const calls = z
  .array(batchItem)
  .min(1)
  .max(MAX_BATCH_CALLS)
  .meta({ description: `Calls to run in this order, one after the other, at most ${MAX_BATCH_CALLS}.` });

const stopOnError = z
  .boolean()
  .optional()
  .meta({ description: 'Leave out the rest after the first failure.', default: false });

export const searchBody: z.ZodType<SearchBody> = z.strictObject(searchFields).openapi('SearchRequest');

export const describeBody: z.ZodType<DescribeBody> = z
  .strictObject({ tool_slug: toolSlug, meta, ...callerFields })
  .openapi('DescribeRequest');

export const loadSkillBody: z.ZodType<LoadSkillBody> = z
  .strictObject({
    skill_name: nameText
      .optional()
      .meta({ description: 'The skill, as the skill_name of a search hit.', examples: ['mesh-tools'] }),
    skill_names: nameList.min(1).optional().meta({ description: 'Several skills at once.' }),
    instance_id: instanceId.optional().meta({ description: 'The instance, when several have the skill.' }),
    dcc_type: nameText.optional().meta({ description: 'The host type, when several have the skill.' }),
    activate_groups: z
      .boolean()
      .optional()
      .meta({ description: "Also activate the skill's tool groups.", default: true }),
    meta,
    ...callerFields,
  })
  .refine((body) => body.skill_name !== undefined || body.skill_names !== undefined, {
    error: 'is required, or skill_names',
    path: ['skill_name'],
  })
  .openapi('LoadSkillRequest');

export const callBody: z.ZodType<CallBody> = z
  .strictObject({ tool_slug: toolSlug, arguments: callArguments, meta, ...callerFields })
  .openapi('CallRequest');

export const callBatchBody: z.ZodType<CallBatchBody> = z
  .strictObject({ calls, stop_on_error: stopOnError, meta: metaOfBatch, ...callerFields })
  .openapi('CallBatchRequest');

export const instanceCallBody: z.ZodType<InstanceCallBody> = z
  .strictObject({
    backend_tool: nameText.optional().meta({ description: 'The tool, as the instance itself names it.' }),
    tool: nameText.optional().meta({ description: 'The same as backend_tool.' }),
    action: nameText.optional().meta({ description: 'The same as backend_tool.' }),
    arguments: callArguments,
    meta,
    ...callerFields,
  })
  .refine((body) => (body.backend_tool ?? body.tool ?? body.action) !== undefined, {
    error: 'is required',
    path: ['backend_tool'],
  })
  .openapi('InstanceCallRequest');

export const callToolArguments: z.ZodType<CallToolArguments> = z
  .strictObject({
    tool_slug: toolSlug.optional(),
    arguments: callArguments,
    calls: calls.optional(),
    stop_on_error: stopOnError,
    async: z
      .boolean()
      .optional()
      .meta({ description: 'Answer at once with a job_id; the call goes on.', default: false }),
    meta: meta.refine((value) => isTrueOrFalse(value?.[ASYNC]), { error: 'must be true or false', path: [ASYNC] }),
    ...callerFields,
  })
  .refine((args) => args.tool_slug !== undefined || args.calls !== undefined, {
    error: 'is required, or calls for several',
    path: ['tool_slug'],
  })
  .refine((args) => args.tool_slug === undefined || args.calls === undefined, {
    error: 'cannot stand beside tool_slug: send one call, or calls',
    path: ['calls'],
  })
  .refine((args) => args.async !== true || args.calls === undefined, {
    error: 'cannot stand beside calls: send each call alone',
    path: ['async'],
  })
  .refine((args) => asksForNoJob(args.meta?.[ASYNC]) || args.calls === undefined, {
    error: NO_BATCH_IS_A_JOB,
    path: ['meta'],
  });
