/** Levels of nesting that are taken. What is far deeper can be read but not be written again: `JSON.stringify` runs out of stack. */
const MAX_LEVELS = 512;

/** Members that are told of one object, or elements of one list, unless more are asked for; each takes about 100 bytes. */
const MAX_MEMBERS = 10_000;

/** JSON that is past a bound: nested deeper than 512 levels, or wider than 10,000 members where members are told. */
export class UnboundedJsonError extends SyntaxError {
  override readonly name = 'UnboundedJsonError';
}

/** What is told, and bounds in place of the usual ones. */
export interface ScanOptions {
  readonly maxLevels?: number;
  readonly maxMembers?: number;
  /** The name of the members that are told; absent: all are. */
  readonly only?: string;
}

/** One member of an object, or one element of a list, by its places in the text. */
export interface ScannedMember {
  /** Empty for the elements of a list. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** What stands in the value, as far down as was asked for; absent where it is neither object nor list. */
  readonly members: readonly ScannedMember[] | undefined;
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const LETTER_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** Turns E into e. */
const LOWER_CASE = 0x20;
const LETTER_E = 0x65;
/** What may follow a backslash, but for the four digits of `u`. */
const ESCAPED: ReadonlySet<number> = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));
const FOUR_HEX_DIGITS = /[0-9a-fA-F]{4}/y;

/** Characters of a string that are looked at one by one. A longer one is searched, which takes half the time, and more to begin. */
const SHORT_LENGTH = 128;
/** From here on it takes a third of that to search for each character by itself: V8 looks at many at once. Pictures are that long. */
const LONG_LENGTH = 8_192;
/** What ends a string, begins an escape, or can't stand in one: quote, backslash, control characters. */
const SPECIAL = /[^ !#-[\]-\uffff]/g;
/** What is in no long string that holds nothing special. */
const UNUSUAL: readonly string[] = ['\\', ...Array.from({ length: SPACE }, (_, code) => String.fromCharCode(code))];

/**
 * Reads JSON (RFC 8259) from beginning to end without making values of it: what it takes is what `JSON.parse` takes, down
 * to 512 levels. It costs about one nanosecond for each character, and no stack, whatever it reads.
 *
 * @param levels How many levels of members are told; what is not told may be of any width.
 * @throws {SyntaxError} When the text is no JSON, or past a bound ({@link UnboundedJsonError}).
 */
export function scanJson(text: string, levels: number, options: ScanOptions = {}): ScannedMember {
  return new JsonScanner(text, options).document(levels);
}

class JsonScanner {
  readonly #text: string;
  readonly #maxLevels: number;
  readonly #maxMembers: number;
  readonly #only: string | undefined;
  #at = 0;
  /** Levels that are open around the place where the scanner is. */
  #depth = 0;
  /** A quote that was searched for: there is none between there and the place where the search began. */
  #quote = -1;

  constructor(text: string, { maxLevels = MAX_LEVELS, maxMembers = MAX_MEMBERS, only }: ScanOptions) {
    this.#only = only;
    this.#text = text;
    this.#maxLevels = maxLevels;
    this.#maxMembers = maxMembers;
  }

  document(levels: number): ScannedMember {
    const document = this.#member('', levels);
    this.#skipSpace();
    if (this.#at < this.#text.length) {
      this.#fail();
    }
    return document;
  }

  #member(name: string, levels: number): ScannedMember {
    const code = this.#skipSpace();
    const start = this.#at;
    if (levels > 0 && (code === OPEN_OBJECT || code === OPEN_LIST)) {
      const members = this.#members(code, levels - 1);
      return { name, start, end: this.#at, members };
    }
    this.#skipValue(code);
    return { name, start, end: this.#at, members: undefined };
  }

  /** Stands at the bracket that opens. */
  #members(opening: number, levels: number): readonly ScannedMember[] {
    const isObject = opening === OPEN_OBJECT;
    const closing = isObject ? CLOSE_OBJECT : CLOSE_LIST;
    const members: ScannedMember[] = [];
    this.#open();
    if (this.#skipSpace() === closing) {
      this.#close();
      return members;
    }
    for (;;) {
      if (members.length === this.#maxMembers) {
        throw new UnboundedJsonError(`wider than ${this.#maxMembers} members in one object or list`);
      }
      const member = this.#member(isObject ? this.#key() : '', levels);
      if (this.#only === undefined || this.#only === member.name) {
        members.push(member);
      }
      const code = this.#skipSpace();
      if (code === closing) {
        this.#close();
        return members;
      }
      if (code !== COMMA) {
        this.#fail();
      }
      this.#at += 1;
    }
  }

  /** Passes over one value, however it is nested. */
  #skipValue(first: number): void {
    // The brackets that are open, as the codes that close them.
    const closings: number[] = [];
    let code = first;
    for (;;) {
      if (code === OPEN_OBJECT || code === OPEN_LIST) {
        const closing = code === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST;
        this.#open();
        if (this.#skipSpace() === closing) {
          this.#close();
        } else {
          closings.push(closing);
          code = this.#beginMember(closing);
          continue;
        }
      } else {
        this.#skipScalar(code);
      }
      const closing = this.#endMembers(closings);
      if (closing === undefined) {
        return;
      }
      code = this.#beginMember(closing);
    }
  }

  /** Passes over the name, in an object; gives the first character of the value. */
  #beginMember(closing: number): number {
    if (closing === CLOSE_OBJECT) {
      if (this.#skipSpace() !== QUOTE) {
        this.#fail();
      }
      this.#skipString();
      this.#skipColon();
    }
    return this.#skipSpace();
  }

  /** After a value: closes what ends with it; gives what is still open and goes on behind a comma, if anything is. */
  #endMembers(closings: number[]): number | undefined {
    for (let closing = closings.at(-1); closing !== undefined; closing = closings.at(-1)) {
      const code = this.#skipSpace();
      if (code === COMMA) {
        this.#at += 1;
        return closing;
      }
      if (code !== closing) {
        this.#fail();
      }
      this.#close();
      closings.pop();
    }
    return undefined;
  }

  #open(): void {
    this.#depth += 1;
    this.#at += 1;
    if (this.#depth > this.#maxLevels) {
      throw new UnboundedJsonError(`nested deeper than ${this.#maxLevels} levels`);
    }
  }

  #close(): void {
    this.#depth -= 1;
    this.#at += 1;
  }

  /** Reads a name and passes over its colon. */
  #key(): string {
    if (this.#skipSpace() !== QUOTE) {
      this.#fail();
    }
    const start = this.#at;
    const isPlain = this.#skipString();
    const end = this.#at;
    this.#skipColon();
    if (isPlain) {
      return this.#text.slice(start + 1, end - 1);
    }
    const name: unknown = JSON.parse(this.#text.slice(start, end));
    return String(name);
  }

  #skipColon(): void {
    if (this.#skipSpace() !== COLON) {
      this.#fail();
    }
    this.#at += 1;
  }

  #skipScalar(code: number): void {
    if (code === QUOTE) {
      this.#skipString();
    } else if (code === MINUS || isDigit(code)) {
      this.#skipNumber();
    } else if (code === LETTER_T) {
      this.#skipWord('true');
    } else if (code === LETTER_F) {
      this.#skipWord('false');
    } else if (code === LETTER_N) {
      this.#skipWord('null');
    } else {
      this.#fail();
    }
  }

  #skipWord(word: string): void {
    if (!this.#text.startsWith(word, this.#at)) {
      this.#fail();
    }
    this.#at += word.length;
  }

  /** @returns Whether it is written without escapes. */
  #skipString(): boolean {
    let at = this.#plainEnd(this.#at + 1);
    let isPlain = true;
    for (;;) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return isPlain;
      }
      if (code !== BACKSLASH) {
        this.#at = at; // a control character, or the end of the text
        this.#fail();
      }
      isPlain = false;
      at = this.#plainEnd(at + this.#escapeLength(at + 1));
    }
  }

  /** Passes over the characters of a string before its end, its next escape, or what can't stand in it. */
  #plainEnd(from: number): number {
    const text = this.#text;
    const end = from + SHORT_LENGTH;
    for (let at = from; at < end; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE || code === BACKSLASH || !(code >= SPACE)) {
        return at;
      }
    }
    return this.#searchedEnd(end);
  }

  #searchedEnd(from: number): number {
    const text = this.#text;
    if (this.#quote < from) {
      const found = text.indexOf('"', from);
      this.#quote = found === -1 ? text.length : found;
    }
    if (this.#quote - from >= LONG_LENGTH && !hasUnusual(text.slice(from, this.#quote))) {
      return this.#quote;
    }
    SPECIAL.lastIndex = from;
    return SPECIAL.test(text) ? SPECIAL.lastIndex - 1 : text.length;
  }

  /** Of an escape with its backslash. @param at Of what follows the backslash. */
  #escapeLength(at: number): number {
    const code = this.#text.charCodeAt(at);
    if (code === LETTER_U) {
      FOUR_HEX_DIGITS.lastIndex = at + 1;
      if (FOUR_HEX_DIGITS.test(this.#text)) {
        return 6;
      }
    } else if (ESCAPED.has(code)) {
      return 2;
    }
    this.#at = at;
    return this.#fail();
  }

  #skipNumber(): void {
    if (this.#text.charCodeAt(this.#at) === MINUS) {
      this.#at += 1;
    }
    if (this.#text.charCodeAt(this.#at) === DIGIT_0) {
      this.#at += 1;
    } else {
      this.#skipDigits();
    }
    if (this.#text.charCodeAt(this.#at) === POINT) {
      this.#at += 1;
      this.#skipDigits();
    }
    if ((this.#text.charCodeAt(this.#at) | LOWER_CASE) === LETTER_E) {
      this.#at += 1;
      const sign = this.#text.charCodeAt(this.#at);
      if (sign === PLUS || sign === MINUS) {
        this.#at += 1;
      }
      this.#skipDigits();
    }
  }

  /** One at least. */
  #skipDigits(): void {
    const text = this.#text;
    let at = this.#at;
    if (!isDigit(text.charCodeAt(at))) {
      this.#fail();
    }
    do {
      at += 1;
    } while (isDigit(text.charCodeAt(at)));
    this.#at = at;
  }

  /** @returns The code of the first character that is no white space; NaN at the end of the text. */
  #skipSpace(): number {
    const code = this.#text.charCodeAt(this.#at);
    return code > SPACE ? code : this.#skipSpaces();
  }

  #skipSpaces(): number {
    const text = this.#text;
    let at = this.#at;
    let code = text.charCodeAt(at);
    while (code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB) {
      at += 1;
      code = text.charCodeAt(at);
    }
    this.#at = at;
    return code;
  }

  #fail(): never {
    throw new SyntaxError(`not valid JSON at character ${this.#at}`);
  }
}

function hasUnusual(long: string): boolean {
  return UNUSUAL.some((character) => long.includes(character));
}

function isDigit(code: number): boolean {
  return code >= DIGIT_0 && code <= DIGIT_9;
}
