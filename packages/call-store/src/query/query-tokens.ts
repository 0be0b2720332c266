import { QUERY_OPERATORS, type QueryOperator } from './fields/query-field.ts';
import { issueAt, type QueryFault, type UnwordedIssue } from './query-fault.ts';

/** A piece of a query as it is written. */
export type QueryToken =
  | { readonly kind: 'word'; readonly text: string; readonly at: number; readonly isQuoted: boolean }
  | { readonly kind: 'connective'; readonly word: 'OR' | 'AND'; readonly at: number }
  | ComparisonToken;

/** `field op value`. */
export interface ComparisonToken {
  readonly kind: 'comparison';
  readonly field: string;
  readonly operator: QueryOperator;
  readonly value: string;
  readonly at: number;
  readonly valueAt: number;
}

/** Pieces, or the first thing that is wrong. */
export type Tokens =
  | { readonly ok: true; readonly tokens: readonly QueryToken[] }
  | { readonly ok: false; readonly issue: UnwordedIssue };

// A dash is in no field's name, but in what people write for one (`agent-id`).
const FIELD = /[A-Za-z_][\w.-]*/y;
const SPACE = /\s*/y;
const NOTHING = /(?:)/y;
const BARE = /\S+/y;
const OPERATOR = /!=|!~|>=|<=|[=~><]/y;

/** Cuts a query into its pieces, from left to right, each character once. */
export function tokenize(text: string): Tokens {
  const reader = new Reader(text);
  const tokens: QueryToken[] = [];
  for (let token = reader.next(); token !== undefined; token = reader.next()) {
    tokens.push(token);
  }
  return reader.issue === undefined ? { ok: true, tokens } : { ok: false, issue: reader.issue };
}

class Reader {
  readonly #text: string;
  #at = 0;
  issue: UnwordedIssue | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next piece; `undefined` at the end and when something is wrong. */
  next(): QueryToken | undefined {
    this.#take(SPACE);
    const at = this.#at;
    if (at >= this.#text.length) {
      return undefined;
    }
    const comparison = this.#comparison(at);
    if (comparison !== undefined || this.issue !== undefined) {
      return comparison;
    }
    if (this.#isAtOperator()) {
      return this.#fail(at, { code: 'lone-operator' });
    }
    return this.#word(at);
  }

  #comparison(at: number): ComparisonToken | undefined {
    const field = this.#take(FIELD);
    if (field !== undefined) {
      const isSpaced = this.#take(SPACE) !== '';
      const found = this.#take(OPERATOR);
      const operator = QUERY_OPERATORS.find((each) => each === found);
      if (operator !== undefined) {
        // `a > b` is one condition; in `a= b` the value was forgotten.
        this.#take(isSpaced ? SPACE : NOTHING);
        return this.#value({ field, operator, at });
      }
    }
    this.#at = at;
    return undefined;
  }

  #value(head: { readonly field: string; readonly operator: QueryOperator; readonly at: number }) {
    const valueAt = this.#at;
    if (this.#isAtOperator()) {
      return this.#fail(valueAt, { code: 'unquoted-operator' });
    }
    const value = this.#textAt();
    if (value === undefined) {
      return this.#fail(valueAt, { code: 'value-missing', condition: `${head.field}${head.operator}` });
    }
    return this.issue === undefined
      ? ({ kind: 'comparison', ...head, value: value.text, valueAt } as const)
      : undefined;
  }

  #word(at: number): QueryToken | undefined {
    if (this.#text[at] === '(') {
      return this.#fail(at, { code: 'brackets' });
    }
    const word = this.#textAt();
    if (word === undefined || this.issue !== undefined) {
      return undefined;
    }
    if (!word.isQuoted && (word.text === 'OR' || word.text === 'AND')) {
      return { kind: 'connective', word: word.text, at };
    }
    return { kind: 'word', text: word.text, at, isQuoted: word.isQuoted };
  }

  /** A quoted or bare text; `undefined` at the end. */
  #textAt(): { readonly text: string; readonly isQuoted: boolean } | undefined {
    const quote = this.#text[this.#at];
    if (quote === '"' || quote === "'") {
      return { text: this.#quoted(quote), isQuoted: true };
    }
    const text = this.#take(BARE);
    return text === undefined ? undefined : { text, isQuoted: false };
  }

  #quoted(quote: string): string {
    const start = this.#at;
    let text = '';
    for (let index = start + 1; index < this.#text.length; index += 1) {
      const letter = this.#text.charAt(index);
      if (letter === quote) {
        this.#at = index + 1;
        this.#endQuote();
        return text;
      }
      const isEscape = letter === '\\' && /["'\\]/.test(this.#text.charAt(index + 1));
      index += isEscape ? 1 : 0;
      text += this.#text.charAt(index);
    }
    this.#fail(start, { code: 'open-quote', quote });
    return text;
  }

  #endQuote(): void {
    if (/\S/.test(this.#text.charAt(this.#at))) {
      this.#fail(this.#at, { code: 'text-behind-quote' });
    }
  }

  #isAtOperator(): boolean {
    OPERATOR.lastIndex = this.#at;
    return OPERATOR.test(this.#text);
  }

  /** What `pattern` matches here, if it does; moves behind it. */
  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(at: number, fault: QueryFault): undefined {
    this.issue ??= issueAt(at, this.#text.slice(at, at + 64), fault);
    return undefined;
  }
}
