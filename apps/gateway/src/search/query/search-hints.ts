import { skillKey } from '../../catalog/skill-record.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import { REASON, type SearchMatch } from '../index/search-match.ts';
import { toComparedText } from './compared-text.ts';
import type { SearchQuery } from './search-query.ts';

const SCENE_BOOST = 2;
const SKILL_BOOST = 4;

type Accepts = (record: ToolRecord) => boolean;

/** Adds what the hints of a query are worth, and rounds each score to what is shown, so that order and score agree. */
export function createHints(query: SearchQuery): (match: SearchMatch) => SearchMatch {
  const isHintedSkill = skillHint(query);
  const isHintedScene = sceneHint(query);
  return ({ record, score, reasons }) => {
    let hinted = score;
    let hints = reasons;
    if (isHintedSkill?.(record) === true) {
      hinted += SKILL_BOOST;
      hints |= REASON.skillHint;
    }
    if (isHintedScene?.(record) === true) {
      hinted += SCENE_BOOST;
      hints |= REASON.sceneHint;
    }
    return { record, score: Math.round(hinted * 1_000) / 1_000, reasons: hints };
  };
}

function skillHint({ skillHint: hint = '' }: SearchQuery): Accepts | undefined {
  const wanted = skillKey(hint.trim());
  return wanted === '' ? undefined : (record) => toComparedText(record).skillKey === wanted;
}

/** The hint is the scene an instance has open, a part of its path, or a word the tool is tagged with. */
function sceneHint({ sceneHint: hint = '', sceneOf }: SearchQuery): Accepts | undefined {
  const wanted = hint.trim().toLowerCase();
  if (wanted === '') {
    return undefined;
  }
  const isOpenAt = new Map<string, boolean>(); // by instance: a catalog has few of them and many tools
  const hasScene = (instanceId: string): boolean => {
    const scene = sceneOf?.(instanceId)?.toLowerCase() ?? '';
    return scene !== '' && (scene.includes(wanted) || wanted.includes(scene));
  };
  return (record) => {
    const { instanceId } = record;
    const isOpen = isOpenAt.get(instanceId) ?? hasScene(instanceId);
    isOpenAt.set(instanceId, isOpen);
    return isOpen || record.dccType === wanted || toComparedText(record).tags.includes(wanted);
  };
}
