import type { ToolRecord } from '../../catalog/tool-record.ts';

const SEPARATOR = '__';

/**
 * Tools by the whole of their names, letters compared without case: by the tool's own name, its slug, and
 * `<dcc>__<tool>`. Words know nothing of a tool whose name is a stop word, or holds no letter at all.
 */
export class ExactNames {
  readonly #byName = new Map<string, Set<ToolRecord>>();

  add(record: ToolRecord): void {
    const key = keyOf(record);
    const records = this.#byName.get(key);
    if (records === undefined) {
      this.#byName.set(key, new Set([record]));
    } else {
      records.add(record);
    }
  }

  remove(record: ToolRecord): void {
    const key = keyOf(record);
    const records = this.#byName.get(key);
    records?.delete(record);
    if (records?.size === 0) {
      this.#byName.delete(key);
    }
  }

  /** The tools that `text` names in full. */
  find(text: string): ReadonlySet<ToolRecord> {
    const wanted = text.trim().toLowerCase();
    const found = new Set(this.#byName.get(wanted) ?? this.#byName.get(text.toLowerCase()));
    for (const name of endings(wanted)) {
      for (const record of this.#byName.get(name) ?? []) {
        if (namesOf(record).some((known) => known.toLowerCase() === wanted)) {
          found.add(record);
        }
      }
    }
    return found;
  }
}

/** The tool's names with something before its own. */
function namesOf({ slug, label, fullSlug, hostName }: ToolRecord): readonly string[] {
  return [slug, label, fullSlug ?? slug, hostName ?? slug];
}

function keyOf({ backendTool }: ToolRecord): string {
  return backendTool.toLowerCase();
}

/** What stands behind the second dot, and behind each `__`: the tool's own name, if the text is a slug or a label. */
function endings(text: string): readonly string[] {
  const second = text.indexOf('.', text.indexOf('.') + 1);
  const found = second < 0 ? [] : [text.slice(second + 1)];
  for (let at = text.indexOf(SEPARATOR); at >= 0; at = text.indexOf(SEPARATOR, at + 1)) {
    found.push(text.slice(at + SEPARATOR.length));
  }
  return found;
}
