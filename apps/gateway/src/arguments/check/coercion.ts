import type { RawJson } from '../../protocol/json/raw-json.ts';
import type { Edit, Failure, Path } from '../schema/failure-list.ts';
import type { WorkBudget } from '../schema/work-budget.ts';

/** One value that was made what the schema asks for. */
export interface Mending {
  readonly path: Path;
  readonly edit: Edit;
}

/** Characters of the arguments that are passed over in the time of one step; that is done for each level down to a value. */
const CHARACTERS_PER_STEP = 128;

/** What can be mended of what is wrong. */
export function toMendings(failures: readonly Failure[]): readonly Mending[] {
  return failures.flatMap(({ path, edit }) => (edit === undefined || path === undefined ? [] : [{ path, edit }]));
}

/**
 * Mends arguments. Only the values themselves change: all other characters, and so the digits of all other numbers, stay
 * as they came.
 *
 * @throws {BudgetExceeded} When the arguments are too long, or a value lies too deep in them.
 */
export function mend(raw: RawJson, mendings: readonly Mending[], budget: WorkBudget): RawJson {
  const replacements = mendings.map(({ path, edit }) => ({
    path: keysOf(path),
    text: edit.kind === 'unquote' ? edit.text : (text: string) => `[${text}]`,
  }));
  const levels = Math.max(...replacements.map(({ path }) => path.length));
  budget.spend(Math.ceil((levels * raw.text.length) / CHARACTERS_PER_STEP));
  return raw.replaced(replacements);
}

/** The values that were made lists, to tell what lies in one of them: the caller knows nothing of those lists. */
export class MadeLists {
  readonly #root: Place = { path: undefined, inner: new Map() };

  add({ path, edit }: Mending): void {
    if (edit.kind === 'wrap') {
      let place = this.#root;
      for (const key of keysOf(path)) {
        const next = place.inner.get(key) ?? { path: undefined, inner: new Map<string, Place>() };
        place.inner.set(key, next);
        place = next;
      }
      place.path = path;
    }
  }

  /** Where the outermost of them is that `path` leads into. */
  above(path: Path | undefined): Path | undefined {
    let place: Place | undefined = this.#root;
    for (const key of keysOf(path)) {
      if (place?.path !== undefined) {
        return place.path;
      }
      place = place?.inner.get(key);
    }
    return undefined;
  }
}

interface Place {
  path: Path | undefined;
  readonly inner: Map<string, Place>;
}

function keysOf(path: Path | undefined): readonly string[] {
  const keys: string[] = [];
  for (let at = path; at !== undefined; at = at.parent) {
    keys.push(String(at.key));
  }
  return keys.toReversed();
}
