import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import { MAX_LINE_LENGTH, toPlainLine } from '../../protocol/printable-text.ts';

/**
 * Words of somebody else as a row shows them: one line without control characters and credentials.
 *
 * @param maxBytes Bound in bytes of UTF-8; less than a line of a terminal.
 */
export function toPreview(text: string, maxBytes: number): string {
  return sanitizeText(toPlainLine(text, MAX_LINE_LENGTH), maxBytes);
}
