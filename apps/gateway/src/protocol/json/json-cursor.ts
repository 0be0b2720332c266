const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const LETTER_U = 0x75;
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

/** A place in a JSON text (RFC 8259), and what moves it: over white space, names and single values. */
export class JsonCursor {
  readonly text: string;
  at = 0;
  /** A quote that was searched for: there is none between there and the place where the search began. */
  #quote = -1;

  constructor(text: string) {
    this.text = text;
  }

  /** Passes over the name of a member and its colon, and gives the name. */
  readName(): string {
    this.#findName();
    const start = this.at;
    const isPlain = this.#skipString();
    const end = this.at;
    this.#skipColon();
    if (isPlain) {
      return this.text.slice(start + 1, end - 1);
    }
    const name: unknown = JSON.parse(this.text.slice(start, end));
    return String(name);
  }

  /** The same for a name that nobody wants to know. */
  skipName(): void {
    this.#findName();
    this.#skipString();
    this.#skipColon();
  }

  #findName(): void {
    if (this.skipSpace() !== QUOTE) {
      this.fail();
    }
  }

  #skipColon(): void {
    if (this.skipSpace() !== COLON) {
      this.fail();
    }
    this.at += 1;
  }

  /** Passes over a value that has no members. @param code Its first character. */
  skipScalar(code: number): void {
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
      this.fail();
    }
  }

  #skipWord(word: string): void {
    if (!this.text.startsWith(word, this.at)) {
      this.fail();
    }
    this.at += word.length;
  }

  /** @returns Whether it is written without escapes. */
  #skipString(): boolean {
    let at = this.#plainEnd(this.at + 1);
    let isPlain = true;
    for (;;) {
      const code = this.text.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return isPlain;
      }
      if (code !== BACKSLASH) {
        this.at = at; // a control character, or the end of the text
        this.fail();
      }
      isPlain = false;
      at = this.#plainEnd(at + this.#escapeLength(at + 1));
    }
  }

  /** Passes over the characters of a string before its end, its next escape, or what can't stand in it. */
  #plainEnd(from: number): number {
    const text = this.text;
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
    const text = this.text;
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
    const code = this.text.charCodeAt(at);
    if (code === LETTER_U) {
      FOUR_HEX_DIGITS.lastIndex = at + 1;
      if (FOUR_HEX_DIGITS.test(this.text)) {
        return 6;
      }
    } else if (ESCAPED.has(code)) {
      return 2;
    }
    this.at = at;
    return this.fail();
  }

  #skipNumber(): void {
    if (this.text.charCodeAt(this.at) === MINUS) {
      this.at += 1;
    }
    if (this.text.charCodeAt(this.at) === DIGIT_0) {
      this.at += 1;
    } else {
      this.#skipDigits();
    }
    if (this.text.charCodeAt(this.at) === POINT) {
      this.at += 1;
      this.#skipDigits();
    }
    if ((this.text.charCodeAt(this.at) | LOWER_CASE) === LETTER_E) {
      this.at += 1;
      const sign = this.text.charCodeAt(this.at);
      if (sign === PLUS || sign === MINUS) {
        this.at += 1;
      }
      this.#skipDigits();
    }
  }

  /** One at least. */
  #skipDigits(): void {
    const text = this.text;
    let at = this.at;
    if (!isDigit(text.charCodeAt(at))) {
      this.fail();
    }
    do {
      at += 1;
    } while (isDigit(text.charCodeAt(at)));
    this.at = at;
  }

  /** @returns The code of the first character that is no white space; NaN at the end of the text. */
  skipSpace(): number {
    const code = this.text.charCodeAt(this.at);
    return code > SPACE ? code : this.#skipSpaces();
  }

  #skipSpaces(): number {
    const text = this.text;
    let at = this.at;
    let code = text.charCodeAt(at);
    while (code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB) {
      at += 1;
      code = text.charCodeAt(at);
    }
    this.at = at;
    return code;
  }

  /** @throws {SyntaxError} Always, with the place. */
  fail(): never {
    throw new SyntaxError(`not valid JSON at character ${this.at}`);
  }
}

function hasUnusual(long: string): boolean {
  return UNUSUAL.some((character) => long.includes(character));
}

function isDigit(code: number): boolean {
  return code >= DIGIT_0 && code <= DIGIT_9;
}
