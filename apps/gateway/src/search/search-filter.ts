import type { ToolRecord } from '../catalog/tool-record.ts';
import type { SearchQuery } from './search.ts';

type Accepts = (record: ToolRecord) => boolean;

/** One predicate of all filters of a search, policy last; letters are compared without case. */
export function toSearchFilter(query: SearchQuery): Accepts {
  const checks: Accepts[] = [];
  const dccTypes = new Set(
    lower([...(query.dcc_type === undefined ? [] : [query.dcc_type]), ...(query.dcc_types ?? [])]),
  );
  if (dccTypes.size > 0) {
    checks.push((record) => dccTypes.has(record.dccType.toLowerCase()));
  }
  if (query.instance_id !== undefined) {
    checks.push(instanceCheck(query.instance_id));
  }
  if (query.loaded_only === true) {
    checks.push((record) => record.isLoaded);
  }
  checks.push(...tagChecks(query));
  if (query.filter !== undefined) {
    checks.push(query.filter);
  }
  return (record) => checks.every((accepts) => accepts(record));
}

function instanceCheck(instanceId: string): Accepts {
  const wanted = instanceId.toLowerCase();
  return (record) => wanted.length >= 4 && record.instanceId.toLowerCase().startsWith(wanted);
}

function tagChecks(query: SearchQuery): Accepts[] {
  const all = lower(query.tags ?? []);
  const any = lower(query.tags_any ?? []);
  const none = lower(query.exclude_tags ?? []);
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
