export { type ComparisonTerm, type Query, type QueryTerm, type TextTerm } from './query-ast.ts';
export {
  type FieldType,
  isFaceted,
  operatorsOf,
  QUERY_OPERATORS,
  type QueryField,
  type QueryFields,
  type QueryOperator,
} from './fields/query-field.ts';
export { type QueryFault, type UnwordedIssue } from './query-fault.ts';
export { type QueryIssue } from './query-issue.ts';
export { QUERY_FIELDS } from './fields/query-fields.ts';
export { MAX_QUERY_CHARS, MAX_QUERY_TERMS, type ReadQuery, readQuery } from './read-query.ts';
export { parseQuery, type QueryReading } from './parse-query.ts';
export { messageHash } from './values/message-hash.ts';
export { type RowPredicate, toPredicate } from './query-predicate.ts';
export { parseTime } from './values/query-time.ts';
export { nearestName } from './nearest-name.ts';
