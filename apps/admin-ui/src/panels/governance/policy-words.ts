// What the operator allows, as sentences; each names the reason that a refusal of it carries.
import type { GovernanceAnswer } from '@dcc-mcp/admin-api';

/** One rule that is in force. */
export interface Rule {
  readonly id: 'unrestricted' | 'read_only' | ListName;
  /** What is allowed; empty where the rule has no list. */
  readonly allowed: readonly string[];
  /** The reason of what it denies; absent where it denies nothing. */
  readonly reason?: string;
  /** The setting that makes it. */
  readonly setting?: string;
}

const LISTS = {
  allowed_dcc_types: { reason: 'dcc-allowlist', setting: 'policy.allowedDccTypes' },
  allowed_skill_names: { reason: 'skill-allowlist', setting: 'policy.allowedSkillNames' },
  allowed_skill_families: { reason: 'skill-allowlist', setting: 'policy.allowedSkillFamilies' },
  allowed_tool_slugs: { reason: 'tool-allowlist', setting: 'policy.allowedToolSlugs' },
  allowed_tool_slug_prefixes: { reason: 'tool-allowlist', setting: 'policy.allowedToolSlugPrefixes' },
} as const;

type ListName = keyof typeof LISTS;

const LIST_NAMES = Object.keys(LISTS).filter((name): name is ListName => Object.hasOwn(LISTS, name));

/** The rules that are in force; `unrestricted` alone where there is none. */
export function rulesOf(policy: GovernanceAnswer['policy']): readonly Rule[] {
  const lists = LIST_NAMES.map((id) => {
    const { reason, setting } = LISTS[id];
    return { id, allowed: textsOf(policy[id]), reason, setting };
  });
  const rules: readonly Rule[] = [
    ...(policy.read_only
      ? [{ id: 'read_only', allowed: [], reason: 'read-only', setting: 'policy.readOnly' } as const]
      : []),
    ...lists.filter(({ allowed }) => allowed.length > 0),
  ];
  return rules.length === 0 ? [{ id: 'unrestricted', allowed: [] }] : rules;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** Circuits that keep calls away from a server, or try it again. */
export function openCircuits(circuits: GovernanceAnswer['circuits']): GovernanceAnswer['circuits'] {
  return circuits.filter(({ state }) => state !== 'closed');
}
