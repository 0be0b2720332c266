/** Levels of nesting in a configuration file; settings have six, what walks through a value calls itself for each. */
export const MAX_DEPTH = 100;

export const TOO_DEEP: string = `it is nested more than ${MAX_DEPTH} levels deep`;

/** The value of a text, or what is wrong with it and where, without the text's content. */
export type ParsedText = { readonly value: unknown } | { readonly problem: string; readonly line?: number };
