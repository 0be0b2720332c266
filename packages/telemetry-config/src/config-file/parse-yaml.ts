import { CST, type Document, isScalar, Lexer, LineCounter, parseDocument, visit } from 'yaml';
import { quote } from '../kinds/kind.ts';
import { MAX_DEPTH, type ParsedText, TOO_DEEP } from './parsed-text.ts';

/** How often aliases may repeat what they name, aliases inside of it counted; no configuration comes near. */
const MAX_ALIASES = 100;
/** Each level by indentation takes a column, each in a line two characters. */
const DEEP_INDENT = new RegExp(`^ {${MAX_DEPTH / 2}}`, 'm');
const DEEP_INDICATORS = new RegExp(`(?:[-?:][ \\t]+){${MAX_DEPTH / 4}}`);
/** Messages without a copy of the text: it may hold secrets, and making one for each mistake takes seconds. */
const OPTIONS = { prettyErrors: false, logLevel: 'error', stringKeys: true, uniqueKeys: false } as const;

/** Parses one document of YAML 1.2. */
export function parseYaml(text: string): ParsedText {
  const deep = mayBeTooDeep(text) ? lineTooDeep(text) : undefined;
  if (deep !== undefined) {
    return { problem: TOO_DEEP, line: deep };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { ...OPTIONS, lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    const problem = error.code === 'MULTIPLE_DOCS' ? 'a second document begins; a file holds one' : error.message;
    return { problem, line: lines.linePos(error.pos[0]).line };
  }
  const repeated = repeatedName(document);
  if (repeated !== undefined) {
    const { name, offset } = repeated;
    return { problem: `${quote(name)} stands twice in one object`, line: lines.linePos(offset).line };
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return holdsItself(value)
      ? { problem: 'an alias stands inside of what it names', ...lineOfAlias(document, lines, true) }
      : { value };
  } catch (thrown) {
    // The only thing that can still go wrong is an alias.
    const isBomb = thrown instanceof Error && thrown.message.includes('Excessive');
    const problem = isBomb
      ? `aliases repeat more than ${MAX_ALIASES} times what they name`
      : 'an alias names no anchor';
    return { problem, ...lineOfAlias(document, lines, false) };
  }
}

/** The first name that stands twice in an object. The library compares each with each, which takes minutes for a long file. */
function repeatedName(document: Document): { readonly name: string; readonly offset: number } | undefined {
  let found: { readonly name: string; readonly offset: number } | undefined;
  visit(document, {
    Map(_key, { items }) {
      const names = new Set<string>();
      for (const { key } of items) {
        const name = String(isScalar(key) ? key.value : key);
        if (names.has(name)) {
          found = { name, offset: isScalar(key) ? (key.range?.[0] ?? 0) : 0 };
          return visit.BREAK;
        }
        names.add(name);
      }
      return undefined;
    },
  });
  return found;
}

/** Whether a closer look is worth its time: a text that nests so deeply has as many brackets, indicators or columns of indentation. */
function mayBeTooDeep(text: string): boolean {
  return DEEP_INDENT.test(text) || DEEP_INDICATORS.test(text) || mostOpenBrackets(text) > MAX_DEPTH / 2;
}

/** How many brackets are open at once, those in quotes counted as well. */
function mostOpenBrackets(text: string): number {
  let open = 0;
  let most = 0;
  for (const [bracket] of text.matchAll(/[[{}\]]/g)) {
    open = bracket === '[' || bracket === '{' ? open + 1 : Math.max(0, open - 1);
    most = Math.max(most, open);
  }
  return most;
}

/** The line where the text is nested too deeply; found without nesting calls, which the parser does for each level. */
function lineTooDeep(text: string): number | undefined {
  const depth = new Depth();
  for (const lexeme of new Lexer().lex(text)) {
    depth.see(lexeme);
    if (depth.levels > MAX_DEPTH) {
      return depth.line;
    }
  }
  return undefined;
}

/** Counts how deep the lexemes seen so far are nested: in brackets, by indentation, and by `- - -` in a line. */
class Depth {
  line = 1;
  #flow = 0;
  #inLine = 0;
  #indent = 0;
  readonly #indents: number[] = [];
  #isAtLineStart = true;
  #isScalar = false;

  get levels(): number {
    // The first column is no level of its own.
    return this.#flow + this.#inLine + Math.max(0, this.#indents.length - 1);
  }

  see(lexeme: string): void {
    if (this.#isScalar) {
      this.#isScalar = false;
      this.line += lexeme.split('\n').length - 1;
      return;
    }
    const type = CST.tokenType(lexeme);
    if (type === 'newline') {
      this.line += 1;
      this.#inLine = 0;
      this.#indent = 0;
      this.#isAtLineStart = true;
    } else if (type === 'space') {
      this.#indent = this.#isAtLineStart ? lexeme.length : this.#indent;
    } else if (type !== 'comment') {
      this.#content(type);
    }
  }

  #content(type: ReturnType<typeof CST.tokenType>): void {
    if (this.#isAtLineStart) {
      this.#isAtLineStart = false;
      while ((this.#indents.at(-1) ?? -1) >= this.#indent) {
        this.#indents.pop();
      }
      this.#indents.push(this.#indent);
    }
    if (type === 'scalar') {
      this.#isScalar = true;
    } else if (type === 'flow-map-start' || type === 'flow-seq-start') {
      this.#flow += 1;
    } else if (type === 'flow-map-end' || type === 'flow-seq-end') {
      this.#flow -= 1;
    } else if (type === 'seq-item-ind' || type === 'explicit-key-ind') {
      this.#inLine += 1;
    }
  }
}

/** Whether an alias made a circle; whoever walks through the value would not come to an end. */
function holdsItself(value: unknown, around: readonly unknown[] = []): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  if (around.includes(value)) {
    return true;
  }
  return Object.values(value).some((entry) => holdsItself(entry, [...around, value]));
}

/** The line of the last alias, or of the first one that stands inside of what it names. */
function lineOfAlias(document: Document, lines: LineCounter, isCircle: boolean): { readonly line?: number } {
  let offset: number | undefined;
  visit(document, {
    Alias(_key, alias, path) {
      const stands = path.some((node) => 'anchor' in node && node.anchor === alias.source);
      if (!isCircle || stands) {
        offset = alias.range?.[0];
      }
      return isCircle && stands ? visit.BREAK : undefined;
    },
  });
  return offset === undefined ? {} : { line: lines.linePos(offset).line };
}
