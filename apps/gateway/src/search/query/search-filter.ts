import { isInstance } from '../../catalog/slug.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import { toComparedText } from './compared-text.ts';
import type { SearchQuery } from './search-query.ts';

type Accepts = (record: ToolRecord) => boolean;

/** One predicate of all filters of a search, policy last; letters are compared without case. */
export function toSearchFilter(query: SearchQuery): Accepts {
  const checks: Accepts[] = [searchesUpstream(query)];
  if (query.loadedOnly === true) {
    checks.push((record) => record.isLoaded);
  }
  checks.push(...tagChecks(query));
  if (query.isVisible !== undefined) {
    checks.push(query.isVisible);
  }
  return (record) => checks.every((accepts) => accepts(record));
}

/** Whether tools of an upstream are searched for at all. */
export function searchesUpstream({
  dccType,
  dccTypes = [],
  instanceId,
}: SearchQuery): (upstream: Pick<ToolRecord, 'dccType' | 'instanceId'>) => boolean {
  const wanted = new Set(lower([...(dccType === undefined ? [] : [dccType]), ...dccTypes]));
  return (upstream) =>
    (wanted.size === 0 || wanted.has(upstream.dccType.toLowerCase())) &&
    (instanceId === undefined || isInstance(upstream.instanceId, instanceId));
}

function tagChecks(query: SearchQuery): Accepts[] {
  const all = new Set(lower(query.tags ?? []));
  const any = new Set(lower(query.tagsAny ?? []));
  const none = new Set(lower(query.excludeTags ?? []));
  const checks: Accepts[] = [];
  if (all.size > 0) {
    checks.push((record) => countTags(record, all) === all.size);
  }
  if (any.size > 0) {
    checks.push((record) => countTags(record, any) > 0);
  }
  if (none.size > 0) {
    checks.push((record) => countTags(record, none) === 0);
  }
  return checks;
}

/** How many of `tags` a tool has. */
function countTags(record: ToolRecord, tags: ReadonlySet<string>): number {
  return toComparedText(record).tags.filter((tag) => tags.has(tag)).length;
}

function lower(values: readonly string[]): string[] {
  return values.map((value) => value.toLowerCase());
}
