import { fnvHash } from '../query/values/fnv-hash.ts';
import { isRowId } from '../rows/row-id.ts';

/** 2020-01-01T00:00:00Z: later than it, the key below is a whole number that a double holds until 2089. */
const EPOCH_MILLIS = Date.UTC(2020, 0);
/** The counter of a row id. */
const COUNTS = 4096;
/** How far a row goes on where another one has its place: two processes made ids in one millisecond. */
export const MAX_MOVES = 8;
const MILLIS_CHARS = 12;
const COUNT_CHARS = [15, 18] as const;

/**
 * The time and the counter of a row id as one whole number: it orders rows as their ids do, and is the smallest key that
 * SQLite has. `undefined` for a text that is no row id.
 */
export function toSequence(rowId: string): number | undefined {
  if (!isRowId(rowId)) {
    return undefined;
  }
  const millis = Number.parseInt(rowId.replace('-', '').slice(0, MILLIS_CHARS), 16);
  const sequence = (millis - EPOCH_MILLIS) * COUNTS + Number.parseInt(rowId.slice(...COUNT_CHARS), 16);
  return Number.isSafeInteger(sequence) ? sequence : undefined;
}

const HEX_START = /^[0-9a-f]{12}/;

/**
 * A small number to look an id up by: ids that begin with 12 hexadecimal digits give those (of a UUID version 7 its time, so
 * that an index grows at its end), others a hash. Different ids may share one.
 */
export function toLookupKey(id: string): number {
  const [digits] = HEX_START.exec(id.replace('-', '').toLowerCase()) ?? [];
  return digits === undefined ? fnvHash(id) : Number.parseInt(digits, 16);
}
