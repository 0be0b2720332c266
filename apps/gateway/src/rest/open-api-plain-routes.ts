import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';
import { CONTEXT_FORGE_PATH } from '../http/metrics-endpoint.ts';
import { errorAnswer } from '../operations/answers/answer-schemas.ts';
import { yieldRouteConfig } from './election/yield-schemas.ts';
import { healthAnswer, probeAnswer, protectedResourceAnswer, readyAnswer } from './information-schemas.ts';
import { failures, json } from './open-api-routes.ts';

type Responses = RouteConfig['responses'];
type Content = Readonly<Record<string, { readonly schema: z.ZodType }>>;

const text = (...types: readonly string[]): Content =>
  Object.fromEntries(types.map((type) => [type, { schema: z.string() }]));
const HTML = text('text/html');
const EVENTS = text('text/event-stream');
const NO_ORIGIN = failures(403);

interface GetShape {
  readonly content: Content;
  /** Beside the 200; default: what a page from elsewhere is answered. */
  readonly more?: Responses;
}

function get(path: string, summary: string, { content, more = NO_ORIGIN }: GetShape): RouteConfig {
  return createRoute({
    method: 'get',
    path,
    summary,
    responses: { 200: { description: 'Answered.', content }, ...more },
  });
}

const message = z
  .looseObject({ jsonrpc: z.literal('2.0') })
  .meta({ description: 'A JSON-RPC message as the Model Context Protocol has it.' });
const rpcError = (description: string): Responses[string] => ({ description, content: json(message) });
const NO_SESSION = rpcError('No such session: it has ended, or is not the caller’s.');
const NO_MESSAGE = rpcError('The body, a header or the parameters are wrong.');

const MCP_ROUTES: readonly RouteConfig[] = [
  createRoute({
    method: 'post',
    path: '/mcp',
    summary: 'Send one message of the Model Context Protocol',
    request: { body: { required: true, content: json(message) } },
    responses: {
      200: { description: 'The answer, alone or at the end of a stream.', content: { ...json(message), ...EVENTS } },
      202: { description: 'Taken: a notification, or an answer.' },
      400: NO_MESSAGE,
      ...failures(401, 403),
      404: NO_SESSION,
      413: rpcError('The body is too large.'),
      500: rpcError('The gateway failed.'),
      503: rpcError('Too much at once, or the gateway is shutting down; Retry-After says how long to wait.'),
    },
  }),
  get('/mcp', 'Listen to a session', {
    content: EVENTS,
    more: {
      400: NO_MESSAGE,
      ...failures(401, 403),
      404: NO_SESSION,
      406: rpcError('The client takes no event stream.'),
      503: rpcError('The gateway is shutting down; Retry-After says how long to wait.'),
    },
  }),
  createRoute({
    method: 'delete',
    path: '/mcp',
    summary: 'End a session',
    responses: { 204: { description: 'Ended.' }, 400: NO_MESSAGE, ...failures(401, 403), 404: NO_SESSION },
  }),
];

const SHUTTING_DOWN = 'No longer: the gateway is shutting down.';
const NOT_YET = 'Not while servers have not been tried once, and no longer when the gateway is shutting down.';
const probe: Responses = { 503: { description: NOT_YET, content: json(probeAnswer) }, ...NO_ORIGIN };

const HEALTH_ROUTES: readonly RouteConfig[] = [
  get('/v1/healthz', 'Who is it, and does it serve?', {
    content: json(healthAnswer),
    more: { 503: { description: SHUTTING_DOWN, content: json(healthAnswer) }, ...NO_ORIGIN },
  }),
  ...['/healthz', '/livez', '/health'].map((path) => get(path, 'Is it alive?', { content: json(healthAnswer) })),
  get('/v1/readyz', 'May work be sent?', {
    content: json(readyAnswer),
    more: { 503: { description: SHUTTING_DOWN, content: json(readyAnswer) }, ...NO_ORIGIN },
  }),
  ...['/readyz', '/ready'].map((path) =>
    get(path, 'May work be sent, and were all servers tried?', { content: json(probeAnswer), more: probe }),
  ),
];

const EXPOSITION = text('text/plain', 'application/openmetrics-text', 'application/vnd.google.protobuf');

/** The same whether metrics are on or off: no other answer tells. */
function metricsRoutes(path: string): readonly RouteConfig[] {
  return [...new Set([path, CONTEXT_FORGE_PATH])].map((each) =>
    get(each, 'The metrics, for Prometheus', {
      content: EXPOSITION,
      more: {
        401: { description: 'The credentials of the scraper are missing or not valid.', content: text('text/plain') },
        ...NO_ORIGIN,
        404: { description: 'Nothing turned metrics on.', content: json(errorAnswer) },
        406: { description: 'None of the formats is accepted.', content: text('text/plain') },
        500: { description: 'Collecting failed.', content: text('text/plain') },
        503: { description: 'Metrics are turned off by configuration.', content: json(z.looseObject({})) },
      },
    }),
  );
}

/** Every other route of the listener. `metricsPath` is absent where metrics have a port of their own. */
export function plainRoutes(metricsPath: string | undefined): readonly RouteConfig[] {
  return [
    ...MCP_ROUTES,
    ...HEALTH_ROUTES,
    yieldRouteConfig,
    get('/v1/openapi.json', 'This document', { content: json(z.looseObject({ openapi: z.string() })) }),
    ...['', '/mcp'].map((resource) =>
      get(`/.well-known/oauth-protected-resource${resource}`, 'Who issues tokens for the gateway, with which scopes', {
        content: json(protectedResourceAnswer),
        more: { 404: { description: 'No tokens are issued for it.', content: json(errorAnswer) }, ...NO_ORIGIN },
      }),
    ),
    get('/docs', 'This document as a page', { content: HTML }),
    get('/', 'The gateway and its servers as a page', { content: HTML, more: failures(401, 403) }),
    ...(metricsPath === undefined ? [] : metricsRoutes(metricsPath)),
  ];
}
