type UndefinedKeys<T> = { [Key in keyof T]: undefined extends T[Key] ? Key : never }[keyof T];

/** The members that may be undefined, as absent ones instead. */
export type WithoutUndefined<T> = Omit<T, UndefinedKeys<T>> & {
  [Key in UndefinedKeys<T>]?: Exclude<T[Key], undefined>;
};

/** Leaves out what is undefined, so that absent means absent (`exactOptionalPropertyTypes`). */
export function withoutUndefined<T extends object>(value: T): WithoutUndefined<T> {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  // oxlint-disable-next-line no-unsafe-type-assertion -- exactly the members that are there
  return Object.fromEntries(entries) as WithoutUndefined<T>;
}
