import { withoutByteOrderMark } from '../../protocol/json/bounded-json.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import { type BadRow, parseServiceRow, type ServiceRow } from './service-row.ts';

/** What `services.json` says. */
export interface ServicesTable {
  readonly rows: readonly ServiceRow[];
  readonly bad: readonly BadRow[];
}

export type ServicesReading =
  | { readonly ok: true; readonly table: ServicesTable }
  /** The document as a whole can't be used: `problem` says why, for people. */
  | { readonly ok: false; readonly problem: string };

/** Rows of one file that are looked into. */
const MAX_ROWS = 20_000;

/** What a registry says that holds nothing. */
export const NO_SERVICES: ServicesTable = { rows: [], bad: [] };

/** Reads the whole document. One row that is none takes no other along. */
export function parseServices(text: string): ServicesReading {
  if (text.trim() === '') {
    return { ok: false, problem: 'it is empty' };
  }
  let value: unknown;
  try {
    value = JSON.parse(withoutByteOrderMark(text));
  } catch (error) {
    return { ok: false, problem: `it is no JSON: ${messageOf(error).slice(0, 200)}` };
  }
  if (!Array.isArray(value)) {
    return { ok: false, problem: 'it is no list of rows' };
  }
  const rows: ServiceRow[] = [];
  const bad: BadRow[] =
    value.length > MAX_ROWS ? [{ reason: `too many: rows behind the first ${MAX_ROWS} are not read` }] : [];
  for (const each of value.slice(0, MAX_ROWS)) {
    const parsed = parseServiceRow(each);
    if (parsed.ok) {
      rows.push(parsed.row);
    } else {
      bad.push(parsed.bad);
    }
  }
  return { ok: true, table: { rows, bad } };
}
