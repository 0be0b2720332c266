import { z } from '@hono/zod-openapi';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { isLargerThan, isName, MAX_LIST_ITEMS, MAX_META_BYTES } from './bounded-input.ts';
import { describeIssues, typeName } from './describe-issues.ts';
import {
  ASYNC,
  callBatchBody,
  type CallBatchBody,
  callBody,
  type CallBody,
  callToolArguments,
  type CallToolArguments,
  describeBody,
  type DescribeBody,
  instanceCallBody,
  type InstanceCallBody,
  loadSkillBody,
  type LoadSkillBody,
  searchBody,
  type SearchBody,
} from './request-schemas.ts';

/** A checked body, or what is wrong with it: the message of a `bad-request`, naming each field. */
export type ParsedBody<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

export function parseSearch(body: unknown): ParsedBody<SearchBody> {
  return parseBody(searchBody, body);
}

export function parseDescribe(body: unknown): ParsedBody<DescribeBody> {
  return isPlainCall(body) && body.arguments === undefined ? { ok: true, value: body } : parseBody(describeBody, body);
}

export function parseLoadSkill(body: unknown): ParsedBody<LoadSkillBody> {
  return parseBody(loadSkillBody, body);
}

/** The hot path: what is plainly right never meets the schema, which accepts the same. */
export function parseCall(body: unknown): ParsedBody<CallBody> {
  return isPlainCall(body) ? { ok: true, value: body } : parseBody(callBody, body);
}

export function parseCallBatch(body: unknown): ParsedBody<CallBatchBody> {
  return parseBody(callBatchBody, body);
}

export function parseInstanceCall(body: unknown): ParsedBody<InstanceCallBody> {
  return parseBody(instanceCallBody, body);
}

/** Arguments of the MCP tool `call`. */
export function parseCallTool(args: unknown): ParsedBody<CallToolArguments> {
  return isPlainCall(args) && args.meta?.[ASYNC] === undefined
    ? { ok: true, value: args }
    : parseBody(callToolArguments, args);
}

type PlainCall = CallBody & { readonly calls?: undefined; readonly stop_on_error?: undefined };

const PLAIN_KEYS: ReadonlySet<string> = new Set(['tool_slug', 'arguments', 'meta']);

function isPlainCall(body: unknown): body is PlainCall {
  if (!isJsonObject(body)) {
    return false;
  }
  for (const key in body) {
    if (!PLAIN_KEYS.has(key)) {
      return false;
    }
  }
  const { tool_slug: slug, meta } = body;
  return isName(slug) && (meta === undefined || (isJsonObject(meta) && !isLargerThan(meta, MAX_META_BYTES)));
}

/** Checks a body by a schema of fields. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): ParsedBody<T> {
  if (!isJsonObject(body)) {
    return { ok: false, message: `the body must be a JSON object, got ${typeName(body)}` };
  }
  const parsed = schema.safeParse(withShortLists(body, schema));
  if (parsed.success) {
    return { ok: true, value: parsed.data };
  }
  return { ok: false, message: describeIssues(parsed.error.issues, body, schema) };
}

/**
 * A list past every bound is cut behind it: it is refused as well, without a look at each of its items. Only fields that
 * the schema knows are looked at: a body may hold a hundred thousand others.
 */
function withShortLists(body: JsonObject, schema: z.ZodType): JsonObject {
  const fields = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const long = fields.flatMap((key) => {
    const value = Object.hasOwn(body, key) ? body[key] : undefined;
    return Array.isArray(value) && value.length > MAX_LIST_ITEMS ? [[key, value.slice(0, MAX_LIST_ITEMS + 1)]] : [];
  });
  return long.length === 0 ? body : { ...body, ...Object.fromEntries(long) };
}
