import type { ToolRecord } from '../../catalog/tool-record.ts';
import { REASON, type SearchMatch } from '../index/search-match.ts';
import { type ComparedText, toComparedText } from './compared-text.ts';

/** What one clause finds in a tool; `undefined`: no match. */
export type ExactMatch = (record: ToolRecord) => SearchMatch | undefined;

/** Substring search (`mode: exact`): no typos, no word stems, letters compared without case. */
export function createExactMatch(clause: string): ExactMatch {
  const wanted = clause.trim().toLowerCase();
  return (record) => matchOf(record, wanted);
}

function matchOf(record: ToolRecord, wanted: string): SearchMatch | undefined {
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

function nameReason({ name, slug, label, title }: ComparedText, wanted: string): number {
  if (name === wanted || slug === wanted || label === wanted) {
    return REASON.toolExact;
  }
  if (name.startsWith(wanted)) {
    return REASON.toolPrefix;
  }
  return name.includes(wanted) || title.includes(wanted) ? REASON.toolLexical : 0;
}
