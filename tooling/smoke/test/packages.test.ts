// Every public package, packed as it would be published and used from a project that isn't ours.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { type StrangersProject, createStrangersProject, entryPoints, publicPackages, run } from './project.ts';

const bin = (name: string): string => join(import.meta.dirname, '../node_modules/.bin', name);
const node = (...args: string[]): string => run(process.execPath, args, project.folder);
const entries = publicPackages.flatMap(({ manifest }) => entryPoints(manifest));
const commands = publicPackages.flatMap(({ manifest }) =>
  Object.keys(manifest.bin ?? {}).map((command) => ({ command, version: manifest.version })),
);

let project: StrangersProject;

beforeAll(() => {
  project = createStrangersProject();
}, 300_000);

afterAll(() => project?.remove());

describe.each(publicPackages.map(({ manifest }) => manifest))('$name', ({ name }) => {
  test('passes publint', () => {
    expect(() => run(bin('publint'), ['--strict', project.tarball(name)], project.folder)).not.toThrow();
  });

  test('passes attw', () => {
    const args = ['--profile', 'esm-only', project.tarball(name)];
    expect(() => run(bin('attw'), args, project.folder)).not.toThrow();
  });

  test('ships code, README and LICENSE, but no build info and no tests', () => {
    const files = run('tar', ['tzf', project.tarball(name)], project.folder);
    expect(files).not.toMatch(/tsbuildinfo|\.test\.|\/test\//);
    expect(files.split('\n')).toEqual(
      expect.arrayContaining(['package/LICENSE', 'package/README.md', 'package/dist/index.js', 'package/src/index.ts']),
    );
  });
});

const IMPORT_WITHOUT_TELEMETRY = (entry: string): string => `
  const { metrics, trace } = await import('@opentelemetry/api');
  const { logs } = await import('@opentelemetry/api-logs').catch(() => ({ logs: Object.create({}) }));
  const refuse = () => { throw new Error('taken while the module is loaded'); };
  Object.assign(Object.getPrototypeOf(trace), { getTracer: refuse });
  Object.assign(Object.getPrototypeOf(metrics), { getMeter: refuse });
  Object.assign(Object.getPrototypeOf(logs), { getLogger: refuse });
  await import('${entry}');`;

describe.each(entries.filter((entry) => !entry.endsWith('/register')))('%s', (entry) => {
  test('can be imported, and takes no tracer, meter or logger while it is', () => {
    expect(() => node('--input-type=module', '-e', IMPORT_WITHOUT_TELEMETRY(entry))).not.toThrow();
  });

  test('can be required', () => {
    expect(() => node('--disable-warning=ExperimentalWarning', '-e', `require('${entry}')`)).not.toThrow();
  });

  test('says nothing when it is loaded', () => {
    expect(node('--input-type=module', '-e', `await import('${entry}')`)).toBe('');
  });
});

describe.each(entries.filter((entry) => entry.endsWith('/register')))('%s', (entry) => {
  test.each([['--import'], ['--require']])('can be preloaded with %s', (flag) => {
    expect(node(flag, entry, '-e', 'console.log("the app ran")')).toBe('the app ran\n');
  });
});

test.each(commands)('$command --version prints the version of the package', ({ command, version }) => {
  expect(run(join(project.folder, 'node_modules/.bin', command), ['--version'], project.folder).trim()).toBe(version);
});

test.each(['api', 'core', 'resources', 'sdk-trace', 'sdk-metrics', 'sdk-logs'])(
  'the installed tree holds one copy of @opentelemetry/%s',
  (name) => {
    expect(globSync(`**/node_modules/@opentelemetry/${name}/package.json`, { cwd: project.folder })).toHaveLength(1);
  },
);

test('the installed tree holds none of our tools', () => {
  expect(existsSync(join(project.folder, 'node_modules/@dcc-mcp/test-kit'))).toBe(false);
});
