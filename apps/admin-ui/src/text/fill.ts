/** A text with its gaps filled: `{n}` by the value, `{n:call|calls}` by the first word where the value is 1, else by the second. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)(?::([^}]*))?\}/g, (gap, name: string, words?: string) => {
    const value = String(values[name] ?? gap);
    const [one = '', many = ''] = words?.split('|') ?? [value, value];
    return value === '1' ? one : many;
  });
}
