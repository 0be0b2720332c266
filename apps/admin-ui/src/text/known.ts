/** What stands under a name that comes from elsewhere; undefined where nobody knows the name. */
export function known<Value>(values: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
