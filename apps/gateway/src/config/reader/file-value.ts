import { isJsonObject } from '../../protocol/json-rpc.ts';

/** An object's own member; nothing inherited. */
export function member(value: unknown, key: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value at `a.b.c`, where keys hold no dots. */
export function valueAt(value: unknown, path: string): unknown {
  let current = value;
  for (const key of path.split('.')) {
    current = member(current, key);
  }
  return current;
}
