import { toPrintableLine } from '../../../protocol/printable-text.ts';
import { columnsOf } from '../../banner/text-columns.ts';
import type { QueryPlace } from '../ask/debug-client.ts';

/** Characters on each side of the place: a line of a terminal has room for both. */
const MAX_SIDE = 36;

/** A query, or what of a long one is around the place, and a caret below it. */
export function placeLines({ query, position }: QueryPlace): readonly string[] {
  const before = Array.from(toPrintableLine(query.slice(0, position)));
  const after = Array.from(toPrintableLine(query.slice(position)));
  const left = before.length > MAX_SIDE ? `…${before.slice(1 - MAX_SIDE).join('')}` : before.join('');
  const right = after.length > MAX_SIDE ? `${after.slice(0, MAX_SIDE - 1).join('')}…` : after.join('');
  return [`  ${left}${right}`, `  ${' '.repeat(columnsOf(left))}^`];
}
