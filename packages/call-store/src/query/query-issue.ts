import type { FieldType } from './fields/query-field.ts';

/** What is wrong with a query, with what a sentence about it needs: for whoever says it in other words. */
export type QueryFault =
  | { readonly code: 'too-long'; readonly max: number; readonly length: number }
  | { readonly code: 'too-many'; readonly max: number; readonly count: number }
  | { readonly code: 'nothing-before' | 'nothing-after'; readonly word: string }
  | { readonly code: 'unknown-field'; readonly field: string; readonly nearest?: string }
  | { readonly code: 'wrong-operator'; readonly field: string; readonly operator: string; readonly operators: string }
  | {
      readonly code: 'wrong-value';
      readonly field: string;
      readonly value: string;
      readonly expected: ExpectedValue;
      /** Of an `enum`: those there are. */
      readonly words: string;
      readonly nearest?: string;
    }
  | { readonly code: 'value-missing'; readonly condition: string }
  | { readonly code: 'open-quote'; readonly quote: string }
  | { readonly code: 'lone-operator' | 'unquoted-operator' | 'brackets' | 'text-behind-quote' };

/** What a value has to be. */
export type ExpectedValue = Exclude<FieldType, 'text'>;

/** Why a text is no query. */
export interface QueryIssue {
  /** Where it begins in the text, in UTF-16 units from 0. */
  readonly position: number;
  /** The part of the text that is meant, at most 64 characters. */
  readonly found: string;
  /** One sentence for who wrote the query, in English. */
  readonly message: string;
  /** The same for who writes sentences of their own. */
  readonly fault: QueryFault;
  /** The known field or value that was most likely meant. */
  readonly nearest?: string;
}

/** An issue with its sentence. */
export function toIssue(position: number, found: string, fault: QueryFault): QueryIssue {
  const nearest = 'nearest' in fault ? fault.nearest : undefined;
  const message = `${sentenceOf(fault)}${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`;
  return { position, found: found.slice(0, 64), message, fault, ...(nearest === undefined ? {} : { nearest }) };
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

/** A text as a sentence has it, cut where it is long. */
export function shown(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}…` : text;
}
