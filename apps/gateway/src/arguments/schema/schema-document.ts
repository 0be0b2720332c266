import { asList, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import type { Dialect } from '../keywords/keyword.ts';
import type { SchemaResource } from './schema-node.ts';
import { Uncheckable, type WorkBudget } from './work-budget.ts';

const SINGLE: readonly string[] = [
  'additionalItems',
  'additionalProperties',
  'contains',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
];
const LISTS: readonly string[] = ['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems'];
const MAPS: readonly string[] = [
  '$defs',
  'definitions',
  'dependencies',
  'dependentSchemas',
  'patternProperties',
  'properties',
];
const CHILDREN: ReadonlyMap<string, 'schema' | 'map'> = new Map([
  ...[...SINGLE, ...LISTS].map((name) => [name, 'schema'] as const),
  ...MAPS.map((name) => [name, 'map'] as const),
]);

/** A reference, resolved. */
export interface Referred {
  readonly schema: JsonValue;
  readonly resource: SchemaResource;
  /** The dynamic anchor that was named, where it was one. */
  readonly dynamicAnchor: string | undefined;
}

/** Where what has no URI of its own stands. */
const ROOT_URI = 'https://tool.invalid/schema';

/** One schema with all that it holds, and what the references in it mean. What one schema declares never reaches another. */
export class SchemaDocument {
  readonly dialect: Dialect;
  readonly #root: SchemaResource;
  readonly #budget: WorkBudget;
  readonly #resources = new Map<string, SchemaResource>();
  readonly #places = new Map<JsonValue, SchemaResource>();
  /** Whether a keyword asks for the members that others have judged. */
  isTracking = false;
  /** Whether a reference depends on the way of the evaluation. */
  isDynamic = false;

  /** @throws {Uncheckable} When it is too large. */
  constructor(schema: JsonObject, budget: WorkBudget) {
    this.dialect = readDialect(schema);
    this.#budget = budget;
    this.#root = this.#add(ROOT_URI, schema);
    this.#index(schema, this.#root);
  }

  /** The resource that a schema of this document stands in. */
  resourceOf(schema: JsonValue): SchemaResource {
    return this.#places.get(schema) ?? this.#root;
  }

  /** The schemas that have a dynamic anchor of this name, and where they stand. */
  dynamicAnchors(name: string): readonly (readonly [JsonValue, SchemaResource])[] {
    const found: (readonly [JsonValue, SchemaResource])[] = [];
    for (const resource of this.#resources.values()) {
      this.#budget.spend();
      const schema = resource.dynamicAnchors.get(name);
      if (schema !== undefined) {
        found.push([schema, resource]);
      }
    }
    return found;
  }

  /** What `reference` means in `from`. @throws {Uncheckable} When it leads nowhere, or out of the document. */
  resolve(reference: string, from: SchemaResource): Referred {
    this.#budget.spend(1 + Math.ceil(reference.length / 16));
    const [uri = '', fragment = ''] = reference.split('#', 2);
    const resource = uri === '' ? from : this.#resources.get(toAbsolute(uri, from.uri));
    const referred = resource && this.#resolveFragment(fragment, resource);
    if (referred === undefined) {
      throw new Uncheckable(`the schema refers to ${reference.slice(0, 200)}, which is nowhere in it`);
    }
    return referred;
  }

  #resolveFragment(fragment: string, resource: SchemaResource): Referred | undefined {
    const name = decode(fragment);
    if (name === '') {
      return { schema: resource.root, resource, dynamicAnchor: undefined };
    }
    if (name?.startsWith('/') === true) {
      return this.#resolvePointer(name, resource);
    }
    const schema = name === undefined ? undefined : resource.anchors.get(name);
    const isDynamic = name !== undefined && resource.dynamicAnchors.has(name);
    return schema === undefined ? undefined : { schema, resource, dynamicAnchor: isDynamic ? name : undefined };
  }

  #resolvePointer(pointer: string, from: SchemaResource): Referred | undefined {
    let schema: JsonValue | undefined = from.root;
    let resource = from;
    for (const token of pointer.slice(1).split('/')) {
      this.#budget.spend();
      const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
      schema = memberOf(schema, key);
      if (schema === undefined) {
        return undefined;
      }
      resource = this.#places.get(schema) ?? resource;
    }
    if (isJsonObject(schema) && !this.#places.has(schema)) {
      this.#index(schema, resource);
    }
    return { schema, resource: this.#places.get(schema) ?? resource, dynamicAnchor: undefined };
  }

  #add(uri: string, root: JsonValue): SchemaResource {
    const resource = { uri, root, anchors: new Map(), dynamicAnchors: new Map() };
    this.#resources.set(uri, resource);
    return resource;
  }

  /** Notes where each schema stands and what it is called. Without recursion: a schema may be deeper than the stack. */
  #index(schema: JsonValue, resource: SchemaResource): void {
    const waiting: (readonly [JsonValue, SchemaResource])[] = [[schema, resource]];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [value, outer] = next;
      if (isJsonObject(value)) {
        this.#budget.spend();
        const inner = this.#name(value, outer);
        this.#places.set(value, inner);
        this.#childrenOf(value, (child) => waiting.push([child, inner]));
      }
    }
  }

  #childrenOf(schema: JsonObject, add: (child: JsonValue) => void): void {
    for (const [keyword, value] of Object.entries(schema)) {
      this.#budget.spend();
      const kind = CHILDREN.get(keyword);
      if (kind === 'map' && isJsonObject(value)) {
        const children = Object.values(value);
        this.#budget.spend(children.length);
        for (const child of children) {
          add(child ?? null);
        }
      } else if (kind === 'schema') {
        const children = asList(value);
        this.#budget.spend(children.length);
        children.forEach(add);
        add(value ?? null);
      }
      this.isTracking ||= keyword === 'unevaluatedItems' || keyword === 'unevaluatedProperties';
      this.isDynamic ||= keyword === '$dynamicRef' || keyword === '$recursiveRef';
    }
  }

  #name(schema: JsonObject, outer: SchemaResource): SchemaResource {
    const { $ref, $anchor, $dynamicAnchor, $recursiveAnchor } = schema;
    const id = schema[this.dialect === 'draft-04' ? 'id' : '$id'];
    if (isOverridden(this.dialect, $ref)) {
      return outer;
    }
    let resource = outer;
    if (typeof id === 'string' && id.startsWith('#')) {
      outer.anchors.set(id.slice(1), schema);
    } else if (typeof id === 'string') {
      resource = this.#identify(schema, toAbsolute(id.split('#', 1)[0] ?? '', outer.uri), outer);
    }
    if (typeof $anchor === 'string') {
      resource.anchors.set($anchor, schema);
    }
    if (typeof $dynamicAnchor === 'string') {
      resource.anchors.set($dynamicAnchor, schema);
      resource.dynamicAnchors.set($dynamicAnchor, schema);
    }
    if ($recursiveAnchor === true) {
      resource.dynamicAnchors.set('', schema);
    }
    return resource;
  }

  /** The root of the document keeps the place that it has, and is found by its own name as well. */
  #identify(schema: JsonObject, uri: string, outer: SchemaResource): SchemaResource {
    if (schema !== outer.root) {
      return this.#add(uri, schema);
    }
    const resource = { ...outer, uri };
    this.#resources.set(uri, resource);
    this.#resources.set(ROOT_URI, resource);
    return resource;
  }
}

/** Up to draft-07, a reference stands for the whole schema: what is beside it means nothing. */
export function isOverridden(dialect: Dialect, reference: JsonValue | undefined): boolean {
  return dialect.startsWith('draft-') && typeof reference === 'string';
}

/** The draft that `$schema` names; 2020-12 without one, and for one that is not known: the keywords mean the same in all. */
function readDialect({ $schema }: JsonObject): Dialect {
  const [, draft = ''] =
    /json-schema\.org\/(?:draft\/)?(draft-0[3-7]|2019-09)\b/.exec(typeof $schema === 'string' ? $schema : '') ?? [];
  switch (draft) {
    case 'draft-03':
    case 'draft-04':
      return 'draft-04';
    case 'draft-05':
    case 'draft-06':
      return 'draft-06';
    case 'draft-07':
    case '2019-09':
      return draft;
    default:
      return '2020-12';
  }
}

function memberOf(value: JsonValue, key: string): JsonValue | undefined {
  if (Array.isArray(value)) {
    return /^\d+$/.test(key) ? asList(value)[Number(key)] : undefined;
  }
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function toAbsolute(uri: string, base: string): string {
  if (uri === '') {
    return base;
  }
  try {
    return new URL(uri, base).href;
  } catch {
    return uri;
  }
}

function decode(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}
