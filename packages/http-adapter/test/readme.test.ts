import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { ScrapeAnswer } from '../src/fetch/scrape.ts';
import { createToken } from '../src/jwt/jwt.ts';
import { startMetricsServer } from './readme.examples.ts';

const readText = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const regions = [...readText('readme.examples.ts').matchAll(/\/\/ #region (\w+)\n([^]*?)\/\/ #endregion/g)];

describe('README', () => {
  test.each(regions.map(([, name = '', code = '']) => [name, code]))(
    'shows the example "%s" as it compiles',
    (name, code) => {
      expect(readText('../README.md')).toContain(`<!-- example: ${name} -->\n\n\`\`\`ts\n${code}\`\`\`\n`);
    },
  );
});

async function scrape(): Promise<ScrapeAnswer> {
  return { status: 200, headers: {}, body: 'up 1\n' };
}

describe('the first example', () => {
  test('serves metrics to each of its three kinds of credentials', async () => {
    const secrets = { METRICS_PASSWORD: 'p', METRICS_TOKEN: 't', JWT_SECRET_KEY: 'a secret of at least 32 characters' };
    const server = await startMetricsServer(scrape, secrets, { port: 0 });
    const created = await createToken({
      username: 'ci',
      expiresInMinutes: 1,
      secret: secrets.JWT_SECRET_KEY,
      audience: 'metrics',
    });
    const token = created.ok ? created.token : '';
    const headers = [`Basic ${btoa('scraper:p')}`, 'Bearer t', `Bearer ${token}`, 'Bearer wrong'];
    const statuses = headers.map(
      async (authorization) => (await fetch(server.url, { headers: { authorization } })).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 401]);
    await server.close();
  });
});
