import { Memo } from '@dcc-mcp/bounds';
import { isSecretKey, REDACTED, redactText } from '@dcc-mcp/bounds/redaction';

/** What is taken out of JSON beside what looks like a credential. */
export interface HiddenPlaces {
  /** Paths from the outermost value: names of members, indexes of elements, `*` for any of them. */
  readonly paths: readonly (readonly string[])[];
}

/** JSON without what must not be kept. */
export interface RedactedJson {
  readonly text: string;
  /** Values and parts of texts that were taken out. */
  readonly redactions: number;
}

/** Keys whose value is source text: what it holds can't be judged. */
export const SCRIPT_KEYS: ReadonlySet<string> = new Set(['code', 'script', 'content', 'python', 'mel']);
const ESCAPED = /\\/;

/** What is known of a name: the same ones come with each call. */
interface KnownName {
  readonly isSecret: boolean;
  readonly isScript: boolean;
  /** The name without what looks like a credential. */
  readonly redacted: string;
}

const knownNames = new Memo<KnownName>(4_096);
/** A longer name is looked at each time: it is not one that comes again. */
const MAX_KNOWN_NAME = 64;

/**
 * Puts `[redacted]` in place of values of secret keys (any spelling), of texts under script-like keys, of values at
 * hidden places, and of what looks like a credential inside of any text. Every other character stays as it came.
 *
 * @param json JSON, or the beginning of one: what is cut off in the middle is treated as if it ended there.
 */
export function redactJson(json: string, hidden: HiddenPlaces): RedactedJson {
  return new Redaction(json, hidden).run();
}

/**
 * A text without what looks like a credential. One that is JSON is looked through by its keys as well, because many servers
 * repeat their structured content as a text; so is one that begins like JSON, which may have been cut off.
 */
export function redactWords(text: string): RedactedJson {
  if (!BEGINS_LIKE_JSON.test(text)) {
    return redactPieces([text], 0);
  }
  const byKeys = redactJson(text, NO_PLACES);
  // The name of what is hidden already looks like a credential together with it; JSON stays JSON where both are left.
  return redactPieces(byKeys.redactions === 0 ? [text] : byKeys.text.split(HIDDEN_MEMBER), byKeys.redactions);
}

const BEGINS_LIKE_JSON = /^\s*[[{]/;
/** Names are bounded: in a text with many quotes each of them may be the beginning of one. */
const HIDDEN_MEMBER = /("[^"\\]{0,64}"\s{0,4}:\s{0,64}"\[redacted\]")/;
const NO_PLACES: HiddenPlaces = { paths: [] };

/** Every second piece stays. */
function redactPieces(pieces: readonly string[], redactions: number): RedactedJson {
  const redacted = pieces.map((piece, index) => (index % 2 === 0 ? redactText(piece) : piece));
  const changed = redacted.filter((piece, index) => piece !== pieces[index]).length;
  return { text: redacted.join(''), redactions: redactions + changed };
}

/** Whether a path leads to the place, or to what it stands in. */
export function hidesPlace({ paths }: HiddenPlaces, place: readonly string[]): boolean {
  return paths.some(
    (path) => path.length <= place.length && path.every((part, index) => part === '*' || part === place[index]),
  );
}

/** Where a string stands, with its quotes. */
interface Place {
  readonly at: number;
  readonly end: number;
}

/** One object or list on the way down to a value. */
interface Level {
  readonly isObject: boolean;
  /** Name of the member, or index of the element, that is being read. */
  key: string | number;
}

/** One pass over the tokens of a text; no value is made of it. */
class Redaction {
  readonly #json: string;
  readonly #hidden: HiddenPlaces;
  readonly #levels: Level[] = [];
  #kept = '';
  #copied = 0;
  #redactions = 0;
  #isKey = false;

  constructor(json: string, hidden: HiddenPlaces) {
    this.#json = json;
    this.#hidden = hidden;
  }

  run(): RedactedJson {
    const json = this.#json;
    let at = nextToken(json, 0);
    while (at < json.length) {
      at = nextToken(json, this.#read(at));
    }
    const text = this.#redactions === 0 ? json : this.#kept + json.slice(this.#copied);
    return { text, redactions: this.#redactions };
  }

  /** @returns Where to go on. */
  #read(at: number): number {
    const level = this.#levels.at(-1);
    switch (this.#json.charAt(at)) {
      case '{':
      case '[':
        return this.#enter(at);
      case '}':
      case ']':
        this.#levels.pop();
        this.#isKey = false;
        return at + 1;
      case ',':
        return this.#next(at, level);
      case '"':
        return this.#string(at, level);
      default:
        return at + 1;
    }
  }

  #enter(at: number): number {
    const isObject = this.#json[at] === '{';
    this.#levels.push({ isObject, key: isObject ? '' : 0 });
    this.#isKey = isObject;
    return isObject ? at + 1 : this.#hideElement(at + 1);
  }

  #next(at: number, level: Level | undefined): number {
    if (level === undefined || level.isObject) {
      this.#isKey = level !== undefined;
      return at + 1;
    }
    level.key = Number(level.key) + 1;
    return this.#hideElement(at + 1);
  }

  #hideElement(at: number): number {
    return this.#hidden.paths.length > 0 && this.#isHiddenPlace() ? this.#hide(at) : at;
  }

  #string(at: number, level: Level | undefined): number {
    const end = endOfString(this.#json, at);
    const text = decode(this.#json.slice(at + 1, closes(this.#json, end) ? end - 1 : end));
    if (this.#isKey && level !== undefined) {
      this.#isKey = false;
      level.key = text;
      return this.#member({ at, end }, knowName(text));
    }
    const { text: redacted, redactions } = redactWords(text);
    this.#keep({ at, end }, text, redacted);
    this.#redactions += Math.max(0, redactions - 1);
    return end;
  }

  #keep({ at, end }: Place, text: string, redacted: string): void {
    if (redacted !== text) {
      this.#replace(at, end, JSON.stringify(redacted));
    }
  }

  /** A member: its value is passed over where it must not be kept. */
  #member(place: Place, { isSecret, isScript, redacted }: KnownName): number {
    this.#keep(place, String(this.#levels.at(-1)?.key), redacted);
    const colon = this.#json.indexOf(':', place.end);
    if (colon === -1) {
      return place.end;
    }
    const start = skipBlanks(this.#json, colon + 1);
    const isText = isScript && this.#json[start] === '"';
    const isHidden = isSecret || isText || (this.#hidden.paths.length > 0 && this.#isHiddenPlace());
    return isHidden ? this.#hide(start) : start;
  }

  #hide(from: number): number {
    const start = skipBlanks(this.#json, from);
    const end = endOfValue(this.#json, start);
    if (end > start) {
      this.#replace(start, end, JSON.stringify(REDACTED));
    }
    return end;
  }

  #replace(start: number, end: number, text: string): void {
    this.#kept += this.#json.slice(this.#copied, start) + text;
    this.#copied = end;
    this.#redactions += 1;
  }

  #isHiddenPlace(): boolean {
    const levels = this.#levels;
    return this.#hidden.paths.some(
      (path) =>
        path.length === levels.length &&
        path.every((part, index) => part === '*' || part === String(levels[index]?.key)),
    );
  }
}

function knowName(name: string): KnownName {
  const known = name.length > MAX_KNOWN_NAME ? undefined : knownNames.get(name);
  if (known !== undefined) {
    return known;
  }
  const fresh = {
    isSecret: isSecretKey(name),
    isScript: SCRIPT_KEYS.has(name.toLowerCase()),
    redacted: redactText(name),
  };
  return name.length > MAX_KNOWN_NAME ? fresh : knownNames.set(name, fresh);
}

/** The next character that structures JSON; numbers, words and blanks are passed over. */
function nextToken(json: string, from: number): number {
  let at = from;
  while (at < json.length && STRUCTURE[json.charCodeAt(at)] !== 1) {
    at += 1;
  }
  return at;
}

/** 1 for each character that structures JSON, by its code: a pattern would take three times as long. */
const STRUCTURE = Uint8Array.from({ length: 128 }, (_, code) => ('"{}[],'.includes(String.fromCharCode(code)) ? 1 : 0));

/** Behind the closing quote of the string that begins at `at`; the end of the text where it is cut off. */
function endOfString(json: string, at: number): number {
  let end = json.indexOf('"', at + 1);
  while (end !== -1 && isEscaped(json, end)) {
    end = json.indexOf('"', end + 1);
  }
  return end === -1 ? json.length : end + 1;
}

function isEscaped(json: string, at: number): boolean {
  let before = at - 1;
  while (json[before] === '\\') {
    before -= 1;
  }
  return (at - before) % 2 === 0;
}

function closes(json: string, end: number): boolean {
  return json[end - 1] === '"' && !isEscaped(json, end - 1);
}

function endOfValue(json: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < json.length) {
    const character = json[at];
    if (character === '"') {
      at = endOfString(json, at);
    } else if (character === '{' || character === '[') {
      depth += 1;
      at += 1;
    } else if (character === '}' || character === ']' || character === ',') {
      if (depth === 0) {
        return at;
      }
      depth -= character === ',' ? 0 : 1;
      at += 1;
    } else {
      at = nextToken(json, at + 1);
    }
    if (depth === 0 && character !== undefined && '"}]'.includes(character)) {
      return at;
    }
  }
  return json.length;
}

function skipBlanks(json: string, from: number): number {
  let at = from;
  while (at < json.length && ' \n\r\t'.includes(json.charAt(at))) {
    at += 1;
  }
  return at;
}

/** The text that is meant; an escape that is cut off stays as it stands. */
function decode(raw: string): string {
  if (!ESCAPED.test(raw)) {
    return raw;
  }
  return unescaped(raw) ?? unescaped(raw.replace(CUT_ESCAPE, String.raw`\\$1`)) ?? raw;
}

const CUT_ESCAPE = /\\(u[\da-fA-F]{0,3})?$/;

function unescaped(raw: string): string | undefined {
  try {
    const text: unknown = JSON.parse(`"${raw}"`);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}
