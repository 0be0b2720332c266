import type { SearchMatch } from './search-index.ts';
import type { SearchQuery } from './search.ts';

/** Bits beside those of `REASON`. */
export const HINT_REASON = { scene: 512, skill: 1024 } as const;

const SCENE_BOOST = 2;
const SKILL_BOOST = 4;

/** Adds what the hints are worth, and rounds the score to what is shown, so that order and score agree. */
export function withHints(match: SearchMatch, query: SearchQuery): SearchMatch {
  let { score, reasons } = match;
  if (query.skill_hint !== undefined && isHintedSkill(match, query.skill_hint)) {
    score += SKILL_BOOST;
    reasons |= HINT_REASON.skill;
  }
  if (query.scene_hint !== undefined && isHintedScene(match, query.scene_hint, query)) {
    score += SCENE_BOOST;
    reasons |= HINT_REASON.scene;
  }
  return { record: match.record, score: Math.round(score * 1_000) / 1_000, reasons };
}

function isHintedSkill({ record }: SearchMatch, hint: string): boolean {
  const wanted = simplify(hint);
  return wanted !== '' && record.skillName !== undefined && simplify(record.skillName) === wanted;
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

function simplify(name: string): string {
  return name.trim().toLowerCase().replaceAll('-', '_');
}
