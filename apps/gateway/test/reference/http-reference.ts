// Writes docs/reference/http.md from the OpenAPI document that the gateway serves. After a change of a route or schema:
//   node --conditions=@dcc-mcp/source apps/gateway/test/reference/http-reference.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adminOpenApi } from '../../src/admin/open-api.ts';
import { toOpenApiDocument } from '../../src/rest/open-api-document.ts';

/** The part of JSON Schema that the reference shows. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Written for bytes of UTF-8, of which there are never fewer than characters. */
  readonly maxLength?: number;
  readonly deprecated?: boolean;
}

type Content = { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> };

interface Operation {
  readonly summary: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: Schema;
    readonly description?: string;
  }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>;
}

interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

export const HTTP_REFERENCE: string = join(import.meta.dirname, '../../../../docs/reference/http.md');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) {
    return schema.$ref.split('/').at(-1)!;
  }
  if (schema.const !== undefined || schema.enum !== undefined) {
    return (schema.enum ?? [schema.const]).map((value) => JSON.stringify(value)).join(' \\| ');
  }
  if (schema.anyOf !== undefined) {
    return schema.anyOf.map(typeOf).join(' \\| ');
  }
  if (schema.items !== undefined) {
    const item = typeOf(schema.items);
    return item.includes('|') ? `(${item})[]` : `${item}[]`;
  }
  return [schema.type ?? 'any'].flat().join(' \\| ');
}

/** Schemas of integers carry the safe range; that is no bound worth showing. */
const isBound = (value: number | undefined): value is number => value !== undefined && Math.abs(value) < 2 ** 53 - 1;

function boundsOf({ minimum, maximum, minItems, maxItems, maxLength, items, default: fallback }: Schema): string {
  const [low, high] = [minimum ?? minItems, maximum ?? maxItems];
  const range = [isBound(low) ? `≥ ${low}` : '', isBound(high) ? `≤ ${high}` : ''].filter(Boolean).join(', ');
  const bytes = maxLength ?? items?.maxLength;
  const text = bytes === undefined ? '' : `${items === undefined ? '' : 'each '}≤ ${bytes} bytes`;
  return [range, text, fallback === undefined ? '' : `default ${JSON.stringify(fallback)}`].filter(Boolean).join('; ');
}

function fieldTable({ properties = {}, required = [] }: Schema): readonly string[] {
  const current = Object.entries(properties).filter(([, { deprecated }]) => deprecated !== true);
  const rows = current.map(([name, schema]) => {
    const meaning = [cell(schema.description ?? ''), boundsOf(schema)].filter(Boolean).join(' — ');
    return `| \`${name}\`${required.includes(name) ? '' : '?'} | ${typeOf(schema)} | ${meaning} |`;
  });
  return rows.length === 0 ? [] : ['', '| field | type | meaning |', '| --- | --- | --- |', ...rows];
}

/** A shape with a name is shown once, at the end of the page. */
function shape(title: string, schema: Schema | undefined): readonly string[] {
  if (schema?.$ref === undefined) {
    return schema === undefined ? [] : ['', `${title}:`, ...fieldTable(schema)];
  }
  const name = typeOf(schema);
  return ['', `${title}: [${name}](#${name.toLowerCase()})`];
}

const schemaOf = (content: Content | undefined): Schema | undefined => content?.content?.['application/json']?.schema;

function describeOperation(path: string, method: string, operation: Operation): readonly string[] {
  const body = schemaOf(operation.requestBody);
  const answer = schemaOf(operation.responses['200']);
  const otherTypes = Object.keys(operation.responses['200']?.content ?? {}).filter(
    (type) => type !== 'application/json',
  );
  const parameters = (operation.parameters ?? []).map(
    (each) => `- \`${each.name}\` (${each.in}): ${each.description ?? each.schema.description ?? ''}`,
  );
  const failures = Object.entries(operation.responses)
    .filter(([status]) => status !== '200')
    .map(([status, { description }]) => `- ${status}: ${description}`);
  return [
    '',
    `## ${method.toUpperCase()} ${path}`,
    '',
    operation.summary.endsWith('?') ? operation.summary : `${operation.summary}.`,
    ...(parameters.length > 0 ? ['', ...parameters] : []),
    ...shape('Body', body),
    ...shape('Answer', answer),
    ...(otherTypes.length > 0 ? ['', `${answer === undefined ? 'Answer' : 'Or'}: ${otherTypes.join(', ')}`] : []),
    ...(failures.length > 0 ? ['', ...failures] : []),
  ];
}

/** The reference page as Markdown. */
export function toHttpReference(): string {
  const { paths, components } = toOpenApiDocument({
    version: '0',
    metricsPath: '/metrics',
    more: adminOpenApi('/admin'),
  }) as OpenApiDocument;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => describeOperation(path, method, operation)),
  );
  const schemas = Object.entries(components?.schemas ?? {}).flatMap(([name, schema]) =>
    ['', `### ${name}`].concat(fieldTable(schema)),
  );
  return [
    '# HTTP',
    '',
    'Written from the document that a gateway serves at `/v1/openapi.json`; a running gateway shows it at `/docs`. A `?` marks a field that may be absent.',
    ...operations,
    ...(schemas.length > 0 ? ['', '## Shapes', ...schemas] : []),
    '',
  ].join('\n');
}

if (import.meta.main) {
  writeFileSync(HTTP_REFERENCE, toHttpReference());
}
