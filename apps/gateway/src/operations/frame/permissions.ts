import { skillKey, type SkillRecord } from '../../catalog/skill-record.ts';
import { parseSlug, toSlug } from '../../catalog/slug.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { DenialReason, PolicyDecision, PolicyOperation, PolicySkill } from '../../governance/policy.ts';
import { heldMessage } from '../../governance/quarantine/held-tool.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { OperationCore } from './core.ts';

/** Why somebody may not use something: policy, or the scope of the caller's credential. */
export type PermissionReason = DenialReason | 'dcc-scope';

/** What policy and scope say. */
export type Permission = PolicyDecision<PermissionReason>;

/** What {@link Permissions} asks. */
export interface PermissionSources {
  readonly governance: Pick<OperationCore['governance'], 'policy' | 'quarantine'>;
  readonly catalog: Pick<OperationCore['catalog'], 'skill' | 'skills'>;
}

const ALLOWED: Permission = { outcome: 'allowed' };

/**
 * What one caller may see and use. Every answer of the gateway asks here, so that what is refused to be called is in no
 * list, no count and no candidate either.
 */
export class Permissions {
  readonly #sources: PermissionSources;
  readonly #scope: readonly string[] | undefined;
  /** What was decided of skills; a search asks for each of their tools. */
  #skills: Map<string, Permission> | undefined;

  /** @param scope DCC types that the caller's credential may use, in lower case; absent or empty: all. */
  constructor(sources: PermissionSources, scope: readonly string[] | undefined) {
    this.#sources = sources;
    this.#scope = scope === undefined || scope.length === 0 ? undefined : scope;
  }

  /** False where everything may be used: then nothing is evaluated. */
  get areRestricted(): boolean {
    return this.areServersRestricted || this.#sources.governance.quarantine !== undefined;
  }

  /** False where every server may be asked; single tools may be held all the same. */
  get areServersRestricted(): boolean {
    return this.#scope !== undefined || this.#sources.governance.policy !== undefined;
  }

  /** Whether the tool may be described and called; of a stub, whether its skill may be loaded. */
  tool(record: ToolRecord, operation?: PolicyOperation): Permission {
    const ofScope = this.scope(record.dccType);
    if (ofScope.outcome === 'denied') {
      return ofScope;
    }
    const { policy, quarantine } = this.#sources.governance;
    const held = quarantine?.heldAs(record.slug);
    if (held !== undefined) {
      return { outcome: 'denied', reason: 'quarantined', message: heldMessage(held) };
    }
    if (policy === undefined) {
      return ofScope;
    }
    return record.isStub ? this.#skillOf(record) : policy.tool(record, operation);
  }

  /** Whether the skill may be loaded, or its server be started. */
  skill(skill: SkillRecord): Permission {
    const ofScope = this.scope(skill.dccType);
    if (ofScope.outcome === 'denied') {
      return ofScope;
    }
    const { policy, quarantine } = this.#sources.governance;
    const held = quarantine?.wholeHeld(skill.toolSlugs);
    if (held !== undefined) {
      return { outcome: 'denied', reason: 'quarantined', message: heldMessage(held) };
    }
    return policy === undefined ? ofScope : policy.skill(toPolicySkill(skill));
  }

  /** Whether anything of the dcc type may be used at all. */
  dccType(dccType: string): Permission {
    const ofScope = this.scope(dccType);
    return ofScope.outcome === 'denied' ? ofScope : (this.#sources.governance.policy?.dccType(dccType) ?? ofScope);
  }

  /** Whether the caller's credential reaches what a slug names, be there such a tool or not. */
  slug(slug: string): Permission {
    const parts = parseSlug(slug);
    return parts === undefined ? ALLOWED : this.scope(parts.dccType);
  }

  /** Whether the caller's credential reaches the dcc type. */
  scope(dccType: string): Permission {
    if (this.#scope === undefined || this.#scope.includes(dccType.toLowerCase())) {
      return ALLOWED;
    }
    const message = `The credential is for ${this.#scope.join(', ')}; ${dccType} is out of its scope`;
    return { outcome: 'denied', reason: 'dcc-scope', message };
  }

  /** Whether a request may go to the upstream; a lazy one is a skill, and would be started. */
  upstream({ settings }: Pick<Upstream, 'settings'>): Permission {
    const ofDcc = this.dccType(settings.dccType);
    const { policy } = this.#sources.governance;
    if (ofDcc.outcome === 'denied' || policy === undefined || !settings.isLazy) {
      return ofDcc;
    }
    const [skill] = this.#sources.catalog.skill(settings.key, { instanceId: settings.instanceId });
    const { key: name, dccType, instanceShort } = settings;
    return policy.skill(toPolicySkill({ name, dccType, instanceShort, ...slugsOf(skill) }));
  }

  /** Whether the skill of a tool may be loaded; a tool that runs without is callable all the same. */
  mayLoad(record: ToolRecord): boolean {
    return this.scope(record.dccType).outcome === 'allowed' && this.#skillOf(record).outcome === 'allowed';
  }

  /** What search and lists show. */
  shows(record: ToolRecord): boolean {
    return this.tool(record).outcome === 'allowed';
  }

  /** The skill without what it must not show; `undefined` where nothing of it may be used. */
  shown(skill: SkillRecord, catalog: Pick<OperationCore['catalog'], 'get'>): SkillRecord | undefined {
    if (!this.areRestricted) {
      return skill;
    }
    const toolSlugs = skill.toolSlugs.filter((slug) => {
      const record = catalog.get(slug);
      return record !== undefined && this.shows(record);
    });
    const isOpen = toolSlugs.length > 0 || this.skill(skill).outcome === 'allowed';
    return isOpen ? { ...skill, toolSlugs } : undefined;
  }

  #skillOf({ skillName = '', instanceId, instanceShort, dccType }: ToolRecord): Permission {
    const key = `${instanceId}/${skillKey(skillName)}`;
    this.#skills ??= new Map();
    const known = this.#skills.get(key);
    if (known !== undefined) {
      return known;
    }
    const [skill] = this.#sources.catalog.skill(skillName, { instanceId });
    const subject = toPolicySkill({ name: skillName, dccType, instanceShort, ...slugsOf(skill) });
    const permission = this.#sources.governance.policy?.skill(subject) ?? ALLOWED;
    this.#skills.set(key, permission);
    return permission;
  }
}

function toPolicySkill({
  name,
  dccType,
  instanceShort,
  toolSlugs,
  fullSlugs,
}: Omit<PolicySkill, 'slugPrefix'> & { readonly instanceShort: string }): PolicySkill {
  return { name, dccType, toolSlugs, fullSlugs, slugPrefix: toSlug(dccType, instanceShort, '') };
}

function slugsOf(skill: SkillRecord | undefined): Pick<SkillRecord, 'toolSlugs' | 'fullSlugs'> {
  return { toolSlugs: skill?.toolSlugs ?? [], fullSlugs: skill?.fullSlugs ?? [] };
}
