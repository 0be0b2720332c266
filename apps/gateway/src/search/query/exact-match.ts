import type { ToolRecord } from '../../catalog/tool-record.ts';
import { REASON, type SearchMatch } from '../index/search-match.ts';

/** What of a tool is compared, in lower case. */
interface ComparedText {
  readonly name: string;
  readonly slug: string;
  readonly title: string;
  readonly skill: string;
  readonly summary: string;
  readonly aliases: readonly string[];
  readonly tags: readonly string[];
}

// Kept as long as the tool, because lower-casing ten thousand tools takes longer than the search.
const compared = new WeakMap<ToolRecord, ComparedText>();

/** Substring search (`mode: exact`): no typos, no word stems, letters compared without case. `undefined`: no match. */
export function exactMatch(record: ToolRecord, clause: string): SearchMatch | undefined {
  const wanted = clause.trim().toLowerCase();
  const text = toComparedText(record);
  let reasons = nameReason(text, wanted);
  if (text.aliases.includes(wanted)) {
    reasons |= REASON.alias;
  }
  if (text.tags.includes(wanted)) {
    reasons |= REASON.tag;
  }
  if (text.skill.includes(wanted)) {
    reasons |= REASON.skill;
  }
  if (text.summary.includes(wanted)) {
    reasons |= REASON.summary;
  }
  return reasons === 0 ? undefined : { record, score: toScore(reasons), reasons };
}

const POINTS: readonly (readonly [number, number])[] = [
  [REASON.toolExact, 10],
  [REASON.toolPrefix, 7],
  [REASON.toolLexical, 6],
  [REASON.alias, 6],
  [REASON.tag, 5],
  [REASON.skill, 4],
  [REASON.summary, 2],
];

function toScore(reasons: number): number {
  let score = 0;
  for (const [reason, points] of POINTS) {
    if ((reasons & reason) !== 0) {
      score += points;
    }
  }
  return score;
}

function nameReason({ name, slug, title }: ComparedText, wanted: string): number {
  if (name === wanted || slug === wanted) {
    return REASON.toolExact;
  }
  if (name.startsWith(wanted)) {
    return REASON.toolPrefix;
  }
  return name.includes(wanted) || title.includes(wanted) ? REASON.toolLexical : 0;
}

function toComparedText(record: ToolRecord): ComparedText {
  const known = compared.get(record);
  if (known !== undefined) {
    return known;
  }
  const text = {
    name: record.backendTool.toLowerCase(),
    slug: record.slug.toLowerCase(),
    title: (record.title ?? '').toLowerCase(),
    skill: (record.skillName ?? '').toLowerCase(),
    summary: record.summary.toLowerCase(),
    aliases: record.aliases.map((alias) => alias.toLowerCase()),
    tags: record.tags.map((tag) => tag.toLowerCase()),
  };
  compared.set(record, text);
  return text;
}
