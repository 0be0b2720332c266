import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"&\u001b[31m\u202e';
const TOKEN = 'a-token-of-the-test';

/** What stands in the blocks to paste. */
function snippetsOf(html: string): readonly string[] {
  const blocks = [...html.matchAll(/<pre><code>([^]*?)<\/code><\/pre>/g)].map(([, text = '']) => text);
  return blocks.map((text) => text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&'));
}

describe('GET /', () => {
  let gateway: RunningGateway;
  let html: string;
  let response: Response;

  beforeAll(async () => {
    const gone = {
      command: process.execPath,
      args: ['-e', `console.error(${JSON.stringify(HOSTILE)}); process.exit(3)`],
    };
    gateway = await startGateway({ config: { mcpServers: { gone, [HOSTILE]: { ...gone, lazy: true } } } });
    await gateway.ready();
    response = await fetch(gateway.url);
    html = await response.text();
  });

  afterAll(() => gateway.stop());

  test('is a page without scripts that loads nothing', () => {
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|<img|<[^>]*\s(?:src|on\w+)=/);
  });

  test('says how each server is', () => {
    expect(html).toMatch(
      /<dt>gone<\/dt><dd><b class="bad">unreachable<\/b> · it is tried again · since <time [^>]+>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC<\/time><br>exited with code 3: /,
    );
    expect(html).toContain('<dd>idle · starts at its first use</dd>');
    expect(html).toContain('0 of 2 servers ready · 0 tools');
  });

  test('selects a whole block with one click', () => {
    expect(html).toMatch(/pre \{[^}]*user-select: all/);
  });

  test('shows text of servers as text', () => {
    expect(html).toContain('&lt;img');
    expect(html).not.toContain('\u001b');
    expect(html).not.toContain('\u202e');
  });

  test('leads on', async () => {
    const links = [...html.matchAll(/<a href="([^"]+)"/g)].map(([, href = '']) => href);
    expect(links).toEqual(
      expect.arrayContaining(['docs', 'v1/instances', 'v1/debug/calls', 'v1/debug/health', 'metrics']),
    );
    for (const href of links.filter((link) => link !== 'metrics')) {
      expect([href, (await fetch(new URL(href, gateway.url))).status]).toEqual([href, 200]);
    }
  });

  test('has what Claude Code, Cursor, VS Code, mcp-remote and standard streams want', () => {
    const [claude, ...files] = snippetsOf(html);
    const url = `${gateway.url}/mcp`;
    expect(claude).toBe(`claude mcp add --transport http dcc-mcp-gateway ${url}`);
    expect(files.map((text) => JSON.parse(text) as unknown)).toEqual([
      { mcpServers: { 'dcc-mcp-gateway': { url } } },
      { servers: { 'dcc-mcp-gateway': { type: 'http', url } } },
      { mcpServers: { 'dcc-mcp-gateway': { command: 'npx', args: ['-y', 'mcp-remote', url] } } },
      {
        mcpServers: {
          'dcc-mcp-gateway': { command: 'dcc-mcp-gateway', args: ['--stdio', '--config', expect.any(String)] },
        },
      },
    ]);
  });

  test('has headers for HEAD', async () => {
    const head = await fetch(gateway.url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });
});

describe('GET / of a gateway with tokens and a public address', () => {
  let gateway: RunningGateway;

  beforeAll(async () => {
    const env = { DCC_MCP_AUTH_TOKEN: TOKEN, DCC_MCP_PUBLIC_URL: 'http://gateway.example/base/' };
    gateway = await startGateway({ env });
  });

  afterAll(() => gateway.stop());

  test('is for whoever has one, and gives none away', async () => {
    expect((await fetch(gateway.url)).status).toBe(401);
    const html = await (await fetch(gateway.url, { headers: { authorization: `Bearer ${TOKEN}` } })).text();
    expect(html).not.toContain(TOKEN);
    expect(html).toContain('name them under <code>mcpServers</code>');
    const [claude, cursor = '', , remote = ''] = snippetsOf(html);
    expect(claude).toContain('http://gateway.example/base/mcp --header "Authorization: Bearer YOUR_TOKEN"');
    expect(cursor).toContain('"Authorization": "Bearer YOUR_TOKEN"');
    expect(remote).toContain('"--allow-http"');
  });
});
