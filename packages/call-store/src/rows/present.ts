/** A record of which the members that may be undefined are absent instead. */
export type Present<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The members that have a value: what is not known is absent. */
export function present<const T extends object>(members: T): Present<T> {
  const kept: Record<string, unknown> = {};
  for (const name in members) {
    const value = members[name];
    if (value !== undefined) {
      kept[name] = value;
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- members that may be undefined are optional in it
  return kept as Present<T>;
}

/** The members of these names that have a value. */
export function pick<T extends object, const Name extends keyof T>(record: T, names: readonly Name[]): Pick<T, Name> {
  const entries = names.map((name) => [name, record[name]]).filter(([, value]) => value !== undefined);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the record had them by these names
  return Object.fromEntries(entries) as Pick<T, Name>;
}
