import type { z } from '@hono/zod-openapi';
import { isJsonObject } from '../../protocol/json-rpc.ts';
import {
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

const MAX_ISSUES = 5;

export function parseSearch(body: unknown): ParsedBody<SearchBody> {
  return parseBody(searchBody, body);
}

export function parseDescribe(body: unknown): ParsedBody<DescribeBody> {
  return isPlainCall(body) ? { ok: true, value: body } : parseBody(describeBody, body);
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
  return isPlainCall(args) && args.calls === undefined && args.stop_on_error === undefined
    ? { ok: true, value: args }
    : parseBody(callToolArguments, args);
}

function isPlainCall(
  body: unknown,
): body is CallBody & { readonly calls?: undefined; readonly stop_on_error?: undefined } {
  if (!isJsonObject(body)) {
    return false;
  }
  const { tool_slug: slug, meta } = body;
  return typeof slug === 'string' && slug !== '' && (meta === undefined || isJsonObject(meta));
}

function parseBody<T>(schema: z.ZodType<T>, body: unknown): ParsedBody<T> {
  if (!isJsonObject(body)) {
    return { ok: false, message: `the body must be a JSON object, got ${typeName(body)}` };
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) {
    return { ok: true, value: parsed.data };
  }
  return { ok: false, message: describeIssues(parsed.error.issues, body) };
}

type Issue = z.core.$ZodIssue;

/** The first thing that is wrong with each field: a wrong type breaks the other rules as well. */
function describeIssues(issues: readonly Issue[], body: unknown): string {
  const byField = new Map<string, Issue>();
  for (const issue of issues) {
    const field = pathName(issue.path);
    if (!byField.has(field)) {
      byField.set(field, issue);
    }
  }
  const first = [...byField.values()].slice(0, MAX_ISSUES);
  return first.map((issue) => describeIssue(issue, body)).join('; ');
}

function describeIssue(issue: Issue, body: unknown): string {
  const field = pathName(issue.path);
  const given = valueAt(body, issue.path);
  if (issue.code === 'invalid_type') {
    if (given === undefined) {
      return `${field} is required, ${withArticle(issue.expected)}`;
    }
    return `${field} must be ${withArticle(issue.expected)}, got ${issue.expected === 'int' ? describeValue(given) : typeName(given)}`;
  }
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map((value) => JSON.stringify(value)).join(', ');
    return `${field} must be one of ${allowed}, got ${describeValue(given)}`;
  }
  if (issue.code === 'too_small') {
    return `${field} must ${boundOf(issue.origin, `at least ${issue.minimum}`, given)}`;
  }
  if (issue.code === 'too_big') {
    return `${field} must ${boundOf(issue.origin, `at most ${issue.maximum}`, given)}`;
  }
  return given === undefined ? `${field} ${issue.message}` : `${field} ${issue.message}, got ${describeValue(given)}`;
}

/** @param bound `at most 25` */
function boundOf(origin: string, bound: string, given: unknown): string {
  if (origin === 'string') {
    return given === '' ? 'not be empty' : `have ${bound} characters`;
  }
  if (origin === 'array' && Array.isArray(given)) {
    return `have ${bound} item${bound.endsWith(' 1') ? '' : 's'}, got ${given.length}`;
  }
  return `be ${bound}, got ${describeValue(given)}`;
}

/** `calls[2].tool_slug` */
function pathName(path: readonly PropertyKey[]): string {
  let name = '';
  for (const key of path) {
    name += typeof key === 'number' ? `[${key}]` : `${name === '' ? '' : '.'}${String(key)}`;
  }
  return name === '' ? 'the body' : name;
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) {
      return undefined;
    }
    value = Reflect.get(value, key);
  }
  return value;
}

function withArticle(type: string): string {
  if (type === 'int') {
    return 'a whole number';
  }
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** A number itself, of everything else the type: what callers send stays out of messages. */
function describeValue(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeName(value);
}

function typeName(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  if (value === undefined) {
    return 'nothing';
  }
  return Array.isArray(value) ? 'array' : typeof value;
}
