import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';
import { errorAnswer } from '../../operations/answers/answer-schemas.ts';
import { textUpTo } from '../../operations/requests/bounded-input.ts';
import { isVersion } from '../../registry/election/version-order.ts';
import { failures, json } from '../open-api-routes.ts';

const MAX_REASON_BYTES = 512;

export interface YieldBody {
  readonly challenger_version: string;
  readonly reason?: string | undefined;
}

export const yieldBody: z.ZodType<YieldBody> = z
  .strictObject({
    challenger_version: z
      .string()
      .refine(isVersion, { error: 'must be a version such as 1.2.3' })
      .meta({ description: 'Version of the gateway that wants the port.', maxLength: 64, examples: ['1.2.3'] }),
    reason: textUpTo(MAX_REASON_BYTES).optional().meta({ description: 'Why, for the operator.' }),
  })
  .openapi('YieldBody');

const yieldAnswer = z
  .looseObject({
    ok: z.literal(true),
    handoff: z.literal('draining'),
    version: z.string().meta({ description: 'Version of the gateway that gives the port up.' }),
    message: z.string(),
  })
  .openapi('YieldAnswer');

/** What the OpenAPI document says of it. */
export const yieldRouteConfig: RouteConfig = createRoute({
  method: 'post',
  path: '/gateway/yield',
  summary: 'Give the port to a newer gateway',
  description:
    'The bearer token is the secret in `gateway-<port>.secret` of the state folder, or a token for every DCC type. The gateway finishes its calls, closes the port and ends.',
  request: { body: { required: true, content: json(yieldBody) } },
  responses: {
    200: { description: 'The gateway drains, then the port is free.', content: json(yieldAnswer) },
    ...failures(400, 413, 500),
    403: { description: 'The proof is missing or wrong.', content: json(errorAnswer) },
    409: { description: 'The challenger is not newer.', content: json(errorAnswer) },
  },
});
