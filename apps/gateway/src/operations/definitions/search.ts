import { OPERATION_SEARCH } from '@dcc-mcp/semantic-conventions';
import type { SearchDetails } from '../../recording/record/finished.ts';
import type { RememberedHit } from '../../search/memory/search-memory.ts';
import { searchPrincipal } from '../../search/memory/search-principal.ts';
import { searchesUpstream } from '../../search/query/search-filter.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import {
  type SearchAnswer,
  type SearchAnswerHit,
  type SearchRequest,
  toSearchAnswer,
  toSearchQuery,
} from '../answers/search-answer.ts';
import { untilTried } from '../frame/boot-wait.ts';
import type { RunningOperation } from '../frame/core.ts';
import { notePolicy, permissionsOf } from '../frame/govern.ts';
import type { EndedOperation, OperationDefinition } from '../frame/operation-definition.ts';
import { parseSearch } from '../requests/parse-request.ts';

/** Searches the catalog; what policy hides is not there. */
export const searchOperation: OperationDefinition<SearchRequest, SearchRequest, SearchAnswer> = {
  operation: OPERATION_SEARCH,
  isAdmitted: true,
  canBeLate: false,
  parse: parseSearch,
  spanInput: inputOf,
  resolve: (request) => ({ ok: true, target: request }),
  run: async (request, running) => ({ value: await search(request, running) }),
  details: async (ended, running) => ({ operation: OPERATION_SEARCH, found: await remember(ended, running) }),
};

const INPUT_FIELDS = [
  'query',
  'or_queries',
  'dcc_type',
  'dcc_types',
  'instance_id',
  'tags',
  'tags_any',
  'exclude_tags',
  'loaded_only',
  'scene_hint',
  'skill_hint',
  'min_score',
  'limit',
  'offset',
  'mode',
] as const satisfies readonly (keyof SearchRequest)[];

function inputOf(request: SearchRequest): SearchRequest {
  const given = INPUT_FIELDS.filter((field) => request[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, request[field]]));
}

/** A catalog that is not complete says so: nobody is told of nothing because servers still boot, or are gone. */
async function search(request: SearchRequest, running: RunningOperation): Promise<SearchAnswer> {
  const { core } = running;
  const permissions = permissionsOf(running);
  if (permissions.areRestricted) {
    notePolicy(running, { outcome: 'allowed' });
  }
  const query = toSearchQuery(request);
  const isSearched = searchesUpstream(query);
  const matters = ({ settings }: Upstream): boolean =>
    isSearched(settings) && permissions.dccType(settings.dccType).outcome === 'allowed';
  const waitingFor = await untilTried(running, matters);
  const result = core.toolSearch.search({
    ...query,
    sceneOf: (instanceId) => core.upstreams.get(instanceId)?.status.scene,
    isVisible: permissions.areRestricted ? (record) => permissions.shows(record) : undefined,
  });
  const answer = toSearchAnswer(result, core.newId(), permissions);
  const unreachable = answer.zero_results ? core.upstreams.lost().filter(matters) : [];
  return { ...answer, ...named('waiting_for', waitingFor), ...named('unreachable', unreachable) };
}

function named(member: 'waiting_for' | 'unreachable', upstreams: readonly Upstream[]): Partial<SearchAnswer> {
  return upstreams.length === 0 ? {} : { [member]: upstreams.map(({ settings }) => settings.key) };
}

/** Before the answer leaves: what follows it must find it. A memory that fails costs the joins, not the answer. */
async function remember(
  { request, value, durationMillis }: EndedOperation<SearchRequest, SearchRequest, SearchAnswer>,
  { core, caller }: RunningOperation,
): Promise<SearchDetails['found']> {
  if (value === undefined) {
    return undefined;
  }
  const { search_id: searchId, ranker_version: rankerVersion, index_generation: indexGeneration, total } = value;
  const { query: first, or_queries: others = [], mode = 'fuzzy', ...filters } = inputOf(request ?? {});
  const query = [first, ...others].filter((part) => part !== undefined).join(' | ');
  const principal = searchPrincipal(caller.ctx);
  const hits = value.hits.map(toRemembered);
  const found = { searchId, rankerVersion, indexGeneration, total, mode, query, filters, hits };
  try {
    return { ...found, ...(await core.searchMemory.remember({ ...found, principal, durationMillis })) };
  } catch (error) {
    core.onError(error);
    return { ...found, reformulationOf: undefined };
  }
}

function toRemembered(hit: SearchAnswerHit): RememberedHit {
  const { tool_slug: toolSlug, skill_name: skillName, match_reasons: matchReasons, rank, score } = hit;
  return { toolSlug, skillName: skillName ?? undefined, rank, score, matchReasons };
}
