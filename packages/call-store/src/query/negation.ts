import { QUERY_OPERATORS, type QueryFields, type QueryOperator } from './fields/query-field.ts';
import { issueAt, shown, type UnwordedIssue } from './query-fault.ts';
import type { QueryToken } from './query-tokens.ts';

const OPPOSITES: Readonly<Record<QueryOperator, QueryOperator>> = {
  '=': '!=',
  '!=': '=',
  '~': '!~',
  '!~': '~',
  '>': '<=',
  '<=': '>',
  '<': '>=',
  '>=': '<',
};
const SIGNED = /^[-!]([A-Za-z_][\w.-]*)(!=|!~|>=|<=|[=~><])(.*)$/;

/**
 * What other languages take for "not", said of a condition: `-outcome=ok`, `!outcome=ok`, `NOT outcome=ok`. Looked for as
 * a text it is nowhere. `-v`, `-5`, `-Xmx=2g` and a NOT before a word stay the texts that they are.
 */
export function negationIssue(
  token: QueryToken,
  next: QueryToken | undefined,
  fields: QueryFields,
): UnwordedIssue | undefined {
  if (token.kind !== 'word' || token.isQuoted) {
    return undefined;
  }
  if (token.text === 'NOT' && next?.kind === 'comparison') {
    return issueOf(token, `NOT ${next.field}${next.operator}${next.value}`, opposite(next));
  }
  const [, field = '', sign, value = ''] = SIGNED.exec(token.text) ?? [];
  const operator = QUERY_OPERATORS.find((each) => each === sign);
  return operator === undefined || !Object.hasOwn(fields, field)
    ? undefined
    : issueOf(token, token.text, opposite({ field, operator, value }));
}

/** A value with spaces or quotes is not written out: where it ends, only its writer knows. */
function opposite({ field, operator, value }: { field: string; operator: QueryOperator; value: string }): string {
  return `${field}${OPPOSITES[operator]}${/["'\s]/.test(value) ? '…' : value}`;
}

function issueOf({ at }: QueryToken, text: string, written: string): UnwordedIssue {
  return issueAt(at, text, { code: 'negation', text: shown(text), written: shown(written) });
}
