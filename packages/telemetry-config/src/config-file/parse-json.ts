import {
  createScanner,
  type Node,
  type ParseError,
  parseTree,
  type ParseOptions,
  printParseErrorCode,
} from 'jsonc-parser';
import { quote } from '../kinds/kind.ts';
import { MAX_DEPTH, type ParsedText, TOO_DEEP } from './parsed-text.ts';

const OPTIONS: ParseOptions = { disallowComments: false, allowTrailingComma: true, allowEmptyContent: true };

/** How a token changes the depth, by its first character; a string begins with its quote. */
const STEPS: ReadonlyMap<string, number> = new Map([
  ['{', 1],
  ['[', 1],
  ['}', -1],
  [']', -1],
]);

/** Parses JSON with comments and trailing commas. A name that stands twice in an object is a mistake, never the last wins. */
export function parseJson(text: string): ParsedText {
  const deep = offsetTooDeep(text);
  if (deep !== undefined) {
    return { problem: TOO_DEEP, line: lineOf(text, deep) };
  }
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, OPTIONS);
  const [error] = errors;
  if (error !== undefined) {
    return { problem: inWords(printParseErrorCode(error.error)), line: lineOf(text, error.offset) };
  }
  if (tree === undefined) {
    return { value: null };
  }
  const repeated: Node[] = [];
  const value = toValue(tree, repeated);
  const [again] = repeated;
  return again === undefined
    ? { value }
    : { problem: `${quote(String(again.value))} stands twice in one object`, line: lineOf(text, again.offset) };
}

/** Where the text is nested too deeply for what walks through it; found without nesting calls. */
function offsetTooDeep(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    depth += STEPS.get(text.charAt(offset)) ?? 0;
    if (depth > MAX_DEPTH) {
      return offset;
    }
  }
  return undefined;
}

/** The value of a tree without mistakes; `__proto__` is a name like any other. */
function toValue(node: Node, repeated: Node[]): unknown {
  const { type, children = [] } = node;
  if (type === 'array') {
    return children.map((child) => toValue(child, repeated));
  }
  if (type !== 'object') {
    return node.value;
  }
  const members = new Map<string, unknown>();
  for (const { children: [name, value] = [] } of children) {
    if (name !== undefined && value !== undefined) {
      if (members.has(String(name.value))) {
        repeated.push(name);
      }
      members.set(String(name.value), toValue(value, repeated));
    }
  }
  return Object.fromEntries(members);
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n|\r|\n/).length;
}

/** `CommaExpected` → `comma expected`. */
function inWords(code: string): string {
  return code.replaceAll(/(?<!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}
