import { z } from '@hono/zod-openapi';
import { instanceShort } from '../../operations/answers/answer-schemas.ts';
import { textUpTo } from '../../operations/requests/bounded-input.ts';

/** Bytes of UTF-8 of each text of a registration. */
const MAX_TEXT_BYTES = 256;
export const DEFAULT_TTL_SECS = 30;
const MAX_TTL_SECS = 86_400;

const text = textUpTo(MAX_TEXT_BYTES);
/** An adapter that has no value may say so. */
const optionalText = text.nullish();

const instanceId = text
  .regex(/^[\dA-Fa-f]{8}-(?:[\dA-Fa-f]{4}-){3}[\dA-Fa-f]{12}$/, 'must be a UUID')
  .meta({ description: 'A UUID, the same for as long as the instance runs.', format: 'uuid' });

function isServerUrl(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isHttp && url.username === '' && url.password === '';
}

/** What an instance says when it registers. */
export interface RegisterBody {
  readonly instance_id: string;
  readonly dcc_type: string;
  readonly mcp_url: string;
  readonly capabilities_fingerprint?: string | null | undefined;
  readonly adapter_version?: string | null | undefined;
  readonly scene?: string | null | undefined;
  /** Default {@link DEFAULT_TTL_SECS}. */
  readonly ttl_secs?: number | null | undefined;
}

export interface HeartbeatBody {
  readonly instance_id: string;
  readonly scene?: string | null | undefined;
  readonly capabilities_fingerprint?: string | null | undefined;
}

export interface DeregisterBody {
  readonly instance_id: string;
  /** For people. */
  readonly reason?: string | null | undefined;
}

export const registerBody: z.ZodType<RegisterBody> = z
  .strictObject({
    instance_id: instanceId,
    dcc_type: text
      .regex(/^[\w-]+$/, 'must be of letters, digits, _ and -')
      .meta({ description: 'The host type, as in slugs; upper case is read as lower case.' }),
    mcp_url: text
      .refine(isServerUrl, { error: 'must be an http or https URL without user and password' })
      .meta({ description: 'Where it serves MCP over Streamable HTTP.', format: 'uri' }),
    capabilities_fingerprint: optionalText,
    adapter_version: optionalText,
    scene: optionalText.meta({ description: 'What is open in the application.' }),
    ttl_secs: z
      .int()
      .min(1)
      .max(MAX_TTL_SECS)
      .nullish()
      .meta({ description: 'How long it may be silent before it counts as gone.', default: DEFAULT_TTL_SECS }),
  })
  .openapi('RegisterRequest');

export const heartbeatBody: z.ZodType<HeartbeatBody> = z
  .strictObject({
    instance_id: instanceId,
    scene: optionalText.meta({ description: 'What is open by now.' }),
    capabilities_fingerprint: optionalText,
  })
  .openapi('HeartbeatRequest');

export const deregisterBody: z.ZodType<DeregisterBody> = z
  .strictObject({ instance_id: instanceId, reason: optionalText.meta({ description: 'For people.' }) })
  .openapi('DeregisterRequest');

// Described, not checked, as the answers of operations are.

const answer = {
  ok: z.literal(true),
  success: z.literal(true),
  operation: z.enum(['register', 'heartbeat', 'deregister']),
  instance_id: z.string(),
  instance_short: instanceShort,
};
const interval = z.int().meta({ description: 'How often to send a heartbeat.' });

export const registerAnswer: z.ZodType = z
  .looseObject({
    ...answer,
    updated: z.boolean().meta({ description: 'It was registered already.' }),
    registered_at: z.string(),
    ttl_secs: z.int(),
    heartbeat_interval_secs: interval,
  })
  .openapi('RegisterAnswer');

export const heartbeatAnswer: z.ZodType = z
  .looseObject({ ...answer, heartbeat_interval_secs: interval })
  .openapi('HeartbeatAnswer');

export const deregisterAnswer: z.ZodType = z.looseObject(answer).openapi('DeregisterAnswer');
