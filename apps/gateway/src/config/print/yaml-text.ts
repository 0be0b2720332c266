import { isJsonObject } from '../../protocol/json-rpc.ts';

/** What a plain scalar may be made of, and no parser of YAML 1.1 or 1.2 takes for anything but a text. */
const PLAIN = /^[A-Za-z/.][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*$/;
/** Words that some YAML takes for a boolean, for nothing or for a number (YAML 1.1, "Language-Independent Types"). */
const SPECIAL = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|\.nan|\.inf|\.+|[0-9a-f.]*e[+-]?\d+)$/i;
/** Where comments begin, when the line leaves room for it. */
const COMMENT_COLUMN = 44;

/** A note behind the line of a key, by its path. */
type NoteOf = (path: string) => string | undefined;

/**
 * Plain data as YAML that every parser of YAML 1.1 and 1.2 reads back as the same data: texts that could be taken for
 * something else stand in quotes, with the escapes of JSON.
 */
export function toYaml(value: Readonly<Record<string, unknown>>, noteOf: NoteOf = () => undefined): string {
  const lines: string[] = [];
  writeMembers(lines, { value, indent: '', path: '' }, noteOf);
  return lines.join('\n');
}

/** A value that is written at a depth. */
interface Placed<T> {
  readonly value: T;
  readonly indent: string;
  readonly path: string;
}

function writeMembers(
  lines: string[],
  { value, indent, path }: Placed<Readonly<Record<string, unknown>>>,
  noteOf: NoteOf,
): void {
  for (const [key, member] of Object.entries(value)) {
    const inner = path === '' ? key : `${path}.${key}`;
    const head = `${indent}${toScalar(key)}:`;
    if (isBlock(member)) {
      lines.push(withNote(head, noteOf(inner)));
      writeBlock(lines, { value: member, indent: `${indent}  `, path: inner }, noteOf);
    } else {
      lines.push(withNote(`${head} ${toScalar(member)}`, noteOf(inner)));
    }
  }
}

function writeBlock(lines: string[], { value, indent, path }: Placed<object>, noteOf: NoteOf): void {
  if (isJsonObject(value)) {
    writeMembers(lines, { value, indent, path }, noteOf);
    return;
  }
  for (const item of Object.values(value) as readonly unknown[]) {
    if (isBlock(item)) {
      const inner: string[] = [];
      writeBlock(inner, { value: item, indent: `${indent}  `, path: `${path}[]` }, noteOf);
      lines.push(...inner.map((line, index) => (index === 0 ? `${indent}- ${line.slice(indent.length + 2)}` : line)));
    } else {
      lines.push(`${indent}- ${toScalar(item)}`);
    }
  }
}

/** Lists and objects that hold something; empty ones stand in the line. */
function isBlock(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function withNote(line: string, note: string | undefined): string {
  return note === undefined ? line : `${line.padEnd(COMMENT_COLUMN)} # ${note}`;
}

function toScalar(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value) && !SPECIAL.test(value)) {
    return value;
  }
  return escapeUnprintable(JSON.stringify(value));
}

/** Characters that JSON lets stand in a text, and YAML or a terminal does not. */
function escapeUnprintable(json: string): string {
  return json.replaceAll(/[\u007F-\u00A0\p{Cf}\p{Zl}\p{Zp}\p{Cs}\uFFFE\uFFFF]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return character.length === 1 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
  });
}
