import type { ExpectedValue, QueryFault, UnwordedIssue } from './query-fault.ts';

/** Why a text is no query. */
export interface QueryIssue extends UnwordedIssue {
  /** One sentence for who wrote the query, in English. */
  readonly message: string;
}

/** An issue with its sentence. */
export function toIssue(issue: UnwordedIssue): QueryIssue {
  const { fault, nearest } = issue;
  return { ...issue, message: `${sentenceOf(fault)}${nearest === undefined ? '' : ` Did you mean ${nearest}?`}` };
}

const EXPECTED: Readonly<Record<Exclude<ExpectedValue, 'enum'>, string>> = {
  flag: 'true or false',
  number: 'a number',
  duration: 'a number of milliseconds, or a duration such as 500ms, 2s, 1m',
  bytes: 'a number of bytes, or a size such as 10kb, 1MiB',
  time: 'a time such as 2026-11-29T10:00:00Z',
};

function sentenceOf(fault: QueryFault): string {
  switch (fault.code) {
    case 'too-long':
      return `A query has at most ${fault.max} characters; this one has ${fault.length}.`;
    case 'too-many':
      return `A query has at most ${fault.max} conditions; this one has ${fault.count}.`;
    case 'nothing-before':
      return `${fault.word} needs a condition before it; put it in quotes to search for the word.`;
    case 'nothing-after':
      return `${fault.word} needs a condition after it; put it in quotes to search for the word.`;
    case 'unknown-field':
      return `There is no field "${fault.field}".`;
    case 'wrong-operator':
      return `${fault.operator} does not work on ${fault.field}; use one of ${fault.operators}.`;
    case 'wrong-value': {
      const expected = fault.expected === 'enum' ? `one of ${fault.words}` : EXPECTED[fault.expected];
      return `"${fault.value}" is no value of ${fault.field}: expected ${expected}.`;
    }
    case 'negation':
      return `"${fault.text}" is no negation here; write ${fault.written}, or put it in quotes to search for it.`;
    case 'value-missing':
      return `A value is missing after ${fault.condition}.`;
    case 'open-quote':
      return `A quote (${fault.quote}) is opened and never closed.`;
    case 'lone-operator':
      return 'An operator needs the name of a field before it.';
    case 'unquoted-operator':
      return 'A value that begins with an operator has to stand in quotes.';
    case 'brackets':
      return 'Brackets have no meaning here: AND binds tighter than OR. Put quotes around text.';
    case 'text-behind-quote':
      return 'After a closing quote there has to be a space.';
    default:
      return fault satisfies never;
  }
}
