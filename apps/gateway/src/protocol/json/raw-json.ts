import { cutMembers, type Piece } from './cut-members.ts';
import { scanJson, type ScannedMember, type ScanOptions, UnboundedJsonError } from './json-scanner.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** A value deep inside another one, and what is to stand in its place. */
export interface JsonReplacement {
  /** Names of members and indexes of elements, from the outside. */
  readonly path: readonly string[];
  /** JSON, or what makes it of the JSON that stands there. */
  readonly text: string | ((text: string) => string);
}

/** What an object or a list of ours is made of: values of ours, and values as they came. A member that is undefined is left out. */
export type JsonPart = JsonValue | RawJson | undefined;

/** A longer piece of a text keeps the whole text in memory. */
const MAX_SHORT_LENGTH = 13;
const SHORT_STRING = /^"[\w. /-]*"$/;
const SHORT_INTEGER = /^(?:0|[1-9]\d*)$/;
const EMPTY_OBJECT = /^\{\s*\}$/;
const PLAIN_NAME = /^\w+$/;
/** An object puts members of such names in front of others. */
const INDEX = /^\d+$/;

/** Levels that are passed over where nobody will make a value of them; each takes eight bytes. */
const MAX_OUTLINE_LEVELS = 1_000_000;

/**
 * A JSON value as it came: its text, from which a value is made only for whoever looks inside. What is handed on is the
 * text, so digits (`725653563933458432`, `1.10`), the order of keys and keys that stand twice stay as they are.
 */
export class RawJson {
  readonly #source: string;
  readonly #start: number;
  readonly #end: number;
  #members: readonly ScannedMember[] | undefined;
  #text: string | undefined;
  /** What an object of ours is made of, which need not be looked for in its text. */
  #parts: Readonly<Record<string, JsonPart>> | undefined;
  /** Whose members it has but for the changed ones: they need not be looked for again. */
  #changed: { readonly of: RawJson; readonly changes: Readonly<Record<string, string>> } | undefined;
  #parsed: { readonly value: JsonValue } | undefined;

  private constructor(source: string, { start, end, members }: Omit<ScannedMember, 'name'>) {
    this.#source = source;
    this.#start = start;
    this.#end = end;
    this.#members = members;
  }

  /** Reads JSON from outside, with `levels` of its members. @throws {SyntaxError} As {@link scanJson} does. */
  static read(text: string, levels = 1): RawJson {
    return new RawJson(text, scanJson(text, levels));
  }

  /** The members of a message that is past the bounds of {@link read}, to tell what it is; `undefined` where it is no JSON. */
  static outline(text: string): RawJson | undefined {
    try {
      return new RawJson(text, scanJson(text, 1, { maxLevels: MAX_OUTLINE_LEVELS }));
    } catch {
      return undefined;
    }
  }

  /** A value of ours, as it is written. */
  static of(value: JsonValue): RawJson {
    const raw = RawJson.#ours(JSON.stringify(value));
    raw.#parsed = { value };
    return raw;
  }

  /** An object of ours, some of whose members stay as they came. */
  static object(parts: Readonly<Record<string, JsonPart>>): RawJson {
    let text = '';
    for (const name in parts) {
      const part = parts[name];
      if (part !== undefined) {
        text += `${text === '' ? '{' : ','}${nameText(name)}:${textOf(part)}`;
      }
    }
    const object = RawJson.#ours(text === '' ? '{}' : `${text}}`);
    object.#parts = parts;
    return object;
  }

  /** A list of ours, some of whose elements stay as they came. */
  static list(parts: readonly (JsonValue | RawJson)[]): RawJson {
    return RawJson.#ours(`[${parts.map(textOf).join(',')}]`);
  }

  static #ours(text: string): RawJson {
    return new RawJson(text, { start: 0, end: text.length, members: undefined });
  }

  get text(): string {
    this.#text ??= this.#source.slice(this.#start, this.#end);
    return this.#text;
  }

  /** The value itself; of keys that stand twice the last counts. */
  get value(): JsonValue {
    this.#parsed ??= { value: parse(this.text) };
    return this.#parsed.value;
  }

  /** Bytes of its text in UTF-8. */
  get bytes(): number {
    return Buffer.byteLength(this.text);
  }

  /** Names of the members of an object, as {@link value} has them; of anything else none. */
  get names(): readonly string[] {
    if (!this.isObject) {
      return [];
    }
    const names = this.#parsed === undefined ? this.#scannedNames() : undefined;
    return names ?? Object.keys(this.object ?? {});
  }

  get isObject(): boolean {
    return this.#source.startsWith('{', this.#start);
  }

  get isList(): boolean {
    return this.#source.startsWith('[', this.#start);
  }

  /** The value, where it is an object. */
  get object(): JsonObject | undefined {
    const value = this.isObject ? this.value : undefined;
    return isJsonObject(value) ? value : undefined;
  }

  /** The member of that name, as {@link value} has it. */
  get(name: string): RawJson | undefined {
    if (this.#parts !== undefined) {
      const part = Object.hasOwn(this.#parts, name) ? this.#parts[name] : undefined;
      return part === undefined || part instanceof RawJson ? part : RawJson.of(part);
    }
    if (this.#changed !== undefined) {
      const { of, changes } = this.#changed;
      const text = Object.hasOwn(changes, name) ? changes[name] : undefined;
      return text === undefined ? of.get(name) : RawJson.#ours(text);
    }
    const found = this.isObject ? this.#find(name) : undefined;
    return found && this.#child(found, name);
  }

  /** Whether {@link get} gives a member of that name. */
  has(name: string): boolean {
    if (this.#parts !== undefined) {
      return Object.hasOwn(this.#parts, name) && this.#parts[name] !== undefined;
    }
    if (this.#changed !== undefined) {
      return Object.hasOwn(this.#changed.changes, name) || this.#changed.of.has(name);
    }
    return this.isObject && this.#find(name) !== undefined;
  }

  /** Members by name; of names that stand twice the last. */
  entries(): ReadonlyMap<string, RawJson> {
    const members = this.isObject ? this.#scanned() : [];
    return new Map(members.map((member) => [member.name, this.#child(member, member.name)]));
  }

  /** Elements of a list; of anything else none. */
  elements(): readonly RawJson[] {
    return this.isList ? this.#scanned().map((element, index) => this.#child(element, index)) : [];
  }

  /** The same object with these members, each as JSON; all other characters stay as they came. */
  with(changes: Readonly<Record<string, string>>): RawJson {
    if (this.#parts !== undefined) {
      const changed = Object.entries(changes).map(([name, text]) => [name, RawJson.#ours(text)] as const);
      return RawJson.object({ ...this.#parts, ...Object.fromEntries(changed) });
    }
    const members = this.#named(Object.keys(changes));
    const pieces: Piece[] = [];
    // A name that stands twice is changed twice, because readers differ in which of them counts.
    for (const { name, start, end } of members) {
      const text = Object.hasOwn(changes, name) ? changes[name] : undefined;
      if (text !== undefined) {
        pieces.push({ start, end, text });
      }
    }
    let added = '';
    for (const name in changes) {
      if (!members.some((member) => member.name === name)) {
        added += `${added === '' ? '' : ','}${nameText(name)}:${changes[name]}`;
      }
    }
    if (added !== '') {
      const end = this.#end - 1;
      pieces.push({ start: end, end, text: EMPTY_OBJECT.test(this.text) ? added : `,${added}` });
    }
    const changed = this.#spliced(pieces);
    if (changed !== this) {
      changed.#changed = { of: this, changes };
    }
    return changed;
  }

  /** The same object without the members of these names; all other characters stay as they came. */
  without(names: readonly string[]): RawJson {
    if (this.#parts !== undefined) {
      const kept = Object.entries(this.#parts).filter(([name]) => !names.includes(name));
      return kept.length === Object.keys(this.#parts).length ? this : RawJson.object(Object.fromEntries(kept));
    }
    const members = this.isObject ? this.#named(names).filter(({ name }) => names.includes(name)) : [];
    return this.#spliced(cutMembers(this.#source, members));
  }

  /** The same value with values deep inside replaced; all other characters stay as they came. A path that leads nowhere changes nothing. */
  replaced(replacements: readonly JsonReplacement[]): RawJson {
    return this.#spliced(this.#piecesOf(replacements, 0));
  }

  /** For `JSON.stringify`, which knows values only; a message is written with {@link text}. */
  toJSON(): JsonValue {
    return this.value;
  }

  /** `undefined` where an object would have them in another order, or where there are more members than are kept. */
  #scannedNames(): readonly string[] | undefined {
    try {
      const names = [...new Set(this.#scanned().map(({ name }) => name))];
      return names.some((name) => INDEX.test(name)) ? undefined : names;
    } catch (error) {
      if (error instanceof UnboundedJsonError) {
        return undefined;
      }
      throw error;
    }
  }

  #find(name: string): ScannedMember | undefined {
    const members = this.#members ?? this.#named([name]);
    for (let index = members.length - 1; index >= 0; index -= 1) {
      const member = members[index];
      if (member?.name === name) {
        return member;
      }
    }
    return undefined;
  }

  /** The members of these names at least, in the order that they stand in. */
  #named(names: readonly string[]): readonly ScannedMember[] {
    try {
      return this.#scanned();
    } catch (error) {
      if (!(error instanceof UnboundedJsonError)) {
        throw error;
      }
      // There are more members than are kept, so only those of the names are looked for.
      return names
        .flatMap((only) => scanJson(this.text, 1, { only, maxMembers: Infinity }).members ?? [])
        .map((member) => moved(member, this.#start))
        .toSorted((one, other) => one.start - other.start);
    }
  }

  /** What is parsed already is not parsed again, because arguments are looked into at several levels. */
  #child(place: ScannedMember, key: string | number): RawJson {
    const child = new RawJson(this.#source, place);
    const parent = this.#parsed?.value;
    if (typeof parent === 'object' && parent !== null) {
      const value: JsonValue | undefined = Reflect.get(parent, key);
      child.#parsed = value === undefined ? undefined : { value };
    }
    return child;
  }

  #piecesOf(replacements: readonly JsonReplacement[], level: number): readonly Piece[] {
    const { isObject } = this;
    const byKey = Map.groupBy(replacements, ({ path }) => path[level]);
    const members = this.#scanned({ maxMembers: Infinity });
    // Of a name that stands twice the last counts, as it does for whoever checked the value.
    const last = new Map(members.map(({ name }, index) => [isObject ? name : String(index), index]));
    return members.flatMap((member, index): readonly Piece[] => {
      const key = isObject ? member.name : String(index);
      const inside = last.get(key) === index ? byKey.get(key) : undefined;
      const own = inside?.findLast(({ path }) => path.length === level + 1);
      if (own !== undefined) {
        const { start, end } = member;
        const text = typeof own.text === 'string' ? own.text : own.text(this.#source.slice(start, end));
        return [{ start, end, text }];
      }
      return inside === undefined ? [] : new RawJson(this.#source, member).#piecesOf(inside, level + 1);
    });
  }

  #spliced(pieces: readonly Piece[]): RawJson {
    if (pieces.length === 0) {
      return this;
    }
    let text = '';
    let at = this.#start;
    for (const piece of pieces) {
      text += this.#source.slice(at, piece.start) + piece.text;
      at = piece.end;
    }
    return RawJson.#ours(text + this.#source.slice(at, this.#end));
  }

  #scanned(options?: ScanOptions): readonly ScannedMember[] {
    if (this.#members === undefined) {
      const offset = this.#start;
      const { members = [] } = scanJson(this.text, 1, options);
      this.#members = offset === 0 ? members : members.map((member) => moved(member, offset));
    }
    return this.#members;
  }
}

/** One member of an object, without looking into the others where it stands as it came. */
export function memberOf(object: JsonObject | RawJson, name: string): JsonValue | undefined {
  return object instanceof RawJson ? object.get(name)?.value : object[name];
}

function nameText(name: string): string {
  return PLAIN_NAME.test(name) ? `"${name}"` : JSON.stringify(name);
}

function textOf(part: JsonValue | RawJson): string {
  return part instanceof RawJson ? part.text : JSON.stringify(part);
}

function parse(text: string): JsonValue {
  if (text.length < MAX_SHORT_LENGTH) {
    // Ids, versions, names and flags: `JSON.parse` takes ten times as long for one of them.
    if (SHORT_STRING.test(text)) {
      return text.slice(1, -1);
    }
    if (SHORT_INTEGER.test(text)) {
      return Number(text);
    }
  }
  const value: JsonValue = JSON.parse(text);
  return value;
}

function moved({ name, start, end }: ScannedMember, offset: number): ScannedMember {
  return { name, start: start + offset, end: end + offset, members: undefined };
}
