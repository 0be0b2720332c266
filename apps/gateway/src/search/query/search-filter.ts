import { isInstance } from '../../catalog/slug.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { SearchQuery } from './search-query.ts';

type Accepts = (record: ToolRecord) => boolean;

/** One predicate of all filters of a search, policy last; letters are compared without case. */
export function toSearchFilter(query: SearchQuery): Accepts {
  const checks: Accepts[] = [];
  const dccTypes = new Set(lower([...(query.dccType === undefined ? [] : [query.dccType]), ...(query.dccTypes ?? [])]));
  if (dccTypes.size > 0) {
    checks.push((record) => dccTypes.has(record.dccType.toLowerCase()));
  }
  const { instanceId } = query;
  if (instanceId !== undefined) {
    checks.push((record) => isInstance(record.instanceId, instanceId));
  }
  if (query.loadedOnly === true) {
    checks.push((record) => record.isLoaded);
  }
  checks.push(...tagChecks(query));
  if (query.isVisible !== undefined) {
    checks.push(query.isVisible);
  }
  return (record) => checks.every((accepts) => accepts(record));
}

function tagChecks(query: SearchQuery): Accepts[] {
  const all = lower(query.tags ?? []);
  const any = lower(query.tagsAny ?? []);
  const none = lower(query.excludeTags ?? []);
  const checks: Accepts[] = [];
  if (all.length > 0) {
    checks.push((record) => all.every((tag) => hasTag(record, tag)));
  }
  if (any.length > 0) {
    checks.push((record) => any.some((tag) => hasTag(record, tag)));
  }
  if (none.length > 0) {
    checks.push((record) => !none.some((tag) => hasTag(record, tag)));
  }
  return checks;
}

function hasTag(record: ToolRecord, tag: string): boolean {
  return record.tags.some((own) => own.toLowerCase() === tag);
}

function lower(values: readonly string[]): string[] {
  return values.map((value) => value.toLowerCase());
}
