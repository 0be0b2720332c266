import type { JsonObject } from '../protocol/json-rpc.ts';
import { skillKey } from './skill-record.ts';

/** A tool as its dcc-mcp-core host tells of it apart from the tools list, loaded or not. */
export interface HostTool {
  /** The name that the host takes at any time: `<skill_with_underscores>__<tool>`, or that of a tool of no skill. */
  readonly name: string;
  /** Absent for a tool of no skill. */
  readonly skillName?: string;
  readonly isLoaded: boolean;
  readonly hasSchema: boolean;
  readonly affinity?: 'main' | 'any';
  /** What a tools list would show, as far as the host tells it. */
  readonly tool: JsonObject;
}

const SEPARATOR = '__';
/** Ways to read one name; each is compared by itself, and no honest name has more. */
const MAX_READINGS = 32;

/** A full tool name in two; the skill is written as it stands, with dashes or underscores. */
export interface FullName {
  readonly skill: string;
  readonly tool: string;
}

/**
 * Each way in which a tool name may be a full one, the longest skill first: both of its parts may hold the separator
 * themselves, and which way is meant only who knows the skills can tell.
 */
export function fullNames(name: string): readonly FullName[] {
  const found: FullName[] = [];
  let at = name.lastIndexOf(SEPARATOR);
  for (; at > 0 && found.length < MAX_READINGS; at = name.lastIndexOf(SEPARATOR, at - 1)) {
    const tool = name.slice(at + SEPARATOR.length);
    if (tool !== '') {
      found.push({ skill: name.slice(0, at), tool });
    }
  }
  return found;
}

/** The one name of a skill's tool that stays the same, whatever the host lists it as. */
export function fullNameOf(skill: string, tool: string): string {
  return `${skillKey(skill)}${SEPARATOR}${tool}`;
}

/** A tool's name within its skill, without the skill's name before it. */
export function bareNameOf(skill: string, name: string): string {
  const key = skillKey(skill);
  return fullNames(name).find((parts) => skillKey(parts.skill) === key)?.tool ?? name;
}
