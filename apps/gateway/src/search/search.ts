import type { Catalog } from '../catalog/catalog.ts';
import { nextStep, type NextStep } from '../catalog/next-step.ts';
import type { ToolRecord } from '../catalog/tool-record.ts';
import type { JsonObject } from '../protocol/json-rpc.ts';
import { exactMatch } from './exact-match.ts';
import { toSearchFilter } from './search-filter.ts';
import { HINT_REASON, withHints } from './search-hints.ts';
import { REASON, type SearchMatch } from './search-index.ts';
import { TopMatches } from './top-matches.ts';

/** Names the way hits are ranked; moves when scores of one version can't be compared with those of another. */
export const RANKER_VERSION = 'gateway-bm25-v1';

/** A search as it travels: the body of `/v1/search`, the arguments of the MCP tool `search`. */
export interface SearchRequest {
  readonly query?: string | undefined;
  readonly or_queries?: readonly string[] | undefined;
  readonly dcc_type?: string | undefined;
  readonly dcc_types?: readonly string[] | undefined;
  /** A whole instance id, or at least its first four hex digits. */
  readonly instance_id?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly tags_any?: readonly string[] | undefined;
  readonly exclude_tags?: readonly string[] | undefined;
  readonly loaded_only?: boolean | undefined;
  readonly scene_hint?: string | undefined;
  readonly skill_hint?: string | undefined;
  readonly min_score?: number | undefined;
  /** Default 25, at most 100. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly mode?: 'fuzzy' | 'exact' | undefined;
}

/** What the searcher brings beside the request. */
export interface SearchQuery extends SearchRequest {
  readonly searchId: string;
  /** What policy lets the caller see; applied before anything is counted or paged. */
  readonly filter?: (record: ToolRecord) => boolean;
  /** True when the caller has seen this tool's schema already: the next step is then the call. */
  readonly hasSeenSchema?: (record: ToolRecord) => boolean;
  /** The scene an instance has open, for `scene_hint`. */
  readonly sceneOf?: (instanceId: string) => string | undefined;
}

/** What a tool can be found by, as a hit says it. */
export const MATCH_REASONS = [
  'tool_exact',
  'tool_prefix',
  'tool_lexical',
  'tool_fuzzy',
  'alias',
  'tag',
  'summary',
  'schema',
  'skill',
  'scene_hint',
  'skill_hint',
] as const;

/** One of {@link MATCH_REASONS}. */
export type MatchReason = (typeof MATCH_REASONS)[number];

/** One tool found, in the words of the answer. */
export interface SearchHit {
  readonly tool_slug: string;
  readonly backend_tool: string;
  readonly skill_name: string | null;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly dcc_type: string;
  readonly instance_id: string;
  readonly has_schema: boolean;
  readonly loaded: boolean;
  readonly annotations: JsonObject;
  /** From 1, over all pages. */
  readonly rank: number;
  readonly score: number;
  readonly match_reasons: readonly MatchReason[];
  readonly next_step: NextStep;
}

/** One page of hits, in the words of the answer. */
export interface SearchResult {
  readonly search_id: string;
  readonly ranker_version: string;
  readonly index_generation: number;
  /** All matches, whatever the page. */
  readonly total: number;
  readonly zero_results: boolean;
  readonly hits: readonly SearchHit[];
}

const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 100;
const MAX_REASONS = 5;

/** Finds tools: best first, equal scores by slug; without a query, everything by slug. */
export function search(catalog: Catalog, query: SearchQuery): SearchResult {
  const offset = query.offset ?? 0;
  const limit = Math.min(query.limit ?? DEFAULT_LIMIT, MAX_LIMIT);
  const top = new TopMatches(offset + limit);
  collect(catalog, query, top);
  const hits = top
    .ranked()
    .slice(offset)
    .map((match, i) => toHit(match, offset + i + 1, query));
  return {
    search_id: query.searchId,
    ranker_version: RANKER_VERSION,
    index_generation: catalog.generation,
    total: top.total,
    zero_results: top.total === 0,
    hits,
  };
}

function collect(catalog: Catalog, query: SearchQuery, top: TopMatches): void {
  const accepts = toSearchFilter(query);
  const clauses = [query.query, ...(query.or_queries ?? [])].filter(isClause);
  const minScore = clauses.length === 0 ? Number.NEGATIVE_INFINITY : (query.min_score ?? Number.NEGATIVE_INFINITY);
  const take = (match: SearchMatch): void => {
    const hinted = withHints(match, query);
    if (hinted.score >= minScore) {
      top.push(hinted);
    }
  };
  if (clauses.length === 0) {
    for (const record of catalog.index.sorted()) {
      if (accepts(record)) {
        take({ record, score: 0, reasons: 0 });
      }
    }
    return;
  }
  const [only] = clauses;
  if (clauses.length === 1 && only !== undefined) {
    matchClause(catalog, query, only, accepts, take);
  } else {
    for (const match of bestOfClauses(catalog, query, clauses, accepts)) {
      take(match);
    }
  }
}

function isClause(clause: string | undefined): clause is string {
  return clause !== undefined && clause.trim() !== '';
}

function matchClause(
  catalog: Catalog,
  query: SearchQuery,
  clause: string,
  accepts: (record: ToolRecord) => boolean,
  take: (match: SearchMatch) => void,
): void {
  if (query.mode === 'exact') {
    for (const record of catalog.index.sorted()) {
      const match = accepts(record) ? exactMatch(record, clause) : undefined;
      if (match !== undefined) {
        take(match);
      }
    }
    return;
  }
  catalog.index.match(clause, accepts, take);
}

/** A tool's score is that of its best clause. */
function bestOfClauses(
  catalog: Catalog,
  query: SearchQuery,
  clauses: readonly string[],
  accepts: (record: ToolRecord) => boolean,
): Iterable<SearchMatch> {
  const best = new Map<ToolRecord, SearchMatch>();
  for (const clause of clauses) {
    matchClause(catalog, query, clause, accepts, (match) => {
      const known = best.get(match.record);
      if (known === undefined || match.score > known.score) {
        best.set(match.record, match);
      }
    });
  }
  return best.values();
}

const REASON_NAMES: readonly (readonly [number, MatchReason])[] = [
  [REASON.toolExact, 'tool_exact'],
  [REASON.toolPrefix, 'tool_prefix'],
  [REASON.toolLexical, 'tool_lexical'],
  [REASON.toolFuzzy, 'tool_fuzzy'],
  [HINT_REASON.scene, 'scene_hint'],
  [HINT_REASON.skill, 'skill_hint'],
  [REASON.alias, 'alias'],
  [REASON.tag, 'tag'],
  [REASON.skill, 'skill'],
  [REASON.summary, 'summary'],
  [REASON.schema, 'schema'],
];

function toHit({ record, score, reasons }: SearchMatch, rank: number, query: SearchQuery): SearchHit {
  const names = REASON_NAMES.filter(([bit]) => (reasons & bit) !== 0).map(([, name]) => name);
  return {
    tool_slug: record.slug,
    backend_tool: record.backendTool,
    skill_name: record.skillName ?? null,
    summary: record.summary,
    tags: record.tags,
    dcc_type: record.dccType,
    instance_id: record.instanceId,
    has_schema: record.hasSchema,
    loaded: record.isLoaded,
    annotations: record.annotations,
    rank,
    score,
    match_reasons: names.slice(0, MAX_REASONS),
    next_step: nextStep(record, query.searchId, query.hasSeenSchema?.(record) ?? false),
  };
}
