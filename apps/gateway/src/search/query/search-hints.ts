import { skillKey } from '../../catalog/skill-record.ts';
import { REASON, type SearchMatch } from '../index/search-match.ts';
import type { SearchQuery } from './search-query.ts';

const SCENE_BOOST = 2;
const SKILL_BOOST = 4;

/** Adds what the hints are worth, and rounds the score to what is shown, so that order and score agree. */
export function withHints(match: SearchMatch, query: SearchQuery): SearchMatch {
  let { score, reasons } = match;
  if (query.skillHint !== undefined && isHintedSkill(match, query.skillHint)) {
    score += SKILL_BOOST;
    reasons |= REASON.skillHint;
  }
  if (query.sceneHint !== undefined && isHintedScene(match, query.sceneHint, query)) {
    score += SCENE_BOOST;
    reasons |= REASON.sceneHint;
  }
  return { record: match.record, score: Math.round(score * 1_000) / 1_000, reasons };
}

function isHintedSkill({ record }: SearchMatch, hint: string): boolean {
  const wanted = skillKey(hint.trim());
  return wanted !== '' && record.skillName !== undefined && skillKey(record.skillName.trim()) === wanted;
}

/** The hint is the scene an instance has open, a part of its path, or a word the tool is tagged with. */
function isHintedScene({ record }: SearchMatch, hint: string, query: SearchQuery): boolean {
  const wanted = hint.trim().toLowerCase();
  if (wanted === '') {
    return false;
  }
  const scene = query.sceneOf?.(record.instanceId)?.toLowerCase();
  if (scene !== undefined && scene !== '' && (scene.includes(wanted) || wanted.includes(scene))) {
    return true;
  }
  return record.dccType === wanted || record.tags.some((tag) => tag.toLowerCase() === wanted);
}
