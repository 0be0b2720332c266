// What is there to copy for several gateways that are one: nginx before them, Redis behind them, a cluster.
import { freePort } from '@dcc-mcp/test-kit/free-port';
import { describeWithTools } from '@dcc-mcp/test-kit/prometheus';
import { findNginx } from '@dcc-mcp/test-kit/tools';
import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, parseAllDocuments } from 'yaml';

const folder = join(import.meta.dirname, '../../../monitoring');
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const RETRY_RULE = 'error timeout http_503 non_idempotent';
const GATEWAYS = ['gateway-1', 'gateway-2', 'gateway-3'] as const;

type Tree = Readonly<Record<string, unknown>>;
const below = (tree: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((each, key) => (each as Tree | undefined)?.[key], tree);
const documentsOf = (path: string): readonly Tree[] =>
  parseAllDocuments(read(path)).map((document) => document.toJS() as Tree);

describe('compose/scale', () => {
  const compose = parse(read('compose/scale/compose.yaml'), { merge: true }) as Tree;
  const services = compose['services'] as Readonly<Record<string, Tree>>;

  test('has three gateways that differ in nothing but where their history is', () => {
    const gateways = GATEWAYS.map((name) => {
      const { volumes, ...rest } = services[name]!;
      return { rest, history: (volumes as readonly string[]).filter((mount) => mount.startsWith('history')) };
    });
    expect(new Set(gateways.map(({ rest }) => JSON.stringify(rest))).size).toBe(1);
    expect(new Set(gateways.flatMap(({ history }) => history)).size).toBe(3);
    expect(gateways[0]!.rest).toMatchObject({ read_only: true, cap_drop: ['ALL'], tmpfs: ['/tmp'] });
  });

  test('mounts only what is there, keeps secrets out of the repository, and opens ports on this machine only', () => {
    const all = Object.values(services);
    const mounts = all.flatMap(({ volumes = [] }) => volumes as readonly string[]);
    const files = mounts.map((mount) => mount.split(':', 1)[0]!).filter((source) => source.startsWith('.'));
    expect(files.filter((file) => !existsSync(join(folder, 'compose/scale', file)))).toEqual([]);
    const secrets = Object.values(compose['secrets'] as Readonly<Record<string, { file: string }>>);
    expect(new Set(secrets.map(({ file }) => dirname(file)))).toEqual(new Set(['./secrets']));
    expect(read('compose/scale/secrets/.gitignore')).toMatch(/^\*$/m);
    const ports = all.flatMap(({ ports: own = [] }) => own as readonly string[]);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test('takes no image that is another one tomorrow', () => {
    const images = Object.values(services).flatMap(({ image, build }) =>
      build === undefined ? [image as string] : [],
    );
    expect(images.filter((image) => !/:v?\d+\.\d+\.\d+$/.test(image))).toEqual([]);
  });

  test('nginx and Prometheus know the gateways by their names, and the gateways Redis by its', () => {
    const upstreams = [...read('compose/scale/nginx.conf').matchAll(/server ([\w-]+):9765/g)].map(([, name]) => name);
    expect(upstreams).toEqual(GATEWAYS);
    const scraped = (below(parse(read('compose/scale/prometheus.yml')), 'scrape_configs') as readonly Tree[])[0];
    expect((scraped!['static_configs'] as readonly Tree[])[0]!['targets']).toEqual(
      GATEWAYS.map((name) => `${name}:9765`),
    );
    const url = new URL(below(services['gateway-1'], 'environment', 'DCC_MCP_REDIS_URL') as string);
    expect(Object.keys(services)).toContain(url.hostname);
  });
});

describeWithTools({ describe, test }, ['nginx'])('compose/scale/nginx.conf', () => {
  test('loses no request while one gateway is being stopped and another is gone', async () => {
    const calls = { stopping: 0, serving: 0 };
    const stopping = await serve(503, () => (calls.stopping += 1));
    const serving = await serve(200, () => (calls.serving += 1));
    const gone = `127.0.0.1:${await freePort()}`;
    const nginx = await startNginx([stopping.address, gone, serving.address]);
    try {
      const statuses = await Promise.all(
        Array.from(
          { length: 60 },
          async () => (await fetch(`${nginx.url}/mcp`, { method: 'POST', body: '{}' })).status,
        ),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(calls.serving).toBe(60);
      expect(calls.stopping).toBeGreaterThan(0);
      for (const path of ['/metrics', '/internal/instances/any/mcp']) {
        expect((await fetch(`${nginx.url}${path}`)).status).toBe(404);
      }
    } finally {
      await nginx.stop();
      await Promise.all([stopping, serving].map(({ close }) => close()));
    }
  });

  test('hands events on as they are written', async () => {
    const events = await serveEvents();
    const nginx = await startNginx([events.address, events.address, events.address]);
    try {
      const reader = (await fetch(`${nginx.url}/mcp`)).body!.getReader();
      expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: first\n\n');
      await reader.cancel();
    } finally {
      await nginx.stop();
      await events.close();
    }
  });
});

interface Served {
  readonly address: string;
  close(): Promise<void>;
}

function serve(status: number, onCall: () => void): Promise<Served> {
  return listen(
    createServer((request, response) => {
      request.resume().on('end', () => {
        onCall();
        response.writeHead(status).end('{}');
      });
    }),
  );
}

function serveEvents(): Promise<Served> {
  return listen(
    createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
    }),
  );
}

async function listen(server: Server): Promise<Served> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { readonly port: number };
  return {
    address: `127.0.0.1:${address.port}`,
    async close() {
      server.close().closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** nginx with the shipped configuration: only addresses and folders are those of this machine. */
async function startNginx(gateways: readonly string[]): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const place = mkdtempSync(join(tmpdir(), 'nginx-'));
  const port = await freePort();
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (each) => `${each}_temp_path ${place}/${each};`,
  );
  const text = GATEWAYS.reduce(
    (each, name, index) => each.replace(`${name}:9765`, gateways[index]!),
    read('compose/scale/nginx.conf'),
  )
    .replace('listen 9765;', `listen 127.0.0.1:${port};`)
    .replace('http {', `http {\n  ${folders.join('\n  ')}`);
  writeFileSync(join(place, 'nginx.conf'), `daemon off;\npid ${place}/pid;\nerror_log stderr crit;\n${text}`);
  const child = spawn(findNginx()!, ['-p', place, '-c', join(place, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; !(await answers(`${url}/metrics`)); attempt += 1) {
    if (attempt === 250 || child.exitCode !== null) {
      child.kill('SIGTERM');
      throw new Error(`nginx did not start: ${said}`);
    }
    await sleep(20);
  }
  return {
    url,
    async stop() {
      child.kill('SIGTERM'); // its own processes go with it
      await once(child, 'exit');
      rmSync(place, { recursive: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url);
    return true;
  } catch {
    return false;
  }
}

function containerOf(deployment: Tree | undefined): Tree {
  return (below(deployment, 'spec', 'template', 'spec', 'containers') as readonly Tree[])[0]!;
}

describe('kubernetes/scale', () => {
  const [deployment, budget, service, ingress] = documentsOf('kubernetes/scale/gateways.yaml');
  const [secret, redis, redisService] = documentsOf('kubernetes/scale/redis.yaml');
  const single = documentsOf('kubernetes/gateway.yaml').find(({ kind }) => kind === 'Deployment');

  test('runs what the single gateway runs, three times, with Redis', () => {
    expect(below(deployment, 'metadata')).toEqual(below(single, 'metadata'));
    expect(below(deployment, 'spec')).toMatchObject({
      replicas: 3,
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
    });
    const { topologySpreadConstraints: _, ...pod } = below(deployment, 'spec', 'template', 'spec') as Tree;
    const ownPod = below(single, 'spec', 'template', 'spec') as Tree;
    expect({ ...pod, containers: [] }).toEqual({ ...ownPod, containers: [] });
    const { env, ...container } = containerOf(deployment);
    const { env: ownEnv, ...ownContainer } = containerOf(single);
    expect(container).toEqual(ownContainer);
    const added = (env as readonly Tree[]).filter(
      ({ name }) => !(ownEnv as readonly Tree[]).some((own) => own['name'] === name),
    );
    expect(added.map((each) => each['name'])).toEqual(['DCC_MCP_REDIS_URL', 'DCC_MCP_REDIS_PASSWORD']);
    const { name, namespace } = below(redisService, 'metadata') as Readonly<Record<string, string>>;
    expect(added[0]!['value']).toBe(`redis://${name}.${namespace}.svc:6379`);
  });

  test('keeps no client at one gateway, and sends on what a stopping one did not run', () => {
    expect(below(service, 'spec', 'sessionAffinity')).toBe('None');
    expect(below(ingress, 'metadata', 'annotations')).toMatchObject({
      'nginx.ingress.kubernetes.io/proxy-next-upstream': RETRY_RULE,
      'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
    });
    expect(below(budget, 'spec', 'minAvailable')).toBe(2);
  });

  test('Redis keeps to the restricted standard, its password to a secret', () => {
    expect(below(redis, 'spec', 'template', 'spec', 'securityContext')).toMatchObject({ runAsNonRoot: true });
    expect(containerOf(redis)['securityContext']).toEqual(containerOf(single)['securityContext']);
    expect(Object.keys(secret!['stringData'] as Tree)).toEqual(['password']);
    expect(below(containerOf(redis), 'args')).toEqual(expect.arrayContaining(['--maxmemory-policy', 'noeviction']));
  });

  test('everything has a namespace', () => {
    const all = [deployment, budget, service, ingress, secret, redis, redisService];
    expect(all.map((each) => below(each, 'metadata', 'namespace'))).toEqual(all.map(() => 'dcc-mcp'));
  });
});

test('both ways of running several gateways have the same retry rule', () => {
  expect(read('compose/scale/nginx.conf')).toContain(`proxy_next_upstream ${RETRY_RULE};`);
});
