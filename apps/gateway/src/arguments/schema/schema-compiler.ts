import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import { ARRAY_KEYWORDS } from '../keywords/array-keywords.ts';
import { COMBINING_KEYWORDS } from '../keywords/combining-keywords.ts';
import type { Dialect, Keyword, KeywordPlace } from '../keywords/keyword.ts';
import { OBJECT_KEYWORDS } from '../keywords/object-keywords.ts';
import { REFERENCE_KEYWORDS } from '../keywords/reference-keywords.ts';
import { UNEVALUATED_KEYWORDS } from '../keywords/unevaluated-keywords.ts';
import { typeKeyword, VALUE_KEYWORDS } from '../keywords/value-keywords.ts';
import { isOverridden, type Referred, SchemaDocument } from './schema-document.ts';
import { type Check, fail, type SchemaNode, type SchemaResource, type Scope, type Visit } from './schema-node.ts';
import { Uncheckable, type WorkBudget } from './work-budget.ts';

/** All keywords, in the order in which they judge a value. */
const KEYWORDS: readonly (readonly [string, Keyword])[] = [
  ...VALUE_KEYWORDS,
  ...OBJECT_KEYWORDS,
  ...ARRAY_KEYWORDS,
  ...REFERENCE_KEYWORDS,
  ...COMBINING_KEYWORDS,
  ...UNEVALUATED_KEYWORDS,
];
const RANKS: ReadonlyMap<string, number> = new Map(KEYWORDS.map(([name], rank) => [name, rank]));

/** A schema that is ready to judge arguments. */
export interface CompiledSchema {
  readonly node: SchemaNode;
  readonly isTracking: boolean;
  readonly scope: Scope | undefined;
}

/**
 * Compiles a schema of draft-04 to 2020-12.
 *
 * @throws {Uncheckable} When it is no JSON Schema, refers to what is not in it, or is too large.
 */
export function compileSchema(schema: JsonObject, budget: WorkBudget): CompiledSchema {
  const document = new SchemaDocument(schema, budget);
  const node = new SchemaCompiler(document, budget).compile(schema);
  const { isTracking, isDynamic } = document;
  return { node, isTracking, scope: isDynamic ? { resource: node.resource, outer: undefined } : undefined };
}

interface Unfinished {
  readonly schema: JsonObject;
  readonly node: SchemaNode;
}

/** Makes a node of each schema of a document, once, however often it is referred to. */
class SchemaCompiler {
  readonly #document: SchemaDocument;
  readonly #budget: WorkBudget;
  readonly #nodes = new Map<JsonValue, SchemaNode>();
  readonly #waiting: Unfinished[] = [];

  constructor(document: SchemaDocument, budget: WorkBudget) {
    this.#document = document;
    this.#budget = budget;
  }

  get dialect(): Dialect {
    return this.#document.dialect;
  }

  compile(schema: JsonObject): SchemaNode {
    const node = this.#nodeOf(schema, this.#document.resourceOf(schema));
    // Without recursion: a schema may be deeper than the stack.
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      this.#finish(next);
    }
    return node;
  }

  #nodeOf(schema: JsonValue | undefined, resource: SchemaResource): SchemaNode {
    this.#budget.spend();
    if (schema === true || schema === false) {
      return booleanNode(schema, resource);
    }
    if (!isJsonObject(schema)) {
      throw new Uncheckable('the schema is no JSON Schema: a part of it is neither an object nor true or false');
    }
    let node = this.#nodes.get(schema);
    if (node === undefined) {
      node = { resource, isNever: false, type: undefined, checks: [] };
      this.#nodes.set(schema, node);
      this.#waiting.push({ schema, node });
    }
    return node;
  }

  #finish({ schema, node }: Unfinished): void {
    const isReferenceOnly = isOverridden(this.#document.dialect, schema['$ref']);
    const found: (readonly [number, Check])[] = [];
    for (const [keyword, value] of Object.entries(schema)) {
      this.#budget.spend(Array.isArray(value) ? value.length : 1);
      const rank = RANKS.get(keyword);
      if (rank === undefined || value === undefined || (isReferenceOnly && keyword !== '$ref')) {
        continue;
      }
      const check = KEYWORDS[rank]?.[1](value, new Place(this, keyword, { schema, node }));
      if (check !== undefined) {
        found.push([rank, check]);
      }
    }
    node.checks = found.toSorted(([a], [b]) => a - b).map(([, check]) => check);
    const { type } = schema;
    if (type !== undefined && !isReferenceOnly) {
      node.type = typeKeyword(type, new Place(this, 'type', { schema, node }));
    }
  }

  /** A part of the schema that a keyword stands in. */
  partOf(part: JsonValue | undefined, outer: SchemaResource): SchemaNode {
    return this.#nodeOf(part, isJsonObject(part) ? this.#document.resourceOf(part) : outer);
  }

  resolve(reference: string, from: SchemaResource): SchemaNode {
    const { schema, resource } = this.#document.resolve(reference, from);
    return this.#nodeOf(schema, resource);
  }

  /** The outermost resource on the way that has the same dynamic anchor decides ("Lexical Scope and Dynamic Scope"). */
  resolveDynamically(reference: string, from: SchemaResource, isRecursive: boolean): (visit: Visit) => SchemaNode {
    const referred = this.#document.resolve(reference, from);
    const anchor = isRecursive ? recursiveAnchor(referred) : referred.dynamicAnchor;
    const initial = this.#nodeOf(referred.schema, referred.resource);
    if (anchor === undefined) {
      return () => initial;
    }
    const nodes = new Map<JsonValue, SchemaNode>();
    for (const [schema, resource] of this.#document.dynamicAnchors(anchor)) {
      nodes.set(schema, this.#nodeOf(schema, resource));
    }
    return ({ scope, run }) => {
      let found = initial;
      for (let at = scope; at !== undefined; at = at.outer) {
        run.budget.spend();
        const schema = at.resource.dynamicAnchors.get(anchor);
        found = (schema === undefined ? undefined : nodes.get(schema)) ?? found;
      }
      return found;
    };
  }
}

/** A keyword in its schema. */
class Place implements KeywordPlace {
  readonly keyword: string;
  readonly schema: JsonObject;
  readonly #compiler: SchemaCompiler;
  readonly #resource: SchemaResource;

  constructor(compiler: SchemaCompiler, keyword: string, { schema, node }: Unfinished) {
    this.keyword = keyword;
    this.schema = schema;
    this.#compiler = compiler;
    this.#resource = node.resource;
  }

  get dialect(): Dialect {
    return this.#compiler.dialect;
  }

  compile(part: JsonValue | undefined): SchemaNode {
    return this.#compiler.partOf(part, this.#resource);
  }

  resolve(reference: string): SchemaNode {
    return this.#compiler.resolve(reference, this.#resource);
  }

  resolveDynamically(reference: string): (visit: Visit) => SchemaNode {
    return this.#compiler.resolveDynamically(reference, this.#resource, this.keyword === '$recursiveRef');
  }
}

function recursiveAnchor({ resource, schema }: Referred): string | undefined {
  return resource.dynamicAnchors.get('') === schema ? '' : undefined;
}

const never: Check = (_, visit) => fail(visit, 'is not allowed');

function booleanNode(isAllowed: boolean, resource: SchemaResource): SchemaNode {
  return { resource, isNever: !isAllowed, type: undefined, checks: isAllowed ? [] : [never] };
}
