/** Calls `create` once for each key and gives what came of it from then on; whoever uses it keeps the keys few. */
export function memoize<K, V>(create: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) {
      return known;
    }
    const value = create(key);
    made.set(key, value);
    return value;
  };
}
