import { type AdminRoute, describeAdminRoutes, refusal } from '@dcc-mcp/admin-api';
import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';

type Responses = RouteConfig['responses'];

const TEXT = { schema: z.string() };
const json = { 'application/json': { schema: refusal } };
const REFUSALS: Responses = {
  400: { description: 'A parameter is unknown, given twice or wrong; the message names it.', content: json },
  401: { description: 'A bearer token is missing or not valid.', content: json },
  403: {
    description: 'The credential is for some DCC types only, or the page that asks (its Origin) is not allowed.',
    content: json,
  },
  500: { description: 'The gateway failed.', content: json },
  503: { description: 'No history is kept, or too many streams are open.', content: json },
};
const UNKNOWN: Responses = {
  404: { description: 'Nothing of that id is retained; it says how far back that would be.', content: json },
};

/** The routes of `/v1/debug`, and the same below the page, for the OpenAPI document. @param adminPath Absent without a page. */
export function adminOpenApi(adminPath: string | undefined): readonly RouteConfig[] {
  const routes = describeAdminRoutes();
  const ofPage = routes.filter(({ isDebugOnly }) => isDebugOnly !== true);
  return [
    ...routes.map((route) => toConfig('/v1/debug', route)),
    ...(adminPath === undefined
      ? []
      : [...pageConfigs(adminPath), ...ofPage.map((route) => toConfig(`${adminPath}/api`, route))]),
  ];
}

/** The page itself: everyone gets it, and its API asks for a token. */
function pageConfigs(adminPath: string): readonly RouteConfig[] {
  const file = z.string().meta({ description: 'Its name, as the page has it.' });
  return [
    pageConfig(adminPath, 'The way to the admin page', {
      307: { description: 'To the same with a slash at its end, query included.' },
    }),
    pageConfig(`${adminPath}/`, 'The admin page', {
      200: { description: 'Answered.', content: { 'text/html': TEXT } },
      304: UNCHANGED,
      503: { description: 'The gateway was built without its page.', content: json },
    }),
    {
      ...pageConfig(`${adminPath}/assets/{file}`, 'A file of the admin page', {
        200: {
          description: 'Answered.',
          content: { 'text/javascript': TEXT, 'text/css': TEXT, 'image/svg+xml': TEXT },
        },
        304: UNCHANGED,
        404: { description: 'The page has no such file.', content: json },
      }),
      request: { params: z.object({ file }) },
    },
  ];
}

const UNCHANGED: Responses[number] = { description: 'The caller has it already.' };

function pageConfig(path: string, summary: string, responses: Responses): RouteConfig {
  const foreign = { description: 'The page that asks (its Origin) is not allowed.', content: json };
  return createRoute({ method: 'get', path, summary, responses: { ...responses, 403: foreign } });
}

function toConfig(
  prefix: string,
  { path, summary, parameters, answer, mediaType, otherAnswers = {} }: Omit<AdminRoute, 'handler'>,
): RouteConfig {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const others = Object.fromEntries(Object.entries(otherAnswers).map(([type, schema]) => [type, { schema }]));
  return createRoute({
    method: 'get',
    path: `${prefix}/${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    summary: summary.replace(/\.$/, ''),
    request: {
      ...(names.length === 0 ? {} : { params: z.object(Object.fromEntries(names.map((name) => [name, idOf(path)]))) }),
      ...(parameters.length === 0
        ? {}
        : { query: z.object(Object.fromEntries(parameters.map((name) => [name, parameter(path, name)]))) }),
    },
    responses: {
      200: { description: 'Answered.', content: { [mediaType]: { schema: answer ?? z.string() }, ...others } },
      ...REFUSALS,
      ...(names.length === 0 ? {} : UNKNOWN),
    },
  });
}

const ID = z.string().meta({ description: 'A row id, request id or trace id.' });

const INSTANCE_ID = z.string().meta({ description: 'An instance id, or its first eight digits.' });

function idOf(path: string): z.ZodType {
  return path.startsWith('instances/') ? INSTANCE_ID : ID;
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  limit: 'Most rows of the answer: 1 to 10,000.',
  cursor: 'next_cursor of the page before.',
  since: 'Rows of this time and later, RFC 3339; without an offset it is UTC.',
  until: 'Rows of this time and earlier, RFC 3339; without an offset it is UTC.',
  q: 'A query: field op value, joined by spaces (and) or OR; bare words search.',
  instance: 'Rows of one gateway (its service.instance.id) or of one server (its instance_id) alone.',
  range: '1h (the default), 24h or 7d, back from now.',
  compact: 'true leaves payloads out.',
  mode: 'public (the default) or raw: with the bundle.',
  kind: 'calls (the default), traces (the default of har), searches or workflows.',
  format: 'jsonl (the default), csv, or har: HAR 1.2 of calls or traces.',
  field:
    'A field of the list that is a text, an enumeration or a flag. Default outcome; kind of searches and activity, event of events.',
  contains: 'Only values that contain this, upper and lower case alike.',
  kinds: 'Comma list of calls, traces, events, activity.',
};

const OF_ONE_ROUTE: Readonly<Record<string, string>> = {
  'facets kind': 'calls (the default), traces, searches, decisions, events or activity.',
  'facets limit': 'Most values of the answer: 1 to 1,000, 20 by default.',
  'instances/:id/output limit': 'Most lines of the answer: 1 to 1,000, 100 by default.',
  'instances/:id/output cursor': 'Lines with a greater id alone; next_cursor of the page before.',
};

function parameter(path: string, name: string): z.ZodType {
  return z
    .string()
    .optional()
    .meta({ description: OF_ONE_ROUTE[`${path} ${name}`] ?? DESCRIPTIONS[name] ?? name });
}
