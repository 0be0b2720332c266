import { createReading } from '@dcc-mcp/test-kit/metric-reading';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, property, string } from 'fast-check';
import { authenticate, basicAuth, bearerAuth, splitChallenges } from '../src/auth/auth.ts';
import { createJwtVerifier, jwtAuth } from '../src/jwt/jwt.ts';
import { compileExcludedHandlers, createRequestMetrics } from '../src/requests/request-metrics.ts';

const anyText = string({ unit: 'binary', maxLength: 200 });
const schemes = [
  basicAuth({ username: 'scraper', password: 'a password nobody guesses' }),
  bearerAuth('a token nobody guesses'),
  jwtAuth({ secret: 'a secret nobody guesses, 32 bytes and more' }),
];

describe('arbitrary header values', () => {
  test('never get in and never make a check throw', async () => {
    await assert(
      asyncProperty(anyText, async (text) => {
        const headers = [text, `Basic ${text}`, `Bearer ${text}`, `Basic ${Buffer.from(text).toString('base64')}`];
        const results = await Promise.all(headers.map((header) => authenticate(header, schemes)));
        expect(results.some(({ ok }) => ok)).toBe(false);
      }),
    );
  });

  test('never make a token check throw', async () => {
    const verifier = createJwtVerifier({ secret: 'a secret nobody guesses, 32 bytes and more' });
    await assert(
      asyncProperty(anyText, anyText, anyText, async (...parts) => {
        expect(await verifier.verify(parts.join('.'))).toMatchObject({ ok: false });
      }),
    );
  });

  test('never make the search for excluded handlers throw', () => {
    const isExcluded = compileExcludedHandlers('/servers/.*/sse,^/static/');
    assert(property(anyText, (text) => expect(typeof isExcluded(text)).toBe('boolean')));
  });
});

describe('a header of a megabyte', () => {
  const PATIENCE_MILLIS = 1_000;
  const piece = constantFrom('a', ' ', ',', '=', '.', '-', '"', 'é', 'Basic ', 'Bearer ', 'a b=', 'AKIA', ', a a=');
  const repeated = array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => {
    const unit = pieces.join('');
    return unit.repeat(Math.ceil(1_000_000 / unit.length));
  });
  const isExcluded = compileExcludedHandlers('(a+)+$,/servers/.*/sse,(.*a){12}');

  test.each<[string, (text: string) => unknown]>([
    ['an Authorization header', (text) => authenticate(text, schemes)],
    ['Basic credentials', (text) => authenticate(`Basic ${text.replaceAll(' ', '')}`, schemes)],
    ['a token', (text) => authenticate(`Bearer ${text.replaceAll(' ', '')}`, schemes)],
    ['challenges', splitChallenges],
    ['a path that may be excluded', (text) => isExcluded(text.slice(0, 16_384))],
  ])('costs no more than its length: %s', async (_what, read) => {
    await assert(
      asyncProperty(repeated, async (text) => {
        const start = performance.now();
        await read(text);
        expect(performance.now() - start).toBeLessThan(PATIENCE_MILLIS);
      }),
      { numRuns: 25 },
    );
  });
});

describe('arbitrary requests', () => {
  let reading: ReturnType<typeof createReading>;
  beforeEach(() => {
    reading = createReading();
  });
  afterEach(() => reading.provider.shutdown());

  test('stay within the budget of series', async () => {
    const metrics = createRequestMetrics({ meter: reading.provider.getMeter('test'), seriesBudget: 300 });
    for (let index = 0; index < 20_000; index += 1) {
      const open = metrics.begin({ method: `M${index}`, path: `/${index}`, scheme: 'http', bodyBytes: index });
      open.end({ status: index % 1000, route: `/route/${index}`, bodyBytes: Number.NaN });
    }
    const lines = await reading.lines();
    const ofRequests = lines.filter((line) => line.startsWith('http.requests{'));
    const total = ofRequests.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    expect(total).toBe(20_000);
    expect(ofRequests.length).toBeLessThanOrEqual(100 + 501);
    expect(lines.join('\n')).not.toContain('otel.metric.overflow');
  });
});
