// What the settings of the scrape endpoint show.
import type { Effect, Lab, Place } from './lab.ts';
import { PUBLISHED, SECRET, signed } from './signed-tokens.ts';

const OTHER = 'another secret of more than thirty-two bytes';

type Credentials = Readonly<Record<string, string>>;

const basic = (pair: string): Credentials => ({ authorization: `Basic ${btoa(pair)}` });
const bearer = (token: string): Credentials => ({ authorization: `Bearer ${token}` });

const scrapeStatus =
  (headers: Credentials = {}, path = '/metrics') =>
  async (lab: Lab): Promise<number> =>
    (await lab.get(path, headers)).status;

/** Names and labels of the samples in which the text is found, after a request for health and a call. */
const samplesWith =
  (text: string) =>
  async (lab: Lab): Promise<readonly string[]> => {
    await lab.get('/v1/healthz');
    await lab.call('read');
    const lines = (await lab.get('/metrics')).text.split('\n').filter((line) => line.includes(text));
    return [...new Set(lines.map((line) => line.replace(/[ {].*/, '')))];
  };

const ON = { 'metrics.enabled': true };
const PAIR = { ...ON, 'metrics.basicAuth.username': 'prom' };
const JWT = { ...ON, 'metrics.jwt.secret': SECRET };
const file = (content: string) => (place: Place) => place.write('secret', `${content}\n`);

export const METRICS_EFFECTS: Readonly<Record<string, Effect>> = {
  'metrics.enabled': { value: true, observe: scrapeStatus() },
  'metrics.path': { base: ON, value: '/prom', observe: scrapeStatus({}, '/prom') },
  'metrics.port': {
    base: ON,
    value: 0,
    observe: async (lab) => [
      (await lab.get('/metrics')).status,
      ...(await Promise.all(lab.metricsUrls.map(async (url) => (await fetch(`${url}/metrics`)).status))),
    ],
  },
  'metrics.basicAuth': { base: ON, value: 'prom:right', observe: scrapeStatus() },
  'metrics.basicAuth.username': {
    base: { ...ON, 'metrics.basicAuth.password': 'right' },
    value: 'prom',
    other: 'someone',
    observe: scrapeStatus(basic('prom:right')),
  },
  'metrics.basicAuth.password': {
    base: PAIR,
    value: 'right',
    other: 'wrong',
    observe: scrapeStatus(basic('prom:right')),
  },
  'metrics.basicAuth.passwordFile': {
    base: PAIR,
    value: file('right'),
    other: file('wrong'),
    observe: scrapeStatus(basic('prom:right')),
  },
  'metrics.bearerToken': { base: ON, value: 'scraper-token', observe: scrapeStatus() },
  'metrics.bearerTokenFile': {
    base: ON,
    value: file('scraper-token'),
    other: file('wrong'),
    observe: scrapeStatus(bearer('scraper-token')),
  },
  'metrics.jwt.secret': { base: ON, value: SECRET, other: OTHER, observe: scrapeStatus(bearer(signed())) },
  'metrics.jwt.secretFile': {
    base: ON,
    value: file(SECRET),
    other: file(OTHER),
    observe: scrapeStatus(bearer(signed())),
  },
  'metrics.jwt.jwksUrl': {
    base: JWT,
    value: ({ upstream }: Place) => upstream.keysUrl,
    observe: scrapeStatus(bearer(PUBLISHED.token({ sub: 'scraper' }))),
  },
  'metrics.jwt.audience': { base: JWT, value: 'metrics', observe: scrapeStatus(bearer(signed())) },
  'metrics.jwt.issuer': { base: JWT, value: 'https://id.studio.example', observe: scrapeStatus(bearer(signed())) },
  'metrics.excludedHandlers': { base: ON, value: ['^/v1/healthz$'], observe: samplesWith('/v1/healthz') },
  'metrics.customLabels': { base: ON, value: { site: 'lyon' }, observe: samplesWith('site="lyon"') },
  'metrics.namespace': { base: ON, value: 'studio', observe: samplesWith('studio_') },
  'metrics.subsystem': { base: ON, value: 'farm', observe: samplesWith('farm_') },
  'metrics.scopeLabels': { base: ON, value: true, observe: samplesWith('otel_scope_name=') },
};
