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
  /** The slug that stays its own where its host lists it under changing names. */
  readonly fullSlug?: string | undefined;
  readonly dccType: string;
  /** Absent for a tool of no skill. */
  readonly skillName?: string | undefined;
  /** `readOnlyHint: true` says that the tool changes nothing. */
  readonly annotations: Readonly<Record<string, unknown>>;
  /** True for a tool whose skill must be loaded first, which changes the host. */
  readonly needsLoad: boolean;
}

/** What policy looks at of a skill. */
export interface PolicySkill {
  readonly name: string;
  readonly dccType: string;
  /** Slugs of the tools it is known to hold; empty while nobody knows. */
  readonly toolSlugs: readonly string[];
  /** Slugs that stay the tools' own where their host lists them under changing names. */
  readonly fullSlugs: readonly string[];
  /** What the slugs of all its tools begin with: `<dcc>.<id8>.` */
  readonly slugPrefix: string;
}

/** Label values of `dcc_mcp_gateway_calls_rejected_total{reason}` that policy gives. */
export type DenialReason = 'quarantined' | 'read-only' | 'dcc-allowlist' | 'skill-allowlist' | 'tool-allowlist';

/** `message` is for the caller. */
export type PolicyDecision<Reason extends string = DenialReason> =
  | { readonly outcome: 'allowed' }
  | { readonly outcome: 'denied'; readonly reason: Reason; readonly message: string };

/** Decides from settings and subject alone, and the same for every operation: what can't be called is not shown. */
export interface Policy {
  /** @param operation Decides which of several reasons is told: a call is first asked what it may change. */
  tool(tool: PolicySubject, operation?: PolicyOperation): PolicyDecision;
  /** Whether it may be loaded, or its server be started. */
  skill(skill: PolicySkill): PolicyDecision;
  dccType(dccType: string): PolicyDecision;
}

/** What is refused, as an answer names it; a batch is decided call by call. */
export type PolicyOperation = 'describe' | 'load_skill' | 'call';

const ALLOWED: PolicyDecision = { outcome: 'allowed' };

/** @returns `undefined` where nothing is restricted: then no policy is evaluated at all. */
export function createPolicy(settings: PolicySettings): Policy | undefined {
  const lists = lowerCased(settings);
  const isRestricted = settings.readOnly || Object.values(lists).some((list) => list.length > 0);
  const rules = { isReadOnly: settings.readOnly, lists };
  return isRestricted
    ? {
        tool: (tool, operation) => decideOnTool(rules, tool, operation),
        skill: (skill) => decideOnSkill(rules, skill),
        dccType: (dccType) => decideOnDccType(lists, dccType),
      }
    : undefined;
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

function decideOnTool({ isReadOnly, lists }: Rules, tool: PolicySubject, operation?: PolicyOperation): PolicyDecision {
  const mayChange = tool.needsLoad || tool.annotations['readOnlyHint'] !== true;
  const ofChange =
    isReadOnly && mayChange
      ? denied('read-only', `The gateway is read-only; ${tool.slug} may change something`)
      : ALLOWED;
  const ofLists = isReadOnly && mayChange && operation === 'call' ? ofChange : decideByLists(lists, tool);
  return ofLists.outcome === 'denied' ? ofLists : ofChange;
}

function decideByLists(lists: Lists, tool: PolicySubject): PolicyDecision {
  const { slug, fullSlug, skillName } = tool;
  const ofDcc = decideOnDccType(lists, tool.dccType);
  if (ofDcc.outcome === 'denied') {
    return ofDcc;
  }
  if (!isSkillAllowed(skillName?.toLowerCase(), lists)) {
    return denied('skill-allowlist', `The skill ${skillName ?? '(none)'} is not allowed`);
  }
  const isAllowed = isToolAllowed(slug, lists) || (fullSlug !== undefined && isToolAllowed(fullSlug, lists));
  return isAllowed ? ALLOWED : denied('tool-allowlist', `The tool ${slug} is not allowed`);
}

/** To load is to change the host. Where tools are listed, one of the skill's must be among them. */
function decideOnSkill({ isReadOnly, lists }: Rules, skill: PolicySkill): PolicyDecision {
  if (isReadOnly) {
    return denied('read-only', `The gateway is read-only; to load ${skill.name} changes its host`);
  }
  const ofDcc = decideOnDccType(lists, skill.dccType);
  if (ofDcc.outcome === 'denied') {
    return ofDcc;
  }
  if (!isSkillAllowed(skill.name.toLowerCase(), lists)) {
    return denied('skill-allowlist', `The skill ${skill.name} is not allowed`);
  }
  const { toolSlugs, fullSlugs } = skill;
  const mayHold =
    toolSlugs.length === 0
      ? mayHoldAllowed(skill, lists)
      : [...toolSlugs, ...fullSlugs].some((slug) => isToolAllowed(slug, lists));
  return mayHold ? ALLOWED : denied('tool-allowlist', `No tool of the skill ${skill.name} is allowed`);
}

function decideOnDccType({ dccTypes }: Lists, dccType: string): PolicyDecision {
  return dccTypes.length === 0 || dccTypes.includes(dccType.toLowerCase())
    ? ALLOWED
    : denied('dcc-allowlist', `The dcc type ${dccType} is not allowed`);
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
  const wanted = slug.toLowerCase();
  return slugs.includes(wanted) || prefixes.some((prefix) => wanted.startsWith(prefix));
}

/** While the tools of a skill are not known, any of them may be among those that are listed. */
function mayHoldAllowed({ slugPrefix }: PolicySkill, { slugs, prefixes }: Lists): boolean {
  if (slugs.length === 0 && prefixes.length === 0) {
    return true;
  }
  const start = slugPrefix.toLowerCase();
  const isUnder = (listed: string): boolean => listed.startsWith(start);
  return slugs.some(isUnder) || prefixes.some((prefix) => isUnder(prefix) || start.startsWith(prefix));
}

function denied(reason: DenialReason, message: string): PolicyDecision {
  return { outcome: 'denied', reason, message };
}
