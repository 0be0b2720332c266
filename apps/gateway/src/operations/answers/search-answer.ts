import type { JsonObject } from '../../protocol/json-rpc.ts';
import type { SearchHit, SearchQuery, SearchResult } from '../../search/query/search-query.ts';
import { type LoadPermissions, nextStep, type NextStep } from './next-step.ts';

/** A search as it travels: the body of `/v1/search`, the arguments of the MCP tool `search`. */
export interface SearchRequest {
  readonly query?: string | undefined;
  readonly or_queries?: readonly string[] | undefined;
  readonly dcc_type?: string | undefined;
  readonly dcc_types?: readonly string[] | undefined;
  readonly instance_id?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly tags_any?: readonly string[] | undefined;
  readonly exclude_tags?: readonly string[] | undefined;
  readonly loaded_only?: boolean | undefined;
  readonly scene_hint?: string | undefined;
  readonly skill_hint?: string | undefined;
  readonly min_score?: number | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly mode?: 'fuzzy' | 'exact' | undefined;
}

/** One tool found, as it travels. */
export interface SearchAnswerHit {
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
  readonly rank: number;
  readonly score: number;
  readonly match_reasons: readonly string[];
  readonly next_step: NextStep;
}

/** One page of hits, as it travels. */
export interface SearchAnswer {
  readonly search_id: string;
  readonly ranker_version: string;
  readonly index_generation: number;
  readonly total: number;
  readonly zero_results: boolean;
  /** Names of the upstreams that still boot, whose tools are not in the catalog; absent where there is none. */
  readonly waiting_for?: readonly string[];
  /** Where nothing was found: names of the upstreams that could have it and can't be reached; absent where there is none. */
  readonly unreachable?: readonly string[];
  readonly hits: readonly SearchAnswerHit[];
}

/** What a request asks for. */
export function toSearchQuery(request: SearchRequest): SearchQuery {
  const { query, tags, limit, offset, mode } = request;
  return {
    query,
    orQueries: request.or_queries,
    dccType: request.dcc_type,
    dccTypes: request.dcc_types,
    instanceId: request.instance_id,
    tags,
    tagsAny: request.tags_any,
    excludeTags: request.exclude_tags,
    loadedOnly: request.loaded_only,
    sceneHint: request.scene_hint,
    skillHint: request.skill_hint,
    minScore: request.min_score,
    limit,
    offset,
    mode,
  };
}

/** The answer to the search `searchId`. */
export function toSearchAnswer(result: SearchResult, searchId: string, permissions?: LoadPermissions): SearchAnswer {
  const { rankerVersion, indexGeneration, total, hits } = result;
  return {
    search_id: searchId,
    ranker_version: rankerVersion,
    index_generation: indexGeneration,
    total,
    zero_results: total === 0,
    hits: hits.map((hit) => toAnswerHit(hit, nextStep(hit.record, { searchId, permissions }))),
  };
}

function toAnswerHit({ record, rank, score, matchReasons }: SearchHit, next_step: NextStep): SearchAnswerHit {
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
    match_reasons: matchReasons,
    next_step,
  };
}
