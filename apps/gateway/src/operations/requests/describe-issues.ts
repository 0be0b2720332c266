import type { z } from '@hono/zod-openapi';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import { describeUnknownFields, fieldsAt } from './unknown-fields.ts';

/** Fields of which a message tells. */
const MAX_ISSUES = 5;

type Issue = z.core.$ZodIssue;

/** The first thing that is wrong with each field: a wrong type breaks the other rules as well. */
export function describeIssues(issues: readonly Issue[], body: JsonObject, schema: z.ZodType): string {
  const byField = new Map<string, Issue>();
  for (const issue of issues) {
    const field = pathName(issue.path);
    if (!byField.has(field)) {
      byField.set(field, issue);
    }
  }
  const first = [...byField.values()].slice(0, MAX_ISSUES);
  return first.map((issue) => describeIssue(issue, body, schema)).join('; ');
}

function describeIssue(issue: Issue, body: JsonObject, schema: z.ZodType): string {
  if (issue.code === 'unrecognized_keys') {
    return describeUnknownFields(issue, fieldsAt(issue.path, schema));
  }
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
  // What says why says it of any value.
  return given === undefined || issue.message.includes(': ')
    ? `${field} ${issue.message}`
    : `${field} ${issue.message}, got ${describeSize(issue, given)}`;
}

/** Of what is too large its size, as far as it is one of text. */
function describeSize(issue: z.core.$ZodIssueCustom | Issue, given: unknown): string {
  const isTooLarge = issue.code === 'custom' && issue.params?.['maxBytes'] !== undefined;
  if (!isTooLarge) {
    return describeValue(given);
  }
  return typeof given === 'string' ? String(Buffer.byteLength(given)) : 'more';
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

/** The type of a JSON value, as messages name it. */
export function typeName(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  if (value === undefined) {
    return 'nothing';
  }
  return Array.isArray(value) ? 'array' : typeof value;
}
