import { truncateUtf8 } from '@dcc-mcp/bounds';
import { MAX_LINE_LENGTH, withoutControls } from '../../protocol/printable-text.ts';
import { redactWords } from './redact-json.ts';

/**
 * Words of somebody else as a row shows them: one line without control characters and credentials. Characters that reorder
 * or hide text stay, for whoever shows it to show them, too.
 *
 * @param maxBytes Bound in bytes of UTF-8; less than a line of a terminal.
 */
export function toPreview(text: string, maxBytes: number): string {
  return ownText(truncateUtf8(redactWords(withoutControls(text.slice(0, MAX_LINE_LENGTH))).text, maxBytes).text);
}

/**
 * A copy: a piece of a text keeps the whole of it in memory (V8), here that of an answer. To take a piece of two
 * joined texts writes them anew, in a quarter of the time that a way over bytes takes.
 */
function ownText(text: string): string {
  return ` ${text.toWellFormed()}`.slice(1);
}
