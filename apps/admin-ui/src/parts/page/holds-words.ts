/** True where every word of `find` stands in one of the texts, upper or lower case. */
export function holdsWords(find: string | undefined, texts: readonly (string | undefined)[]): boolean {
  const words = (find ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const all = texts.filter((text) => text !== undefined).map((text) => text.toLowerCase());
  return words.every((word) => all.some((text) => text.includes(word)));
}
