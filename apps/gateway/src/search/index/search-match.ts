import type { ToolRecord } from '../../catalog/tool-record.ts';

/** Why a tool matched; the bits of {@link SearchMatch.reasons}. */
export const REASON = {
  toolExact: 1,
  toolPrefix: 2,
  toolLexical: 4,
  toolFuzzy: 8,
  alias: 16,
  tag: 32,
  summary: 64,
  schema: 128,
  skill: 256,
  sceneHint: 512,
  skillHint: 1024,
} as const;

/** What a tool can be found by, as a hit says it. */
export const MATCH_REASONS = [
  'tool_exact',
  'tool_prefix',
  'tool_lexical',
  'tool_fuzzy',
  'alias',
  'tag',
  'summary',
  'schema',
  'skill',
  'scene_hint',
  'skill_hint',
] as const;

/** One of {@link MATCH_REASONS}. */
export type MatchReason = (typeof MATCH_REASONS)[number];

/** One tool that matched a clause. */
export interface SearchMatch {
  readonly record: ToolRecord;
  readonly score: number;
  /** Bits of {@link REASON}. */
  readonly reasons: number;
}

// The most telling reason comes first, because a hit names only some of them.
const NAMES: readonly (readonly [number, MatchReason])[] = [
  [REASON.toolExact, 'tool_exact'],
  [REASON.toolPrefix, 'tool_prefix'],
  [REASON.toolLexical, 'tool_lexical'],
  [REASON.toolFuzzy, 'tool_fuzzy'],
  [REASON.sceneHint, 'scene_hint'],
  [REASON.skillHint, 'skill_hint'],
  [REASON.alias, 'alias'],
  [REASON.tag, 'tag'],
  [REASON.skill, 'skill'],
  [REASON.summary, 'summary'],
  [REASON.schema, 'schema'],
];

/** The names of at most `maxReasons` of the reasons, the most telling first. */
export function toMatchReasons(reasons: number, maxReasons: number): readonly MatchReason[] {
  const names = NAMES.filter(([bit]) => (reasons & bit) !== 0).map(([, name]) => name);
  return names.slice(0, maxReasons);
}
