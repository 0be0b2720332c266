import { parseArgs } from 'node:util';
import type { HistoryVerb } from './history-verbs.ts';

const FLAGS = {
  q: { type: 'string' },
  limit: { type: 'string' },
  newest: { type: 'boolean' },
  since: { type: 'string' },
  until: { type: 'string' },
  range: { type: 'string' },
  kind: { type: 'string' },
  format: { type: 'string' },
  output: { type: 'string', short: 'o' },
  compact: { type: 'boolean' },
  raw: { type: 'boolean' },
  set: { type: 'string', multiple: true },
  tool: { type: 'string' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
  url: { type: 'string' },
  token: { type: 'string' },
  version: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Flag = keyof typeof FLAGS;

type ValueOf<Option> = Option extends { readonly multiple: true }
  ? readonly string[]
  : Option extends { readonly type: 'boolean' }
    ? boolean
    : string;

/** Flags as they were given. */
export type HistoryValues = { readonly [Name in Flag]?: ValueOf<(typeof FLAGS)[Name]> | undefined };

/** What stands behind a verb. */
export interface HistoryArguments {
  readonly values: HistoryValues;
  readonly positionals: readonly string[];
}

/** What a verb takes besides `--url`, `--token`, `--version` and `--help`. */
export interface VerbUse {
  readonly flags: readonly Flag[];
  /** What one word behind the verb is: an id or a link to a row, the file of a bundle, a link to a list; default: nothing. */
  readonly word?: 'id' | 'file' | 'list';
  /** It is about one request, and nothing without its word or `--q`. */
  readonly isOfOne?: true;
}

const LISTING: readonly Flag[] = ['q', 'since', 'until', 'limit', 'json'];

export const VERB_USES: Readonly<Record<HistoryVerb, VerbUse>> = {
  calls: { flags: LISTING, word: 'list' },
  traces: { flags: [...LISTING, 'newest'], word: 'id' },
  workflows: { flags: LISTING, word: 'list' },
  stats: { flags: ['range', 'json'] },
  tail: { flags: ['q', 'json'], word: 'list' },
  bundle: { flags: ['q', 'compact', 'output'], word: 'id', isOfOne: true },
  report: { flags: ['q', 'raw', 'json'], word: 'id', isOfOne: true },
  export: { flags: ['q', 'kind', 'format', 'since', 'until', 'output'], word: 'id' },
  replay: { flags: ['q', 'set', 'tool', 'yes', 'json'], word: 'file', isOfOne: true },
  instances: { flags: ['json'] },
  'search-quality': { flags: LISTING },
};

const EVERYWHERE: readonly Flag[] = ['url', 'token', 'version', 'help'];

/** The flags of one verb, for `parseArgs` and for the words about one that it does not have. */
export function optionsOf(verb: HistoryVerb): Partial<typeof FLAGS> {
  const names = new Set<string>([...VERB_USES[verb].flags, ...EVERYWHERE]);
  return Object.fromEntries(Object.entries(FLAGS).filter(([name]) => names.has(name)));
}

/** The verbs that a flag does something for, where this one is none of them and another is. */
export function verbsWith(flag: string, verb: HistoryVerb): readonly string[] {
  const takers = Object.entries(VERB_USES).filter(([, { flags }]) => flags.some((each) => `--${each}` === flag));
  return takers.map(([name]) => name).filter((name) => name !== verb);
}

/** @throws {TypeError} What `parseArgs` says of a flag that the verb does not have. */
export function parseHistoryArguments(verb: HistoryVerb, args: readonly string[]): HistoryArguments {
  const parsing = { args: [...args], allowPositionals: true, strict: true } as const;
  // Of the flags that do something here, then of all: those have types.
  parseArgs({ ...parsing, options: optionsOf(verb) });
  return parseArgs({ ...parsing, options: FLAGS });
}
