// Configuration files: any text is read to an end, and what is wrong is said in one line each.
import { formatIssue } from '@dcc-mcp/telemetry-config';
import * as fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../../src/config/load/load-configuration.ts';
import { jsonText } from '../inputs/json-text.ts';
import { type ByteText, type Target, toBytes } from '../target.ts';

export interface ConfigInput {
  readonly file: 'gateway.json' | 'gateway.jsonc' | 'gateway.yaml';
  readonly text: ByteText;
}

const READ_MILLIS = 2_000;

const FILES: readonly unknown[] = [
  {
    server: { host: '127.0.0.1', port: 0, expose: 'all', publicUrl: 'https://x.example', allowedHosts: ['a'] },
    mcpServers: {
      maya: { command: 'node', args: ['server.js'], env: { A: '${B:-c}' }, cwd: '.', affinity: 'main', concurrency: 1 },
      web: { url: 'http://127.0.0.1:1/mcp', headers: { authorization: 'Bearer ${T}' }, timeoutMs: 5 },
    },
    metrics: { enabled: true, basicAuth: { username: 'u', password: 'p' }, customLabels: { a: 'b' } },
    auth: { tokens: [{ token: 'a'.repeat(32), name: 'n', dccTypes: ['maya'] }] },
    policy: { readOnly: true, allowedDccTypes: ['maya'], allowedToolSlugPrefixes: ['maya.'] },
    limits: { ratePerMinute: 10, circuitOpenSecs: 3 },
  },
  { observability: { metrics: { enabled: true }, tracing: { enabled: true, endpoint: 'x:4317', sample_rate: 0.5 } } },
];

const YAML: readonly string[] = [
  'server:\n  port: 0\nmcpServers:\n  a: { command: node, args: [x] }\n',
  'a: &a [1, 2]\nb: &b [*a, *a]\nmcpServers: {x: *b}\n',
  '---\nserver: {}\n---\nserver: {port: 1}\n',
  'server: !!js/function "x"\n? [complex]\n: 1\n<<: {port: 2}\n',
];

const yamlText: fc.Arbitrary<ByteText> = fc
  .tuple(
    fc.constantFrom(...YAML),
    fc.nat(80),
    fc.nat(6),
    fc.constantFrom('', '\t', ': ', '- ', '&a ', '*a', '"', '\ufeff', '{', '\0'),
  )
  .map(([text, at, removed, inserted]) => text.slice(0, at) + inserted + text.slice(at + removed))
  .map((text) => Buffer.from(text).toString('latin1'));

export const configFiles: Target<ConfigInput> = {
  name: 'config-files',
  inputs: fc.oneof(
    fc.record({
      file: fc.constantFrom<ConfigInput['file']>('gateway.json', 'gateway.jsonc', 'gateway.yaml'),
      text: jsonText(FILES),
    }),
    fc.record({ file: fc.constant<ConfigInput['file']>('gateway.yaml'), text: yamlText }),
  ),
  open() {
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-config-'));
    return Promise.resolve({
      async check({ file, text }: ConfigInput) {
        const configFile = join(folder, file);
        writeFileSync(configFile, toBytes(text));
        const begin = performance.now();
        const { issues } = loadConfiguration({ env: {}, configFile });
        const millis = performance.now() - begin;
        if (millis > READ_MILLIS) {
          throw new Error(`it took ${Math.round(millis)} ms`);
        }
        for (const line of issues.map(formatIssue)) {
          if (line.trim() === '' || /\n\s+at /.test(line)) {
            throw new Error(`an issue that nobody can read: ${line}`);
          }
        }
        await new Promise(setImmediate);
      },
      close: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
    });
  },
};
