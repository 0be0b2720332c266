import { ROW_KINDS, type RowKind } from '@dcc-mcp/call-store';
import { isFaceted, nearestName, QUERY_FIELDS } from '@dcc-mcp/call-store/query';
import type { AdminRoute } from '../admin-route.ts';
import type { AdminRoutesOptions } from '../admin-sources.ts';
import { jsonAnswer } from '../request/admin-request.ts';
import { Parameters, wrong } from '../request/parameters.ts';
import { facetsAnswer } from '../schemas/answer-schemas.ts';

const PARAMETERS = ['kind', 'field', 'contains', 'limit', 'since', 'until', 'q', 'instance'] as const;
/** What is counted where no field is named: how rows ended, or what they are. */
const DEFAULT_FIELDS: Readonly<Record<RowKind, string>> = {
  calls: 'outcome',
  traces: 'outcome',
  decisions: 'outcome',
  searches: 'kind',
  activity: 'kind',
  events: 'event',
};
/** Most values of an answer. */
const MAX_LIMIT = 1_000;

/** Which values there are in a field, for who writes a query. */
export function facetsRoute({ sources: { store } }: AdminRoutesOptions): AdminRoute {
  return {
    path: 'facets',
    summary: 'The most frequent values of a field, counted over all rows of a list that a query asks for.',
    parameters: PARAMETERS,
    answer: facetsAnswer,
    mediaType: 'application/json',
    tellsOfRows: true,
    handler: async ({ query }) => {
      const parameters = new Parameters(query, PARAMETERS);
      const kind = parameters.choice('kind', ROW_KINDS) ?? 'calls';
      const field = fieldOf(parameters, kind);
      const contains = parameters.text('contains');
      const limit = parameters.wholeNumber('limit', [1, MAX_LIMIT]);
      const { values, ...rest } = await store.facet(kind, {
        ...parameters.filterOfInstance(kind),
        field,
        ...(limit === undefined ? {} : { limit }),
        ...(contains === undefined ? {} : { contains }),
      });
      return jsonAnswer({ kind, field, ...rest, returned: values.length, values });
    },
  };
}

/** @throws {AdminRefusal} When the list has no such field, or a number or time. */
function fieldOf(parameters: Parameters, kind: RowKind): string {
  const name = parameters.text('field') ?? DEFAULT_FIELDS[kind];
  const fields = Object.entries(QUERY_FIELDS[kind]).filter(([, field]) => isFaceted(field));
  const names = fields.map(([each]) => each);
  if (!names.includes(name)) {
    const nearest = nearestName(name, names);
    const meant = nearest === undefined ? 'name a text, an enumeration or a flag' : `did you mean ${nearest}?`;
    throw wrong('field', `"${name.slice(0, 64)}" is no field of ${kind} whose values can be counted`, meant);
  }
  return name;
}
