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

/** What policy looks at of a tool. */
export interface PolicySubject {
  readonly slug: string;
  readonly dccType: string;
  /** Absent for a tool of no skill. */
  readonly skillName?: string | undefined;
  /** `readOnlyHint: true` says that the tool changes nothing. */
  readonly annotations: Readonly<Record<string, unknown>>;
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

/** Decides from settings and tool alone. */
export type Policy = (operation: PolicyOperation, tool: PolicySubject) => PolicyDecision;

/** @returns `undefined` where nothing is restricted: then no policy is evaluated at all. */
export function createPolicy(settings: PolicySettings): Policy | undefined {
  const lists = lowerCased(settings);
  const isRestricted = settings.readOnly || Object.values(lists).some((list) => list.length > 0);
  const rules = { isReadOnly: settings.readOnly, lists };
  return isRestricted ? (operation, tool) => decide(rules, operation, tool) : undefined;
}

interface Rules {
  readonly isReadOnly: boolean;
  readonly lists: Lists;
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

function decide({ isReadOnly, lists }: Rules, operation: PolicyOperation, tool: PolicySubject): PolicyDecision {
  if (isReadOnly && changesSomething(operation, tool)) {
    return denied('read-only', `The gateway is read-only; ${operation} of ${tool.slug} may change something`);
  }
  if (lists.dccTypes.length > 0 && !lists.dccTypes.includes(tool.dccType.toLowerCase())) {
    return denied('dcc-allowlist', `The dcc type ${tool.dccType} is not allowed`);
  }
  if (!isSkillAllowed(tool.skillName?.toLowerCase(), lists)) {
    return denied('skill-allowlist', `The skill ${tool.skillName ?? '(none)'} is not allowed`);
  }
  if (!isToolAllowed(tool.slug.toLowerCase(), lists)) {
    return denied('tool-allowlist', `The tool ${tool.slug} is not allowed`);
  }
  return ALLOWED;
}

function changesSomething(operation: PolicyOperation, tool: PolicySubject): boolean {
  return operation === 'load_skill' || (operation === 'call' && tool.annotations['readOnlyHint'] !== true);
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
