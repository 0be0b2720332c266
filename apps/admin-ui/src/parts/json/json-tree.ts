// JSON as lines that fold: what a branch holds, where a value stands, what is open at first.

/** Where a value stands: names of members and places in lists, from the root. */
export type JsonPath = readonly (string | number)[];

/** A member of an object or of a list. */
export interface JsonChild {
  readonly key: string | number;
  readonly value: unknown;
}

/** What stands in an object or a list, in order; undefined of anything else. */
export function childrenOf(value: unknown): readonly JsonChild[] | undefined {
  if (Array.isArray(value)) {
    return value.map((each: unknown, key) => ({ key, value: each }));
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).map(([key, each]: [string, unknown]) => ({ key, value: each }))
    : undefined;
}

const PLAIN_NAME = /^[A-Za-z_]\w*$/;

/** A path as jq reads it: `.content[0]."a b"`; the root is `.`. */
export function pathText(path: JsonPath): string {
  const parts = path.map((key) => {
    if (typeof key === 'number') {
      return `[${key}]`;
    }
    return PLAIN_NAME.test(key) ? `.${key}` : `.${JSON.stringify(key)}`;
  });
  const text = parts.join('');
  return text.startsWith('.') ? text : `.${text}`;
}

/** The value at a path; undefined where there is none. */
export function valueAt(root: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}

/** What a value is copied as: a text as it is, all else as JSON. */
export function copiedText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? '');
}

/** Bytes of a value as compact JSON in UTF-8. */
export function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value) ?? '').length;
}

/** Lines that are seen at first, so that a small answer is open and a large one begins with its outline. */
const FIRST_LINES = 60;

/** The branches that are open at first: level by level, while everything seen stays within {@link FIRST_LINES} lines. */
export function openAtFirst(root: unknown): ReadonlySet<string> {
  const open = new Set<string>();
  let lines = 1;
  let level: readonly (readonly [JsonPath, unknown])[] = [[[], root]];
  while (level.length > 0) {
    const next: (readonly [JsonPath, unknown])[] = [];
    for (const [path, value] of level) {
      const children = childrenOf(value);
      const isFirst = path.length === 0;
      if (children === undefined || (lines + children.length > FIRST_LINES && !isFirst)) {
        continue;
      }
      lines += children.length;
      open.add(pathText(path));
      for (const child of children.slice(0, FIRST_LINES)) {
        next.push([[...path, child.key], child.value]);
      }
    }
    level = next;
  }
  return open;
}

/** All branches of a value, at most so many. */
export function allBranches(root: unknown, most: number): ReadonlySet<string> {
  const all = new Set<string>();
  const waiting: (readonly [JsonPath, unknown])[] = [[[], root]];
  for (let next = waiting.shift(); next !== undefined && all.size < most; next = waiting.shift()) {
    const [path, value] = next;
    const children = childrenOf(value);
    if (children !== undefined) {
      all.add(pathText(path));
      waiting.push(...children.map((child) => [[...path, child.key], child.value] as const));
    }
  }
  return all;
}
