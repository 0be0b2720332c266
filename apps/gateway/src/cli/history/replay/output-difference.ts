import type { TracePayload } from '@dcc-mcp/call-store';
import { readJson } from './cut-json.ts';
import { parseExactJson, toExactJson } from './exact-json.ts';
import { formatPath, leavesOf } from './json-path.ts';

/** One place of the outputs that is not the same; a side that has nothing there is absent. */
export interface OutputDifference {
  readonly path: string;
  readonly recorded?: unknown;
  readonly replayed?: unknown;
}

/** Places where two outputs differ, in the order of the recorded one; of what was cut off only what is kept is compared. */
export function differencesOf(
  recorded: TracePayload | undefined,
  replayed: TracePayload | undefined,
): readonly OutputDifference[] {
  if (recorded?.content === replayed?.content) {
    return [];
  }
  const [before, after] = [leavesByPath(recorded), leavesByPath(replayed)];
  const isCut = recorded?.truncated === true || replayed?.truncated === true;
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .filter((path) => !isCut || (before.has(path) && after.has(path)))
    .map((path) => ({ path, recorded: valueOf(before.get(path)), replayed: valueOf(after.get(path)) }));
}

function valueOf(json: string | undefined): unknown {
  return json === undefined ? undefined : parseExactJson(json);
}

/** Values as JSON: texts of their own compare as quickly as they are equal. */
function leavesByPath(payload: TracePayload | undefined): ReadonlyMap<string, string> {
  if (payload === undefined) {
    return new Map();
  }
  const { value } = readJson(payload.content);
  return new Map(
    value === undefined ? [] : [...leavesOf(value)].map(([path, leaf]) => [formatPath(path), toExactJson(leaf)]),
  );
}
