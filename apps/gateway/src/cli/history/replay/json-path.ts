import { ExactNumber } from './exact-json.ts';

/** Names of members and indexes of elements, from the outermost value on. */
export type JsonPath = readonly (string | number)[];

/** `path.0.name`; a dot inside of a name stands behind a backslash. */
export function formatPath(path: JsonPath): string {
  return path.map((part) => String(part).replaceAll(/[\\.]/g, String.raw`\$&`)).join('.');
}

/** Reads what {@link formatPath} writes; `files[0].name` is read, too. */
export function parsePath(text: string): JsonPath {
  const dotted = text.replaceAll(/\[(\d+)\]/g, '.$1').replace(/^\./, '');
  return (dotted.match(/(?:\\.|[^\\.])+/g) ?? []).map((part) => part.replaceAll(/\\(.)/g, '$1'));
}

/** Whether `outer` is `inner`, or holds it. */
export function holds(outer: JsonPath, inner: JsonPath): boolean {
  return outer.length <= inner.length && outer.every((part, index) => String(part) === String(inner[index]));
}

/**
 * A copy of `value` with another value at `path`; objects that are not there are made.
 *
 * @returns `undefined` where something on the way is no object and no list, or a list has no such place.
 */
export function withValue(value: unknown, path: JsonPath, put: unknown): { readonly value: unknown } | undefined {
  const [first, ...rest] = path;
  if (first === undefined) {
    return { value: put };
  }
  const inner = withValue(memberOf(value, first), rest, put);
  if (inner === undefined) {
    return undefined;
  }
  if (Array.isArray(value)) {
    const index = Number(first);
    return Number.isInteger(index) && index >= 0 && index <= value.length
      ? { value: [...value.slice(0, index), inner.value, ...value.slice(index + 1)] }
      : undefined;
  }
  if (value !== undefined && !hasMembers(value)) {
    return undefined;
  }
  // `fromEntries` makes members of any name, `__proto__` too.
  return { value: Object.fromEntries([...Object.entries(value ?? {}), [String(first), inner.value]]) };
}

function hasMembers(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}

function memberOf(value: unknown, name: string | number): unknown {
  return hasMembers(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

/** Every value that is no object and no list, and every empty one, with its path. */
export function* leavesOf(value: unknown, path: JsonPath = []): Generator<readonly [JsonPath, unknown]> {
  const members: readonly (readonly [string | number, unknown])[] = !hasMembers(value)
    ? []
    : Array.isArray(value)
      ? value.map((item, index) => [index, item] as const)
      : Object.entries(value);
  if (members.length === 0) {
    yield [path, value];
  }
  for (const [name, member] of members) {
    yield* leavesOf(member, [...path, name]);
  }
}
