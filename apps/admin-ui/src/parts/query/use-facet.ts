import type { Facet } from '@dcc-mcp/call-store/analytics';
import { isFaceted } from '@dcc-mcp/call-store/query';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import type { Written } from './suggestions.ts';

/** The rows that a filter is written for, by the name of their list. */
export interface FacetRows {
  readonly kind: string;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Most values that are asked for at once. */
const MAX_VALUES = 100;

/**
 * The values of the field that is being written, counted over all rows that the conditions beside it ask for; absent until
 * they are known. Only where there are more than come at once are those asked for that contain what is written.
 */
export function useFacet(
  rows: FacetRows | undefined,
  written: Written | undefined,
  beside: string,
): ReadonlyMap<string, number> | undefined {
  const isChoice = written !== undefined && isFaceted(written.field);
  const urlOf = (contains?: string): string | undefined =>
    rows && isChoice
      ? apiUrl('facets', { ...rows, field: written.name, q: beside, limit: MAX_VALUES, contains })
      : undefined;
  const all = useAnswer<Facet>(urlOf(), { fixed: true }).answer;
  const isPart = all !== undefined && all.total > all.values.length;
  const some = useAnswer<Facet>(isPart && written?.value ? urlOf(written.value) : undefined, { fixed: true }).answer;
  const found = some ?? all;
  return found && new Map(found.values.map(({ value, count }) => [value, count]));
}
