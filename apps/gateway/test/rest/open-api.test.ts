import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { mcpToolDefinitions } from '../../src/mcp/search-mode/tool-definitions.ts';
import { parseCallBatch, parseSearch } from '../../src/operations/requests/parse-request.ts';
import type { JsonObject } from '../../src/protocol/json-rpc.ts';
import { renderDocsPage } from '../../src/rest/docs-page.ts';
import { toOpenApiDocument } from '../../src/rest/open-api-document.ts';

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonObject>> };
}

function readDocument(): Document {
  return JSON.parse(JSON.stringify(toOpenApiDocument({ version: '1.2.3' }))) as Document;
}

const ROUTES = [
  'post /v1/search',
  'post /v1/describe',
  'get /v1/tools/{slug}',
  'post /v1/load_skill',
  'post /v1/unload_skill',
  'post /v1/call',
  'post /v1/call_batch',
  'post /v1/dcc/{dcc}/instances/{id}/call',
  'get /v1/dcc/{dcc}/instances/{id}/describe',
  'get /v1/instances',
  'get /v1/skills',
  'get /v1/context',
  'get /v1/healthz',
  'get /v1/readyz',
];

describe('toOpenApiDocument', () => {
  test('has no pattern that ends in flags, which no reader of JSON Schema knows', () => {
    const patterns = [...JSON.stringify(readDocument()).matchAll(/"pattern":"((?:[^"\\]|\\.)*)"/g)].map(
      ([, text]) => text,
    );
    expect(patterns.length).toBeGreaterThan(0);
    expect(patterns.filter((text) => /\/[a-z]*$/.test(text ?? ''))).toEqual([]);
  });

  test('is OpenAPI 3.1 and names every route', () => {
    const { openapi, paths } = readDocument();
    const routes = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    expect(openapi).toBe('3.1.0');
    expect(routes).toEqual(expect.arrayContaining(ROUTES));
  });

  test('refers only to schemas it holds', () => {
    const document = readDocument();
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name,
    );
    expect(references.length).toBeGreaterThan(20);
    expect(references.filter((name) => name === undefined || document.components.schemas[name] === undefined)).toEqual(
      [],
    );
  });

  test('describes the bodies that the gateway takes, by schemas that agree with its checks', () => {
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema({ $id: 'https://document.invalid/', ...readDocument() });
    const accepts = (name: string, body: unknown): boolean =>
      ajv.validate({ $ref: `https://document.invalid/#/components/schemas/${name}` }, body);
    for (const body of [
      {},
      { query: 'x', limit: 100 },
      { limit: 101 },
      { query: 5 },
      { mode: 'hybrid' },
      { tags: [''] },
    ]) {
      expect([body, accepts('SearchRequest', body)]).toEqual([body, parseSearch(body).ok]);
    }
    for (const body of [
      { calls: [] },
      { calls: [{ tool_slug: 'a' }] },
      { calls: [{}] },
      { calls: [{ tool_slug: 'a', id: {} }] },
    ]) {
      expect([body, accepts('CallBatchRequest', body)]).toEqual([body, parseCallBatch(body).ok]);
    }
  });
});

describe('mcpToolDefinitions', () => {
  const tools = mcpToolDefinitions();

  test('are the four tools with schemas of objects and annotations', () => {
    expect(tools.map((tool) => tool.name)).toEqual(['search', 'describe', 'load_skill', 'call']);
    for (const tool of tools) {
      expect(tool).toMatchObject({
        inputSchema: { type: 'object' },
        outputSchema: { type: 'object' },
        annotations: { readOnlyHint: expect.any(Boolean) },
      });
    }
  });

  test('compile, and stand alone', () => {
    const ajv = new Ajv2020({ strict: false });
    for (const tool of tools) {
      expect(typeof ajv.compile(tool.inputSchema)).toBe('function');
      expect(typeof ajv.compile(tool.outputSchema)).toBe('function');
    }
    expect(JSON.stringify(tools)).not.toContain('$ref');
  });

  test('bound a batch at 25 calls', () => {
    const { inputSchema } = tools.find((tool) => tool.name === 'call')!;
    expect(inputSchema).toMatchObject({
      properties: { calls: { minItems: 1, maxItems: 25 }, meta: { type: 'object' } },
    });
  });

  test('let structured content of one call, of a batch and of a tool error pass', () => {
    const validate = new Ajv2020({ strict: false }).compile(tools.find((tool) => tool.name === 'call')!.outputSchema);
    const error = { kind: 'tool-error', message: 'm', retryable: false, recommended_next_action: 'n' };
    const dcc = { dcc_type: 'maya', instance_id: 'a', instance_short: 'a' };
    const call = {
      ok: false,
      tool_slug: 'a',
      slug: 'b',
      output: null,
      error,
      request_id: 'r',
      trace_id: 't',
      duration_ms: 1,
      _meta: { dcc },
    };
    expect([validate(call), validate.errors]).toEqual([true, null]);
    const batch = { success: false, results: [{ index: 0, tool_slug: 'a', ok: false, result: call }] };
    expect([validate(batch), validate.errors]).toEqual([true, null]);
  });

  test.each([['search'], ['describe'], ['load_skill'], ['call']])(
    'let the error envelope of %s pass: there are clients that check it, too',
    (name) => {
      const { outputSchema } = tools.find((tool) => tool.name === name)!;
      const validate = new Ajv2020({ strict: false }).compile(outputSchema);
      const error = { kind: 'bad-request', message: 'm', retryable: false, recommended_next_action: 'n' };
      expect([validate({ error, request_id: 'r', trace_id: 't' }), validate.errors]).toEqual([true, null]);
    },
  );
});

describe('renderDocsPage', () => {
  const page = renderDocsPage(toOpenApiDocument({ version: '1.2.3' }));

  test('shows every route and schema', () => {
    for (const route of ROUTES) {
      expect(page.html).toContain(`<code>${route.split(' ')[1]}</code>`);
    }
    expect(page.html).toContain('id="SearchHit"');
  });

  test('runs no script and loads nothing from anywhere', () => {
    expect(page.html).not.toMatch(/<script|<link|<img|https?:\/\/|url\(|@import|\son\w+=|\sstyle=/i);
    expect(page.contentSecurityPolicy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='/);
  });

  test('links only to what is on the page or to the document itself', () => {
    const targets = [...page.html.matchAll(/href="([^"]*)"/g)].map(([, target]) => target ?? '');
    const missing = targets.filter(
      (target) => target.startsWith('#') && !page.html.includes(`id="${target.slice(1)}"`),
    );
    expect(missing).toEqual([]);
    expect(targets.filter((target) => !target.startsWith('#'))).toEqual(['/v1/openapi.json']);
  });

  test('shows text of a document as text', () => {
    const { html } = renderDocsPage({ info: { title: '<script>alert(1)</script>', description: '"&' }, paths: {} });
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toContain('<script>');
  });
});
