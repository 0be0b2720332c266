// Every public package, packed as it would be published and used from a project that isn't ours.
import { describe, expect, test } from '@jest/globals';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { entryPoints, openStrangersProject, publicPackages } from './stranger/project.ts';
import { root, run } from './stranger/run.ts';

interface PackedManifest {
  readonly exports: Readonly<Record<string, { readonly types?: string; readonly default?: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

const bin = (name: string): string => join(import.meta.dirname, '../node_modules/.bin', name);
const project = openStrangersProject();
const node = (...args: string[]): string => run(process.execPath, args, project.folder);
const entries = publicPackages.flatMap(({ manifest }) => entryPoints(manifest));
const commands = publicPackages.flatMap(({ manifest }) =>
  Object.keys(manifest.bin ?? {}).map((command) => ({ command, version: manifest.version })),
);

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

describe.each(publicPackages.map(({ folder, manifest }) => ({ name: manifest.name, path: relative(root, folder) })))(
  'the page of $name on the registry',
  ({ name, path }) => {
    const packed = join(project.folder, 'node_modules', name);
    const manifest = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8')) as PackedManifest;

    test('says what it is for, what it needs and where it comes from', () => {
      expect(manifest).toMatchObject({
        description: expect.stringMatching(/\.$/),
        license: 'MIT',
        keywords: expect.arrayContaining([expect.any(String)]),
        engines: { node: expect.stringMatching(/^>=/) },
        repository: { type: 'git', url: expect.stringMatching(/^git\+https:.*\.git$/), directory: path },
        homepage: expect.stringContaining(`/${path}#readme`),
        bugs: expect.stringMatching(/^https:/),
      });
    });

    test('names versions that the registry knows', () => {
      const ranges = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
      expect(Object.entries(ranges).filter(([, range]) => /^(?:workspace|catalog|file|link):/.test(range))).toEqual([]);
    });

    test('has types for each entry', () => {
      const entriesWithTypes = Object.entries(manifest.exports).filter(([subpath]) => !subpath.endsWith('.json'));
      const missing = entriesWithTypes.filter(
        ([, { types, default: code }]) =>
          !existsSync(join(packed, types ?? '?')) || !existsSync(join(packed, code ?? '?')),
      );
      expect(missing).toEqual([]);
    });

    test('source maps lead to sources that are there', () => {
      const maps = globSync('dist/**/*.map', { cwd: packed });
      const missing = maps.filter((file) => {
        const { sources, sourcesContent } = JSON.parse(readFileSync(join(packed, file), 'utf8')) as SourceMap;
        // What is put into a bundle is named as its package has it; that package need not be there.
        return sources.some(
          (source, index) =>
            !/^(?:node_modules\/|builtin:|late:|parts:)/.test(source) &&
            !existsSync(join(packed, file, '..', source)) &&
            sourcesContent?.[index] == null,
        );
      });
      expect(missing).toEqual([]);
    });

    test('links lead to a file of the repository, seen from its folder, or to the web', () => {
      const readme = readFileSync(join(packed, 'README.md'), 'utf8');
      const links = [...readme.matchAll(/\]\(([^)#\s]+)/g)].map(([, link = '']) => link);
      const broken = links.filter((link) => !link.startsWith('https://') && !existsSync(join(root, path, link)));
      expect(broken).toEqual([]);
    });
  },
);

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

const MODULES_OF_NODE = (entry: string): string => `
  const before = new Set(process.moduleLoadList);
  await import('${entry}');
  const names = process.moduleLoadList.filter((name) => !before.has(name));
  console.log(JSON.stringify(names.map((name) => name.replace('NativeModule ', ''))));`;
const COSTLY = new Set(['crypto', 'http', 'internal/fs/promises', 'net', 'tls', 'v8', 'worker_threads', 'zlib']);
const LIBRARIES = ['telemetry-config', 'telemetry-node', 'workflow-spans', 'prometheus-bridge', 'http-adapter'];

test.each(LIBRARIES)('importing %s makes Node load no module of its own that takes milliseconds', (name) => {
  const loaded = JSON.parse(node('--input-type=module', '-e', MODULES_OF_NODE(`@dcc-mcp/${name}`))) as string[];
  expect(loaded.filter((each) => COSTLY.has(each))).toEqual([]);
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

// The gateway and the libraries hold copies of the same code in their bundles; what a program sees of them is one thing.
const ONE_THING = `
  import { createGateway } from '@dcc-mcp/gateway';
  import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
  import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
  import { startTelemetry } from '@dcc-mcp/telemetry-node';
  import { AggregationTemporality, MetricReader, MeterProvider } from '@opentelemetry/sdk-metrics';
  const env = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
  const gateway = await createGateway({ enablePrometheus: true, env });
  const scraped = await gateway.telemetry.metricReader.scrape();
  class OwnReader extends MetricReader {
    async onForceFlush() {}
    async onShutdown() {}
    selectAggregationTemporality() { return AggregationTemporality.CUMULATIVE; }
  }
  const own = new OwnReader();
  const telemetry = startTelemetry(readTelemetryConfig(env).values, { metricReaders: [own] });
  telemetry.meterFor('mine').createCounter('sheep').add(3);
  const { resourceMetrics } = await own.collect();
  const bridge = new PrometheusReader();
  const provider = new MeterProvider({ readers: [bridge] });
  provider.getMeter('theirs').createCounter('goats').add(4);
  const { body } = await bridge.scrape();
  console.log(JSON.stringify({
    isReader: gateway.telemetry.metricReader instanceof PrometheusReader,
    isOther: gateway instanceof PrometheusReader,
    status: scraped.status,
    sheep: resourceMetrics.scopeMetrics.find(({ scope }) => scope.name === 'mine').metrics[0].dataPoints[0].value,
    goats: /^goats_total\\b.* 4$/m.test(new TextDecoder().decode(body)),
  }));
  await gateway.stop();
  await telemetry.shutdown();`;

test('readers and providers of the SDK, of our packages and of a gateway work with each other', () => {
  expect(JSON.parse(node('--input-type=module', '-e', ONE_THING))).toEqual({
    isReader: true,
    isOther: false,
    status: 200,
    sheep: 3,
    goats: true,
  });
});

test('the gateway brings gRPC, and says so when a collector is not there', () => {
  const command = join(project.folder, 'node_modules/@dcc-mcp/gateway/dist/main.js');
  const env = `OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9 OTEL_EXPORTER_OTLP_PROTOCOL=grpc`;
  const report = run('sh', ['-c', `${env} "${process.execPath}" "${command}" doctor --json || true`], project.folder);
  const { exporters } = JSON.parse(report) as { exporters: { protocol: string; problem: { cause: string } }[] };
  expect(exporters.map(({ protocol, problem }) => [protocol, problem.cause])).toContainEqual([
    'grpc',
    'connection_refused',
  ]);
});

test('whoever ships code of others ships their licences', () => {
  const shipped = readFileSync(
    join(project.folder, 'node_modules/@dcc-mcp/gateway/dist/third-party-licences.txt'),
    'utf8',
  );
  for (const name of ['undici', 'zod', 'hono', '@grpc/grpc-js', '@opentelemetry/sdk-metrics', 'yaml']) {
    expect(shipped).toMatch(new RegExp(`^${name}@\\d+\\.\\d+\\.\\d+ \\(`, 'm'));
  }
});

test('the gateway brings its page, compressed', () => {
  const page = join(project.folder, 'node_modules/@dcc-mcp/gateway/dist/page');
  const loaded = readFileSync(join(page, 'index.html'), 'utf8').matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g);
  const files = ['index.html', ...Array.from(loaded, ([, path]) => path!)];
  expect(files.length).toBeGreaterThan(2);
  expect(
    files.flatMap((file) => [file, `${file}.br`, `${file}.gz`]).filter((file) => !existsSync(join(page, file))),
  ).toEqual([]);
});
