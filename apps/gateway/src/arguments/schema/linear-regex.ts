import { RE2JS } from 're2js';
import { Uncheckable, type WorkBudget } from './work-budget.ts';

/** Characters of a pattern that is compiled; the time that takes grows with them. */
const MAX_PATTERN_LENGTH = 1_000;
/** Instructions of a compiled pattern; a repetition such as `{1,500}` is unrolled. */
const MAX_PROGRAM_SIZE = 1_000;
/** What compiling one takes at least: 50 µs to some milliseconds, as warm as the compiler is. */
const COMPILATION_STEPS = 500;
/** Characters, repetitions written out, that are compiled in the time of one step. */
const CHARACTERS_PER_STEP = 40;
/** Characters of a pattern whose repetitions are written out: past it compiling takes longer than a check may. */
const MAX_UNROLLED_LENGTH = 20_000;
/** An escape, a class, a parenthesis, a repetition `{3}`, `{3,}` or `{3,5}` with its numbers, or any other character. */
const TOKEN = /\\p\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|\{(\d+)(?:,(\d*))?\}|./gisu;
/** Instructions that RE2 takes for the characters of a text in the time of one step, at worst. */
const INSTRUCTIONS_PER_STEP = 4;

/**
 * A regular expression that answers in time linear to the text (RE2), whatever the pattern. A pattern comes from an
 * upstream and the text from a caller: with the built-in engine either could stop the gateway for minutes.
 */
export class LinearRegex {
  readonly #source: string;
  #compiled: RE2JS | Uncheckable | undefined;

  /** Compiled at its first use: that takes longer than most checks do. */
  constructor(source: string) {
    this.#source = source;
  }

  /** @throws {Uncheckable} For a pattern that RE2 has no linear form of (look-around, back-references), or too large a one. */
  test(text: string, budget: WorkBudget): boolean {
    this.#compiled ??= compile(this.#source, budget);
    if (this.#compiled instanceof Uncheckable) {
      throw this.#compiled;
    }
    budget.spend(Math.ceil((text.length * this.#compiled.programSize()) / INSTRUCTIONS_PER_STEP));
    return this.#compiled.test(text);
  }
}

function compile(source: string, budget: WorkBudget): RE2JS | Uncheckable {
  if (source.length > MAX_PATTERN_LENGTH) {
    return new Uncheckable(`a pattern has more than ${MAX_PATTERN_LENGTH} characters`);
  }
  const length = unrolledLength(source);
  budget.spend(COMPILATION_STEPS + Math.ceil(Math.min(length, MAX_UNROLLED_LENGTH) / CHARACTERS_PER_STEP));
  if (length > MAX_UNROLLED_LENGTH) {
    return new Uncheckable(`the pattern ${source} is too large to be checked`);
  }
  try {
    const regex = RE2JS.compile(RE2JS.translateRegExp(source));
    return regex.programSize() > MAX_PROGRAM_SIZE
      ? new Uncheckable(`the pattern ${source} is too large to be checked`)
      : regex;
  } catch {
    return new Uncheckable(`the pattern ${source} can't be checked in linear time`);
  }
}

/** How long a pattern is with its repetitions written out; those inside each other multiply. */
function unrolledLength(source: string): number {
  const groups = [0];
  let last = 0; // length of what a repetition would repeat
  const add = (length: number): void => {
    groups.push((groups.pop() ?? 0) + length);
  };
  for (const [token, least, most] of source.matchAll(TOKEN)) {
    if (token === '(') {
      groups.push(0);
    } else if (token === ')' && groups.length > 1) {
      last = groups.pop() ?? 0;
      add(last);
    } else if (least === undefined) {
      last = token.length;
      add(last);
    } else {
      const times = Math.max(1, Number(most || least));
      add(last * (times - 1));
      last *= times;
    }
  }
  return groups.reduce((sum, length) => sum + length, 0);
}
