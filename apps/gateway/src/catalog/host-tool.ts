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

/** The parts of a full tool name; the skill is written as it stands, with dashes or underscores. */
export function splitFullName(name: string): { readonly skill: string; readonly tool: string } | undefined {
  const at = name.indexOf(SEPARATOR);
  return at < 1 || at + SEPARATOR.length >= name.length
    ? undefined
    : { skill: name.slice(0, at), tool: name.slice(at + SEPARATOR.length) };
}

/** The one name of a skill's tool that stays the same, whatever the host lists it as. */
export function fullNameOf(skill: string, tool: string): string {
  return `${skillKey(skill)}${SEPARATOR}${tool}`;
}

/** A tool's name within its skill, without the skill's name before it. */
export function bareNameOf(skill: string, name: string): string {
  const parts = splitFullName(name);
  return parts !== undefined && skillKey(parts.skill) === skillKey(skill) ? parts.tool : name;
}
