import type { RowKind } from '@dcc-mcp/call-store';
import { type Query, QUERY_FIELDS, type QueryTerm } from '@dcc-mcp/call-store/query';

/** The columns that name where a row comes from: the gateway that made it, and the server behind that. */
const COLUMNS = ['service_instance_id', 'instance_id'] as const;

/** The rows of a query that come from `instance`, be it a gateway or a server: both have ids that nothing else has. */
export function ofInstance(kind: RowKind, instance: string, query: Query | undefined): Query {
  const from = COLUMNS.filter((field) => Object.hasOwn(QUERY_FIELDS[kind], field)).map((field): QueryTerm => ({
    kind: 'comparison',
    field,
    operator: '=',
    value: instance,
  }));
  const alternatives = query === undefined || query.anyOf.length === 0 ? [[]] : query.anyOf;
  return { anyOf: alternatives.flatMap((terms) => from.map((term) => terms.concat(term))) };
}
