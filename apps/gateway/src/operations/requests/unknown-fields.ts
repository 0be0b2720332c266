import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import { nearest } from '@dcc-mcp/telemetry-config';
import { z } from '@hono/zod-openapi';

/** Unknown fields that a message names; a body may hold a hundred thousand. */
const MAX_NAMED = 3;
/** Bytes of a name that a message repeats. */
const MAX_NAME_SHOWN_BYTES = 64;

/** Names the fields that no request of this kind has, each with the known one that is likest. */
export function describeUnknownFields(
  { keys, path }: Pick<z.core.$ZodIssueUnrecognizedKeys, 'keys' | 'path'>,
  known: readonly string[],
): string {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : String(key))).join('');
  const named = keys.slice(0, MAX_NAMED).map((key) => {
    const meant = likest(key, known);
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
    return `${place === '' ? '' : `${place}.`}${sanitizeText(key, MAX_NAME_SHOWN_BYTES)}${hint}`;
  });
  const more = keys.length - named.length;
  const list = named.join(', ') + (more === 0 ? '' : ` and ${more.toLocaleString('en-US')} more`);
  const what = keys.length === 1 ? 'is no field of this request' : 'are no fields of this request';
  return `${list} ${what}; its fields are ${known.join(', ')}`;
}

/** The known name that is near, or that one of both begins the other. */
function likest(key: string, known: readonly string[]): string | undefined {
  const name = key.toLowerCase();
  return (
    nearest(key, known) ?? known.find((field) => name.length >= 3 && (field.includes(name) || name.includes(field)))
  );
}

/** The fields of the object that stands at `path` in what `schema` describes; those that are deprecated stay out. */
export function fieldsAt(path: readonly PropertyKey[], schema: unknown): readonly string[] {
  let inner: unknown = schema;
  for (const key of path) {
    inner = unwrap(inner);
    inner =
      inner instanceof z.ZodArray ? inner.element : inner instanceof z.ZodObject ? inner.shape[String(key)] : inner;
  }
  inner = unwrap(inner);
  const shape: Readonly<Record<string, unknown>> = inner instanceof z.ZodObject ? inner.shape : {};
  return Object.keys(shape).filter((key) => !isDeprecated(shape[key]));
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}

function isDeprecated(schema: unknown): boolean {
  return schema instanceof z.ZodType && schema.meta()?.['deprecated'] === true;
}
