import { truncateUtf8 } from '@dcc-mcp/bounds';
import { redactText } from '@dcc-mcp/bounds/redaction';
import { MAX_LINE_LENGTH, withoutControls } from '../../protocol/printable-text.ts';
import { ownText } from './payload.ts';

/**
 * Words of somebody else as a row shows them: one line without control characters and credentials. Characters that reorder
 * or hide text stay, for whoever shows it to show them, too.
 *
 * @param maxBytes Bound in bytes of UTF-8; less than a line of a terminal.
 */
export function toPreview(text: string, maxBytes: number): string {
  return ownText(truncateUtf8(redactText(withoutControls(text.slice(0, MAX_LINE_LENGTH))), maxBytes).text);
}
