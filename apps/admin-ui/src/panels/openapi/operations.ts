// The routes of a gateway, as its OpenAPI document tells of them.

/** What is read of the document. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, JsonSchema>> };
}

interface OpenApiOperation {
  readonly summary?: string;
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>> };
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

/** One parameter of a route. */
export interface OpenApiParameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: JsonSchema;
}

/** As far as a form and a sample are made of it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
}

/** One route by one method. */
export interface Operation {
  /** `GET /v1/debug/calls`, as it stands in the address. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly parameters: readonly OpenApiParameter[];
  readonly body: JsonSchema | undefined;
  /** Of the answer. */
  readonly mediaTypes: readonly string[];
}

const JSON_TYPE = 'application/json';

export function operationsOf({ paths, components }: OpenApiDocument): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, { summary = '', parameters = [], requestBody, responses = {} }]) => {
      const method = name.toUpperCase();
      const body = resolved(requestBody?.content?.[JSON_TYPE]?.schema, components?.schemas ?? {});
      const mediaTypes = Object.entries(responses)
        .filter(([status]) => status.startsWith('2'))
        .flatMap(([, { content = {} }]) => Object.keys(content));
      return { id: `${method} ${path}`, method, path, summary, parameters, mediaTypes, body };
    }),
  );
}

/** The routes by what they begin with: `/v1/debug`, `/v1`, `/admin/api`; those of one segment together. */
export function groupsOf(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  return Map.groupBy(operations, ({ path }) => {
    const [first = '', second = ''] = path.split('/').slice(1);
    return second === 'debug' || second === 'api' ? `/${first}/${second}` : second === '' ? '/' : `/${first}`;
  });
}

/** Whether the page itself may ask: it changes nothing, and the answer has an end. */
export function canRun({ method, mediaTypes }: Operation): boolean {
  return method === 'GET' && mediaTypes.includes(JSON_TYPE);
}

/** References are followed so far; a schema that contains itself ends there. */
const MAX_DEPTH = 6;

/** A schema with what it refers to in its place. */
function resolved(
  schema: JsonSchema | undefined,
  all: Readonly<Record<string, JsonSchema>>,
  depth = 0,
): JsonSchema | undefined {
  if (schema === undefined || depth > MAX_DEPTH) {
    return schema;
  }
  const { $ref, properties, items, ...rest } = schema;
  if ($ref !== undefined) {
    return resolved(all[$ref.slice($ref.lastIndexOf('/') + 1)], all, depth + 1);
  }
  const members = Object.entries(properties ?? {}).map(
    ([name, member]) => [name, resolved(member, all, depth + 1) ?? member] as const,
  );
  const item = resolved(items, all, depth + 1);
  return { ...rest, ...(properties && { properties: Object.fromEntries(members) }), ...(item && { items: item }) };
}
