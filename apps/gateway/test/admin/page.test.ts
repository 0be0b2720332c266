// The admin page as a browser gets it: where it is, with which headers, and that it holds no data.
import { afterEach, describe, expect, test } from '@jest/globals';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type RunningGateway, startGateway, startGatewayProcess } from '../fixtures/start-gateway.ts';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function start(config: object = {}, env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> {
  const gateway = await startGateway({ config: { mcpServers: {}, ...config }, env });
  stops.push(() => gateway.stop());
  return gateway;
}

/** As it comes over the socket: nothing decoded, nothing followed. */
function ask(url: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    })
      .on('error', reject)
      .end();
  });
}

/** The files that the document loads, as it names them. */
async function assetsOf(url: string): Promise<readonly string[]> {
  const { body } = await ask(`${url}/admin/`);
  return Array.from(body.toString().matchAll(/(?:src|href)="(\.\/assets\/[^"]+)"/g), ([, path]) => path!);
}

describe('the admin page', () => {
  test('is at /admin/, with a policy that lets nothing inline and nothing from elsewhere in', async () => {
    const { url } = await start();
    const { status, headers, body } = await ask(`${url}/admin/`);
    expect([status, headers['content-type'], headers['content-security-policy']]).toEqual([
      200,
      'text/html; charset=utf-8',
      POLICY,
    ]);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-cache',
    });
    expect(body.toString()).toContain('<meta name="debug-api" content="../v1/debug"');
  });

  test('without the slash leads to it by a relative address, the query with it', async () => {
    const { url } = await start();
    const answers = await Promise.all([ask(`${url}/admin?panel=traces&trace=1`), ask(`${url}/admin`, {}, 'HEAD')]);
    expect(answers.map(({ status, headers: { location } }) => [status, location])).toEqual([
      [307, 'admin/?panel=traces&trace=1'],
      [307, 'admin/'],
    ]);
  });

  test('each of its files is served, to be kept for a year', async () => {
    const { url } = await start();
    const assets = await assetsOf(url);
    const answers = await Promise.all(assets.map((path) => ask(new URL(path, `${url}/admin/`).href)));
    expect(assets.length).toBeGreaterThan(1);
    for (const { status, headers } of answers) {
      expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
      expect(headers['content-type']).toMatch(/^(text\/(javascript|css); charset=utf-8|image\/svg\+xml)$/);
    }
  });

  test('comes in the coding that is asked for, and every coding is the same text', async () => {
    const { url } = await start();
    const page = `${url}/admin/`;
    const [plain, br, gzip, refused] = await Promise.all([
      ask(page),
      ask(page, { 'accept-encoding': 'gzip, deflate, br' }),
      ask(page, { 'accept-encoding': 'gzip' }),
      ask(page, { 'accept-encoding': 'br;q=0, gzip;q=0' }),
    ]);
    expect([plain, br, gzip, refused].map(({ headers }) => headers['content-encoding'])).toEqual([
      undefined,
      'br',
      'gzip',
      undefined,
    ]);
    expect([brotliDecompressSync(br.body), gunzipSync(gzip.body), refused.body].map(String)).toEqual(
      Array(3).fill(plain.body.toString()),
    );
    for (const { headers, body } of [plain, br, gzip]) {
      expect([headers['vary'], headers['content-length']]).toEqual(['Accept-Encoding', String(body.length)]);
    }
    expect(new Set([plain, br, gzip].map(({ headers }) => headers.etag)).size).toBe(3);
  });

  test('is not sent again to whoever has it', async () => {
    const { url } = await start();
    const { headers } = await ask(`${url}/admin/`, { 'accept-encoding': 'br' });
    const etag = headers.etag!;
    const again = (known: string) => ask(`${url}/admin/`, { 'accept-encoding': 'br', 'if-none-match': known });
    const answers = await Promise.all([again(etag), again(`"other", W/${etag}`), again('*'), again('"other"')]);
    expect(answers.map(({ status, body }) => [status, body.length > 0])).toEqual([
      [304, false],
      [304, false],
      [304, false],
      [200, true],
    ]);
    expect(answers[0].headers).toMatchObject({ etag, vary: 'Accept-Encoding', 'cache-control': 'no-cache' });
  });

  test('answers HEAD without a body, and says to other methods which it takes', async () => {
    const { url } = await start();
    const [asset = ''] = await assetsOf(url);
    for (const path of ['', asset]) {
      const place = new URL(path, `${url}/admin/`).href;
      const [whole, head, posted] = await Promise.all([ask(place), ask(place, {}, 'HEAD'), ask(place, {}, 'POST')]);
      expect([head.status, head.body.length, head.headers['content-length']]).toEqual([
        200,
        0,
        String(whole.body.length),
      ]);
      expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD']);
    }
  });

  test.each(['nothing.js', '..%2findex.html', '%2e%2e%2f%2e%2e%2fmain.js', 'index.html'])(
    'has no file %s',
    async (name) => {
      const { url } = await start();
      const { status, headers } = await ask(`${url}/admin/assets/${name}`);
      expect([status, headers['content-type']]).toEqual([404, 'application/json']);
    },
  );

  test('moves with its path, and finds /v1/debug from there', async () => {
    const { url } = await start({ admin: { path: '/tools/watch' } });
    const [page, moved, way, api] = await Promise.all([
      ask(`${url}/tools/watch/`, { 'accept-encoding': 'br' }),
      ask(`${url}/admin/`),
      ask(`${url}/tools/watch`),
      ask(`${url}/tools/watch/api/health`),
    ]);
    expect([page.status, moved.status, way.headers.location, api.status]).toEqual([200, 404, 'watch/', 200]);
    const text = brotliDecompressSync(page.body).toString();
    const [, debug = ''] = /<meta name="debug-api" content="([^"]*)"/.exec(text) ?? [];
    expect(new URL(debug, `${url}/tools/watch/`).pathname).toBe('/v1/debug');
  });

  test.each([
    ['--no-admin', { admin: false }, {}],
    ['DCC_MCP_NO_ADMIN', {}, { DCC_MCP_NO_ADMIN: 'true' }],
    ['server.admin: false', { server: { admin: false } }, {}],
  ])('with %s there is none, nor its API', async (_name, config, env) => {
    const { url } = await start(config, env);
    const answers = await Promise.all(
      ['', '/', '/assets/x.js', '/api/health'].map((path) => ask(`${url}/admin${path}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect((await ask(`${url}/`)).body.toString()).not.toContain('admin');
  });

  test('with a token comes without one, while its API asks for it', async () => {
    const { url } = await start({ auth: { tokens: [{ token: 'a'.repeat(32) }] } });
    const [asset = ''] = await assetsOf(url);
    const paths = ['/admin/', new URL(asset, `${url}/admin/`).pathname, '/admin/api/health'];
    const answers = await Promise.all(paths.map((path) => ask(url + path)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 401]);
  });

  test.each([
    ['Host', { host: 'evil.example' }],
    ['Origin', { origin: 'https://evil.example' }],
  ])('is not for another %s', async (_name, headers) => {
    const { url } = await start();
    expect((await ask(`${url}/admin/`, headers)).status).toBe(403);
  });

  test.each(['/mcp', '/v1/search', '/v1/tools/page', '/v1/jobs/page'])(
    'does not take %s, which is a path of the gateway itself',
    async (path) => {
      await expect(start({ admin: { path } })).rejects.toThrow(
        `DCC_MCP_ADMIN_PATH: ${path} is a path of the gateway itself; choose another one`,
      );
    },
  );

  test('takes a path beside those of the gateway', async () => {
    const { url } = await start({ admin: { path: '/v1/tools' } });
    expect((await ask(`${url}/v1/tools/`)).status).toBe(200);
  });

  test.each(['/a/../b', '/a/.', '/..'])('does not take %s, which no client asks for', async (path) => {
    const gateway = await start({ admin: { path } });
    expect(gateway.stderr()).toContain(`"${path}" has a . or .. that clients resolve before they ask`);
    expect((await ask(`${gateway.url}/admin/`)).status).toBe(200);
  });

  test.each([
    [{ admin: { path: '/metrics' } }, 'DCC_MCP_ADMIN_PATH: /metrics is the path of the metrics; choose another one'],
    [{ admin: { path: '/metrics/prometheus' } }, 'DCC_MCP_ADMIN_PATH: /metrics/prometheus is the path of the metrics'],
    [{ metrics: { path: '/admin' } }, 'DCC_MCP_METRICS_PATH: /admin is a path of the gateway itself'],
    [{ admin: { path: '/ops' }, metrics: { path: '/mcp' } }, 'DCC_MCP_METRICS_PATH: /mcp is a path of the gateway'],
  ])('at one path with the metrics is the fault of the one that was moved there: %j', async (config, message) => {
    const metrics = { enabled: true, ...('metrics' in config ? config.metrics : {}) };
    await expect(start({ ...config, metrics })).rejects.toThrow(message);
  });

  test('wants a path with a slash, and says so by its own', async () => {
    const gateway = await start({ admin: { path: 'admin' } });
    expect(gateway.stderr()).toContain('expected a path that begins with /, as /admin');
  });

  test('is what the first page and the rows of calls lead to', async () => {
    const { url } = await start();
    await fetch(`${url}/v1/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"tool_slug":"no.00000000.tool"}',
    });
    expect((await ask(`${url}/`)).body.toString()).toContain('<a href="admin/">admin page</a>');
    const { calls } = JSON.parse((await ask(`${url}/v1/debug/calls`)).body.toString()) as {
      calls: readonly { readonly row_id: string; readonly links: Readonly<Record<string, string>> }[];
    };
    const [{ row_id: id, links }] = calls as [(typeof calls)[0]];
    expect(links).toMatchObject({
      trace_page: `${url}/admin/?panel=traces&trace=${id}`,
      stats: `${url}/admin/?panel=stats`,
      openapi_inspector: `${url}/admin/?panel=openapi`,
    });
    expect((await ask(links['trace_page']!)).status).toBe(200);
  });
});

test('a gateway that was built without its page starts, and says what to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'no-page-'));
  const own = join(import.meta.dirname, '../..');
  cpSync(join(own, 'dist'), join(folder, 'dist'), { recursive: true, filter: (path) => basename(path) !== 'page' });
  cpSync(join(own, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(own, 'node_modules'), join(folder, 'node_modules'));
  const gateway = await startGatewayProcess({ main: join(folder, 'dist/main.js') });
  stops.push(
    () => gateway.stop(),
    async () => rmSync(folder, { recursive: true }),
  );
  const { status, body } = await ask(`${gateway.url}/admin/`);
  expect([status, body.toString()]).toEqual([503, expect.stringContaining('npm run build')]);
  expect((await ask(`${gateway.url}/admin/api/health`)).status).toBe(200);
  expect((await ask(`${gateway.url}/`)).body.toString()).not.toContain('admin');
});
