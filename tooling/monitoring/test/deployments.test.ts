// What is there to copy: scrape and Collector configurations, containers, a cluster. Each is read by what CI has for it;
// what only its own program can say was asked of that program by hand.
import { describeWithTools, findPromtool } from '@dcc-mcp/test-kit/prometheus';
import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';

const folder = join(import.meta.dirname, '../../../monitoring');
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const find = (pattern: string): readonly string[] => globSync(pattern, { cwd: folder }).toSorted();

type Tree = Readonly<Record<string, unknown>>;
const below = (tree: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((each, key) => (each as Tree | undefined)?.[key], tree);
const keysOf = (tree: unknown): readonly string[] => Object.keys(tree ?? {});

test.each(find('**/*.{yml,yaml}'))('%s is YAML, without a key that stands twice', (path) => {
  const documents = parseAllDocuments(read(path));
  expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  expect(documents.length).toBeGreaterThan(0);
});

/** Debian's Prometheus is built without Kubernetes; all but that part is checked by it. */
function withoutCluster(text: string): string {
  const config = parse(text) as { scrape_configs: readonly Tree[] };
  const scrape_configs = config.scrape_configs.map((scrape) =>
    Object.fromEntries(Object.entries(scrape).filter(([key]) => key !== 'kubernetes_sd_configs')),
  );
  return stringify({ ...config, scrape_configs });
}

describeWithTools({ describe, test }, ['promtool'])('promtool', () => {
  test.each([...find('prometheus/scrape/*.yml'), 'compose/prometheus.yml'])('takes %s', (path) => {
    const place = mkdtempSync(join(tmpdir(), 'scrape-'));
    const file = join(place, 'prometheus.yml');
    writeFileSync(file, withoutCluster(read(path)));
    const { status, stderr, stdout } = spawnSync(findPromtool()!, ['check', 'config', '--syntax-only', file], {
      encoding: 'utf8',
    });
    rmSync(place, { recursive: true });
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  });
});

test('the scrape of a cluster finds the pods of the shipped manifest, on their port for metrics', () => {
  const [scrape] = (parse(read('prometheus/scrape/kubernetes.yml')) as { scrape_configs: readonly Tree[] })
    .scrape_configs;
  const deployment = manifests.find(({ kind }) => kind === 'Deployment');
  const [discovery] = scrape!['kubernetes_sd_configs'] as readonly Tree[];
  const pod = below(deployment, 'spec', 'template');
  const [[label, value]] = Object.entries(below(pod, 'metadata', 'labels') as Tree) as [[string, string]];
  expect(discovery).toMatchObject({
    role: 'pod',
    namespaces: { names: [below(deployment, 'metadata', 'namespace')] },
    selectors: [{ role: 'pod', label: `${label}=${value}` }],
  });
  const [container] = below(pod, 'spec', 'containers') as readonly Tree[];
  const kept = (scrape!['relabel_configs'] as readonly Tree[]).find(({ action }) => action === 'keep');
  expect((container!['ports'] as readonly Tree[]).map(({ name }) => name)).toContain(kept?.['regex']);
});

describe.each([...find('otel-collector/*.yaml'), 'compose/otel-collector.yaml'])('%s', (path) => {
  const config = parse(read(path)) as Tree;
  const pipelines = Object.values(below(config, 'service', 'pipelines') as Readonly<Record<string, Tree>>);

  test.each(['receivers', 'processors', 'exporters'])('what it sets up as %s is what its pipelines use', (kind) => {
    const used = new Set(pipelines.flatMap((pipeline) => pipeline[kind] as readonly string[]));
    expect([...used].toSorted((a, b) => a.localeCompare(b))).toEqual(
      keysOf(config[kind]).toSorted((a, b) => a.localeCompare(b)),
    );
  });

  test('memory is bounded before anything else is done', () => {
    expect(pipelines.map((pipeline) => (pipeline['processors'] as readonly string[])[0])).toEqual(
      pipelines.map(() => 'memory_limiter'),
    );
  });
});

describe('compose', () => {
  const { services, volumes, secrets } = parse(read('compose/compose.yaml')) as {
    services: Readonly<Record<string, Tree>>;
    volumes: Tree;
    secrets: Readonly<Record<string, { readonly file: string }>>;
  };
  const mounts = Object.values(services).flatMap(({ volumes: mounted = [] }) => mounted as readonly string[]);

  test('mounts only what is there, and every volume it names', () => {
    const sources = mounts.map((mount) => mount.split(':', 1)[0]!);
    const files = sources.filter((source) => source.startsWith('.'));
    expect(files.filter((file) => !existsSync(join(folder, 'compose', file)))).toEqual([]);
    expect(new Set(sources.filter((source) => !source.startsWith('.')))).toEqual(new Set(Object.keys(volumes)));
  });

  test('keeps its secrets in a folder that is not committed', () => {
    expect(new Set(Object.values(secrets).map(({ file }) => dirname(file)))).toEqual(new Set(['./secrets']));
    expect(read('compose/secrets/.gitignore')).toMatch(/^\*$/m);
    const used = Object.values(services).flatMap(({ secrets: own = [] }) => own as readonly string[]);
    expect(new Set(used)).toEqual(new Set(Object.keys(secrets)));
  });

  test('takes no image that is another one tomorrow', () => {
    const images = Object.values(services).flatMap(({ image }) => (image === undefined ? [] : [image as string]));
    expect(images.filter((image) => !/:(?:version-|v)?\d+\.\d+\.\d+$/.test(image))).toEqual([]);
  });

  test('opens its ports on this machine only', () => {
    const ports = Object.values(services).flatMap(({ ports: own = [] }) => own as readonly string[]);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test('the gateway writes nowhere but where it may', () => {
    expect(services['gateway']).toMatchObject({ read_only: true, cap_drop: ['ALL'], tmpfs: ['/tmp'] });
  });

  test('every address in its files is one of its services', () => {
    const texts = ['compose/compose.yaml', 'compose/otel-collector.yaml', 'compose/prometheus.yml']
      .map(read)
      .join('\n');
    const hosts = [...texts.matchAll(/http:\/\/([a-z][\w-]*):\d+/g)].map(([, host]) => host!);
    expect(hosts.filter((host) => host !== 'localhost' && !(host in services))).toEqual([]);
  });
});

const manifests = find('kubernetes/*.yaml').flatMap((path) =>
  parseAllDocuments(read(path)).map((document) => document.toJS() as Tree),
);

describe('kubernetes', () => {
  const pod = below(
    manifests.find(({ kind }) => kind === 'Deployment'),
    'spec',
    'template',
    'spec',
  ) as Tree;
  const [container] = pod['containers'] as readonly Tree[];

  test('everything has a kind, a name and a namespace', () => {
    const bare = manifests.filter(
      (each) =>
        !each['apiVersion'] ||
        !below(each, 'metadata', 'name') ||
        (each['kind'] !== 'Namespace' && below(each, 'metadata', 'namespace') !== 'dcc-mcp'),
    );
    expect(bare).toEqual([]);
  });

  test('the pod fits the restricted standard, and can write nowhere but where it may', () => {
    expect(pod).toMatchObject({ securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } });
    expect(container).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    });
  });

  test('the monitor of the operator reads the secret and the port that are there', () => {
    const monitor = manifests.find(({ kind }) => kind === 'PodMonitor');
    const [endpoint] = below(monitor, 'spec', 'podMetricsEndpoints') as readonly Tree[];
    const secret = manifests.find(({ kind }) => kind === 'Secret');
    expect(below(endpoint, 'authorization', 'credentials', 'name')).toBe(below(secret, 'metadata', 'name'));
    const key = below(endpoint, 'authorization', 'credentials', 'key') as string;
    expect(keysOf(secret?.['stringData'])).toContain(key);
    expect((container!['ports'] as readonly Tree[]).map(({ name }) => name)).toContain(endpoint!['port']);
  });

  test('what is mounted is what is there', () => {
    const mounted = (container!['volumeMounts'] as readonly Tree[]).map(({ name }) => name);
    expect(new Set(mounted)).toEqual(new Set((pod['volumes'] as readonly Tree[]).map(({ name }) => name)));
  });
});

describe('the image', () => {
  const text = read('docker/Dockerfile');

  test('does not run as root', () => {
    expect(text).toMatch(/^USER node$/m);
    expect(text.indexOf('\nUSER ')).toBeLessThan(text.indexOf('\nENTRYPOINT '));
  });
});
