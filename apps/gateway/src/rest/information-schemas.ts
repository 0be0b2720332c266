import { z } from '@hono/zod-openapi';
import { instanceShort, slug } from '../operations/answers/answer-schemas.ts';
import { INSTANCE_STATES } from '../registry/table/upstreams.ts';

// Described, not checked, as the answers of operations are.

const instance = z
  .looseObject({
    instance_id: z.string(),
    instance_short: instanceShort,
    dcc_type: z.string(),
    status: z.enum(INSTANCE_STATES),
    source: z.enum(['config', 'http', 'file']),
    owner: z.string().optional().meta({ description: 'The gateway that has it, where it is another one.' }),
    tool_count: z.int(),
  })
  .openapi('Instance');

export const instancesAnswer: z.ZodType = z
  .looseObject({ total: z.int(), by_source: z.record(z.string(), z.int()), instances: z.array(instance) })
  .openapi('InstancesAnswer');

const skill = z
  .looseObject({
    skill_name: z.string(),
    kind: z.enum(['dcc-mcp-core', 'tool-group', 'lazy-upstream']),
    dcc_type: z.string(),
    instance_id: z.string(),
    summary: z.string(),
    loaded: z.boolean(),
    tool_slugs: z.array(slug),
  })
  .openapi('Skill');

export const skillsAnswer: z.ZodType = z
  .looseObject({ total: z.int(), skills: z.array(skill) })
  .openapi('SkillsAnswer');

export const contextAnswer: z.ZodType = z
  .looseObject({
    version: z.string(),
    live_instance_count: z.int(),
    action_count: z.int(),
    loaded_skill_count: z.int(),
  })
  .openapi('ContextAnswer');

export const healthAnswer: z.ZodType = z
  .looseObject({ ok: z.boolean(), name: z.string(), version: z.string() })
  .openapi('HealthAnswer');

export const readyAnswer: z.ZodType = z
  .looseObject({
    ok: z.boolean(),
    ready: z.boolean(),
    waiting_for: z.array(z.string()).optional().meta({ description: 'Servers that have not been tried once.' }),
    degraded: z.array(z.string()).optional().meta({
      description: 'Servers that were tried and can’t be reached or still boot, and redis where shared state is away.',
    }),
  })
  .openapi('ReadyAnswer');

export const probeAnswer: z.ZodType = z
  .looseObject({
    ok: z.boolean(),
    draining: z.boolean(),
    degraded: z.array(z.string()).optional().meta({ description: 'redis where shared state is away.' }),
  })
  .openapi('ProbeAnswer');

export const protectedResourceAnswer: z.ZodType = z
  .looseObject({
    resource: z.string().meta({ description: 'What tokens are to be issued for.' }),
    authorization_servers: z.array(z.string()).optional(),
    scopes_supported: z.array(z.string()),
    bearer_methods_supported: z.array(z.string()),
    resource_name: z.string(),
  })
  .openapi('ProtectedResource');
