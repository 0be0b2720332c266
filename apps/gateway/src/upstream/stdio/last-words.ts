import { redactText } from '@dcc-mcp/bounds/redaction';
import { toPrintableLine } from '../../protocol/printable-text.ts';

/** Lines that are kept; the cause of an end stands in the last few. */
const MAX_LINES = 8;
const MAX_LINE_LENGTH = 200;
/** Bound of all of them together, so that the reason before them is not cut. */
const MAX_LENGTH = 400;
/** Places in a stack, and lines without a word: they push the message out. */
const NO_WORDS = /^\s*(?:at\s.+:\d+\)?(?: \{)?|File ".*", line \d+.*|Node\.js v[\d.]+|[^\p{L}\p{N}]*)$/u;

/** The last lines of a child's stderr that say something, bounded. */
export class LastWords {
  readonly #mask: (text: string) => string;
  #lines: string[] = [];

  constructor(mask: (text: string) => string) {
    this.#mask = mask;
  }

  add(line: string): void {
    if (!NO_WORDS.test(line.slice(0, MAX_LINE_LENGTH))) {
      this.#lines.push(line);
      if (this.#lines.length > MAX_LINES) {
        this.#lines.shift();
      }
    }
  }

  /** In one line, secrets of the settings and what looks like a credential taken out; nothing where the child said nothing. */
  toString(): string {
    const lines: string[] = [];
    let length = 0;
    for (const line of this.#lines.toReversed()) {
      const text = toPrintableLine(redactText(this.#mask(line)).trim(), MAX_LINE_LENGTH);
      length += text.length + 3;
      if (length > MAX_LENGTH && lines.length > 0) {
        break;
      }
      lines.unshift(text);
    }
    return lines.join(' | ');
  }
}
