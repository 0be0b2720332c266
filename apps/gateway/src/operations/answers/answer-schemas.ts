import { ERROR_KINDS } from '@dcc-mcp/semantic-conventions';
import { z } from '@hono/zod-openapi';
import { MATCH_REASONS } from '../../search/index/search-match.ts';

// Answers are described, not checked: what is sent comes from our own types. Objects stay open, so that a later version
// may add a field without breaking a client that validates.

const anyObject = z.record(z.string(), z.unknown());
/** Of a tool. */
export const slug: z.ZodString = z
  .string()
  .meta({ description: '<dcc>.<instance>.<tool>', examples: ['maya.1f0c2d3e.create_sphere'] });
/** Of an instance. */
export const instanceShort: z.ZodString = z
  .string()
  .meta({ description: 'First eight hex digits of the instance id.' });

export const nextStepSchema: z.ZodType = z
  .looseObject({
    operation: z.enum(['search', 'load_skill', 'describe', 'call']),
    arguments: anyObject,
    meta: z.looseObject({ search_id: z.string() }).optional(),
  })
  .openapi('NextStep');

const matchReasons = z.enum(MATCH_REASONS);

const recordFields = {
  tool_slug: slug,
  backend_tool: z.string(),
  skill_name: z.string().nullable(),
  summary: z.string().meta({ description: 'At most 160 characters.' }),
  tags: z.array(z.string()),
  dcc_type: z.string(),
  instance_id: z.string(),
  has_schema: z.boolean(),
  loaded: z.boolean(),
  annotations: anyObject,
};

const hit = z
  .looseObject({
    ...recordFields,
    rank: z.int().min(1),
    score: z.number(),
    match_reasons: z.array(matchReasons).max(5),
    next_step: nextStepSchema,
  })
  .openapi('SearchHit');

const searchFields = {
  search_id: z.string(),
  ranker_version: z.string(),
  index_generation: z.number(),
  total: z.int().min(0).meta({ description: 'All matches, whatever the page.' }),
  zero_results: z.boolean(),
  waiting_for: z
    .array(z.string())
    .optional()
    .meta({ description: 'Servers that still start, whose tools are not known yet: search again in a moment.' }),
  unreachable: z
    .array(z.string())
    .optional()
    .meta({ description: 'Where nothing was found: servers that may have it and that can’t be reached now.' }),
  hits: z.array(hit),
};

export const searchAnswer: z.ZodType = z.looseObject(searchFields).openapi('SearchAnswer');

const describeFields = {
  record: z.looseObject(recordFields),
  tool: z.looseObject({ name: z.string(), inputSchema: anyObject.optional() }),
  next_step: nextStepSchema.optional(),
};

export const describeAnswer: z.ZodType = z.looseObject(describeFields).openapi('DescribeAnswer');

const loadSkillFields = {
  loaded: z.boolean().meta({ description: 'True when all that was asked for is loaded.' }),
  skill_names: z.array(z.string()).meta({ description: 'What was done, of what was asked for.' }),
  new_tool_slugs: z.array(slug),
  next_step: nextStepSchema,
};

export const errorBody: z.ZodType = z
  .looseObject({
    kind: z.enum(ERROR_KINDS),
    message: z.string(),
    retryable: z.boolean(),
    recommended_next_action: z.string(),
    candidates: z.array(z.unknown()).optional(),
    policy: anyObject.optional(),
    backend: anyObject.optional(),
    retry_after_secs: z.number().optional(),
    previous_status: z.string().optional(),
  })
  .openapi('Error');

const failedSkills = z
  .array(z.looseObject({ skill_name: z.string(), error: errorBody }))
  .optional()
  .meta({ description: 'What was not done, and why; absent when all was.' });

export const loadSkillAnswer: z.ZodType = z
  .looseObject({ ...loadSkillFields, failed: failedSkills })
  .openapi('LoadSkillAnswer');

const dccFields = { dcc_type: z.string(), instance_id: z.string(), instance_short: instanceShort };
const validationFields = {
  coerced: z.array(z.string()).optional().meta({ description: 'JSON Pointers of arguments whose type was mended.' }),
  validation: z.literal('skipped').optional().meta({ description: 'The arguments were not checked, or not all.' }),
  validation_reason: z.string().optional(),
};

const callFields = {
  ok: z.boolean(),
  tool_slug: slug,
  slug: z.string().meta({ description: 'The tool, as its server names it.' }),
  output: z.unknown().meta({
    description:
      "The tool's structuredContent, else its sole text, else its content blocks, of which images, audio and blobs stand as {type, mimeType, bytes, content_index}.",
  }),
  error: errorBody.optional(),
  request_id: z.string(),
  trace_id: z.string(),
  duration_ms: z.number(),
  _meta: z.looseObject({ dcc: z.looseObject({ ...dccFields, ...validationFields }) }),
};

export const callAnswer: z.ZodType = z.looseObject(callFields).openapi('CallAnswer');

const batchItem = z
  .looseObject({
    index: z.int().min(0),
    id: z.union([z.string(), z.number()]).optional(),
    tool_slug: z.string(),
    ok: z.boolean(),
    result: callAnswer.optional(),
    error: errorBody.optional(),
  })
  .openapi('CallBatchResult');

export const callBatchAnswer: z.ZodType = z
  .looseObject({ success: z.boolean(), results: z.array(batchItem) })
  .openapi('CallBatchAnswer');

// A model pays for every word of a tool's schema, so a nested error and a nested call are described by their first fields.
const briefError = z.looseObject({ kind: z.string(), message: z.string(), recommended_next_action: z.string() });
const briefItem = z.looseObject({
  index: z.int().min(0),
  tool_slug: z.string(),
  ok: z.boolean(),
  result: z.looseObject({ ok: z.boolean(), output: z.unknown() }).optional(),
  error: briefError.optional(),
});

// What an MCP tool answers is also its error envelope, and there are clients that check `structuredContent` of a failure
// as well. MCP asks for one object, so every field is optional.
const failureFields = { error: briefError, request_id: z.string(), trace_id: z.string() };

export const searchToolAnswer: z.ZodType = z.looseObject({ ...searchFields, ...failureFields }).partial();

export const describeToolAnswer: z.ZodType = z.looseObject({ ...describeFields, ...failureFields }).partial();

export const loadSkillToolAnswer: z.ZodType = z
  .looseObject({
    ...loadSkillFields,
    failed: z.array(z.looseObject({ skill_name: z.string(), error: briefError })),
    ...failureFields,
  })
  .partial();

/** One call, or a batch. */
export const callToolAnswer: z.ZodType = z
  .looseObject({
    ...callFields,
    _meta: z.looseObject({ dcc: z.looseObject(dccFields) }),
    ...failureFields,
    success: z.boolean(),
    results: z.array(briefItem),
  })
  .partial();

export const errorAnswer: z.ZodType = z
  .looseObject({ error: errorBody, request_id: z.string(), trace_id: z.string() })
  .openapi('ErrorEnvelope');
