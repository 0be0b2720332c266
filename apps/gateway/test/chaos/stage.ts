// A gateway process with everything around it that can fail.
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../fixtures/is-alive.ts';
import { createServicesFile, type Row, serviceRow, type ServicesFixture } from '../fixtures/services-file.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { type MoodyHost, startMoodyHost } from './moody-host.ts';
import { type MortalCollector, startMortalCollector } from './mortal-collector.ts';
import type { Random } from './random.ts';

/** Calls to a server take no longer. */
const TIMEOUT_MILLIS = 2_000;
const CHILDREN = 3;
/** Of these one is in the file of the gateway, two are in the registry, and one registers itself. */
const HOSTS = 4;

export interface Stage {
  readonly gateway: GatewayProcess;
  readonly hosts: readonly MoodyHost[];
  readonly collector: MortalCollector;
  readonly auditDir: string;
  readonly services: ServicesFixture;
  /** The rows of the hosts in the registry, as of now. */
  rows(): readonly Row[];
  /** The host that registers itself, for the time given. */
  register(ttlSeconds: number): void;
  /** Process ids of every child that was ever started. */
  children(): readonly number[];
  living(): readonly number[];
  close(): Promise<void>;
}

export async function openStage(random: Random): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  const [pids, auditDir, registryDir] = ['pids', 'audit', 'registry'].map((name) => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  }) as [string, string, string];
  const hosts = await Promise.all(Array.from({ length: HOSTS }, () => startMoodyHost(random)));
  const collector = await startMortalCollector();
  const child = { command: process.execPath, args: [join(import.meta.dirname, 'chaos-child.mjs'), pids] };
  const upstreams = [
    ...Array.from({ length: CHILDREN }, (_, index) => [`child${index}`, { ...child, timeoutMs: TIMEOUT_MILLIS }]),
    ['host', { url: hosts[0]!.url, timeoutMs: TIMEOUT_MILLIS }],
  ];
  const services = createServicesFile(registryDir);
  const [, ...registered] = hosts.map(({ url }) => ({ url, instanceId: randomUUID() }));
  const own = registered.pop()!;
  const rows = (): readonly Row[] =>
    registered.map(({ url, instanceId }) => serviceRow(Number(new URL(url).port), { instance_id: instanceId }));
  services.write(...rows());
  const gateway = await startGatewayProcess({
    config: {
      mcpServers: Object.fromEntries(upstreams),
      audit: { dir: auditDir, maxRows: 1_000_000 },
      limits: { circuitOpenSecs: 1 },
      // The time of a call does not bound a job.
      jobs: { timeoutSecs: 3 },
    },
    args: ['--metrics'],
    env: {
      DCC_MCP_REGISTRY_DIR: registryDir,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
  });
  // Also when this program ends otherwise than by the end of a run.
  process.once('exit', () => gateway.process.kill('SIGKILL'));
  const children = (): readonly number[] => readdirSync(pids).map(Number);
  return {
    gateway,
    hosts,
    collector,
    auditDir,
    services,
    rows,
    register(ttlSeconds) {
      const body = { instance_id: own.instanceId, dcc_type: 'blender', mcp_url: own.url, ttl_secs: ttlSeconds };
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      fetch(`${gateway.url}/v1/instances/register`, init).then(
        (answer) => answer.body?.cancel(),
        () => undefined,
      );
    },
    children,
    living: () => children().filter((pid) => isAlive(pid)),
    async close() {
      await gateway.stop('SIGKILL');
      hosts.forEach((host) => host.close());
      await collector.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
