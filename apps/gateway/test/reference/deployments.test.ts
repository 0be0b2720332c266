// What monitoring/ deploys is taken by the gateway: its configurations, the variables it sets, the paths it probes.
import { parseConfigFile } from '@dcc-mcp/telemetry-config';
import { describe, expect, test } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeVariables } from '../../src/config/reference/describe-variables.ts';
import { issuesOf, namesOf, readYaml } from '../config/config-fixture.ts';
import { startGateway } from '../fixtures/start-gateway.ts';

const ROOT = join(import.meta.dirname, '../../../../monitoring');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Manifest {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
}

const manifests = read('kubernetes/gateway.yaml')
  .split(/^---$/m)
  .map((text) => parseConfigFile(text, 'gateway.yaml'))
  .map((parsed): Partial<Manifest> => (parsed.ok ? parsed.value : {}));
const inCluster = manifests.find(({ kind }) => kind === 'ConfigMap')?.data?.['gateway.yaml'] ?? '';

test.each([
  ['compose/gateway.yaml', read('compose/gateway.yaml')],
  ['the ConfigMap of kubernetes/gateway.yaml', inCluster],
])('%s is taken without an issue', (_, text) => {
  expect(text).toContain('metrics:');
  expect(issuesOf(readYaml(text))).toEqual([]);
});

describe('variables', () => {
  const known = new Set(describeVariables().flatMap(namesOf));
  const files = globSync('{compose,docker,kubernetes,systemd,prometheus,otel-collector}/**', { cwd: ROOT }).filter(
    (path) => /\.\w+$|Dockerfile$/.test(path),
  );

  test.each(files)('%s sets only those that are there', (path) => {
    const names = [...read(path).matchAll(/\b(?:OTEL|DCC_MCP)_[A-Z0-9_]*[A-Z0-9]\b(?![_*])/g)].map(([name]) => name);
    expect([...new Set(names)].filter((name) => !known.has(name))).toEqual([]);
  });
});

test('every path that is probed is answered', async () => {
  const texts = ['kubernetes/gateway.yaml', 'docker/Dockerfile'].map(read).join('\n');
  const paths = new Set([...texts.matchAll(/(?:path: |:9765)(\/\w+z)\b/g)].map(([, path]) => path!));
  expect([...paths].toSorted()).toEqual(['/livez', '/readyz']);
  const gateway = await startGateway();
  try {
    for (const path of paths) {
      expect([path, (await fetch(gateway.url + path)).status]).toEqual([path, 200]);
    }
  } finally {
    await gateway.stop();
  }
});
