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
  | {
      readonly code: 'negation';
      readonly text: string;
      /** The same as this language has it. */
      readonly written: string;
    }
  | { readonly code: 'value-missing'; readonly condition: string }
  | { readonly code: 'open-quote'; readonly quote: string }
  | { readonly code: 'lone-operator' | 'unquoted-operator' | 'brackets' | 'text-behind-quote' };

/** What a value has to be. */
export type ExpectedValue = Exclude<FieldType, 'text'>;

/** Why a text is no query, for who has words of their own for it. */
export interface UnwordedIssue {
  /** Where it begins in the text, in UTF-16 units from 0. */
  readonly position: number;
  /** The part of the text that is meant, at most 64 characters. */
  readonly found: string;
  readonly fault: QueryFault;
  /** The known field or value that was most likely meant. */
  readonly nearest?: string;
}

/** An issue at a place of the text. */
export function issueAt(position: number, found: string, fault: QueryFault): UnwordedIssue {
  const nearest = 'nearest' in fault ? fault.nearest : undefined;
  return { position, found: found.slice(0, 64), fault, ...(nearest === undefined ? {} : { nearest }) };
}

/** A text as a sentence has it, cut where it is long. */
export function shown(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}…` : text;
}
