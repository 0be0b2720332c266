import { hash } from 'node:crypto';
import type { ToolRecord } from '../../catalog/tool-record.ts';

/** The longest name of a function that the APIs of models take. */
const MAX_NAME_LENGTH = 64;
/** What those APIs take in a name; an upstream may have dots, slashes and any letter. */
const FOREIGN = /[^A-Za-z0-9_-]/gu;
const SUFFIX_DIGITS = 4;

/**
 * The name of each tool for the APIs of models: no two alike, and each the same as long as the tools are the same. Where
 * several would have one name, the tool that has it without a change keeps it, and the others get a suffix of their own.
 */
export function exposeTools(
  records: readonly ToolRecord[],
  prefixOf: (record: ToolRecord) => string,
): ReadonlyMap<ToolRecord, string> {
  const wishes = records.map((record) => {
    const full = prefixOf(record) + record.backendTool;
    const name = full.replaceAll(FOREIGN, '_').slice(0, MAX_NAME_LENGTH);
    return { record, name, isExact: name === full };
  });
  const sharers = Map.groupBy(wishes, ({ name }) => name);
  const names = new Map<ToolRecord, string>();
  const taken = new Set(sharers.keys());
  for (const [name, sharing] of sharers) {
    const keeper = sharing.length === 1 ? sharing[0] : sharing.find(({ isExact }) => isExact);
    for (const wish of sharing) {
      const given = wish === keeper ? name : suffixed(name, wish.record, taken);
      taken.add(given);
      names.set(wish.record, given);
    }
  }
  return names;
}

/** `name` with the first digits of a hash of which tool it is. */
function suffixed(name: string, { instanceId, backendTool }: ToolRecord, taken: ReadonlySet<string>): string {
  const start = name.slice(0, MAX_NAME_LENGTH - SUFFIX_DIGITS - 1);
  let given: string;
  let round = 0;
  do {
    const digits = hash('sha256', `${instanceId}/${backendTool}${round === 0 ? '' : `/${round}`}`);
    given = `${start}_${digits.slice(0, SUFFIX_DIGITS)}`;
    round += 1;
  } while (taken.has(given));
  return given;
}
