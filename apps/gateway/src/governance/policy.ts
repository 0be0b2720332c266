import type { ToolRecord } from '../catalog/tool-record.ts';

/** What the operator allows; an empty list restricts nothing. All comparisons ignore case. */
export interface PolicySettings {
  readonly readOnly: boolean;
  readonly allowedDccTypes: readonly string[];
  readonly allowedSkillNames: readonly string[];
  /** Prefixes of skill names. */
  readonly allowedSkillFamilies: readonly string[];
  readonly allowedToolSlugs: readonly string[];
  readonly allowedToolSlugPrefixes: readonly string[];
}

/** Label values of `dcc_mcp_gateway_calls_rejected_total{reason}` that policy gives. */
export type DenialReason = 'read-only' | 'dcc-allowlist' | 'skill-allowlist' | 'tool-allowlist';

/** `message` is for the caller. */
export type PolicyDecision =
  | { readonly outcome: 'allowed' }
  | { readonly outcome: 'denied'; readonly reason: DenialReason; readonly message: string };

/** What policy decides on; a batch is decided call by call. */
export type PolicyOperation = 'search' | 'describe' | 'load_skill' | 'call';

const ALLOWED: PolicyDecision = { outcome: 'allowed' };

/** Decides from settings and record alone. */
export type Policy = (operation: PolicyOperation, record: ToolRecord) => PolicyDecision;

/** @returns `undefined` where nothing is restricted: then no policy is evaluated at all. */
export function createPolicy(settings: PolicySettings): Policy | undefined {
  const lists = lowerCased(settings);
  const isRestricted = settings.readOnly || Object.values(lists).some((list) => list.length > 0);
  return isRestricted ? (operation, record) => decide(operation, record, settings.readOnly, lists) : undefined;
}

type Lists = ReturnType<typeof lowerCased>;

function lowerCased(settings: PolicySettings) {
  return {
    dccTypes: lower(settings.allowedDccTypes),
    skills: lower(settings.allowedSkillNames),
    families: lower(settings.allowedSkillFamilies),
    slugs: lower(settings.allowedToolSlugs),
    prefixes: lower(settings.allowedToolSlugPrefixes),
  } satisfies Record<string, readonly string[]>;
}

function lower(list: readonly string[]): readonly string[] {
  return list.map((item) => item.toLowerCase());
}

function decide(operation: PolicyOperation, record: ToolRecord, isReadOnly: boolean, lists: Lists): PolicyDecision {
  if (isReadOnly && changesSomething(operation, record)) {
    return denied('read-only', `The gateway is read-only; ${operation} of ${record.slug} may change something`);
  }
  if (lists.dccTypes.length > 0 && !lists.dccTypes.includes(record.dccType.toLowerCase())) {
    return denied('dcc-allowlist', `The dcc type ${record.dccType} is not allowed`);
  }
  if (!isSkillAllowed(record.skillName?.toLowerCase(), lists)) {
    return denied('skill-allowlist', `The skill ${record.skillName ?? '(none)'} is not allowed`);
  }
  if (!isToolAllowed(record.slug.toLowerCase(), lists)) {
    return denied('tool-allowlist', `The tool ${record.slug} is not allowed`);
  }
  return ALLOWED;
}

function changesSomething(operation: PolicyOperation, record: ToolRecord): boolean {
  return operation === 'load_skill' || (operation === 'call' && record.annotations['readOnlyHint'] !== true);
}

function isSkillAllowed(skill: string | undefined, { skills, families }: Lists): boolean {
  if (skills.length === 0 && families.length === 0) {
    return true;
  }
  return skill !== undefined && (skills.includes(skill) || families.some((family) => skill.startsWith(family)));
}

function isToolAllowed(slug: string, { slugs, prefixes }: Lists): boolean {
  if (slugs.length === 0 && prefixes.length === 0) {
    return true;
  }
  return slugs.includes(slug) || prefixes.some((prefix) => slug.startsWith(prefix));
}

function denied(reason: DenialReason, message: string): PolicyDecision {
  return { outcome: 'denied', reason, message };
}
