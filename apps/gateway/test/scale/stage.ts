import { freePort } from '@dcc-mcp/test-kit/free-port';
import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
// Three gateways as users run them, one Redis, nginx without stickiness, and a server behind them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { cleanEnvironment, type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { type RunningNginx, startNginx } from './nginx.ts';

export interface Stage {
  readonly redis: RunningRedis;
  readonly nginx: RunningNginx;
  /** In the order of their ports; a gateway that was started anew stands in its old place. */
  readonly gateways: readonly GatewayProcess[];
  /** Ends one gateway and starts it again where it was. */
  restart(index: number, signal?: NodeJS.Signals): Promise<void>;
  /** Starts again the one that was ended. */
  start(index: number): Promise<void>;
  /** Starts again whatever a test that failed has left ended. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

/** A process of its own: what killed gateways leave open there ends with it. */
const SERVER = join(import.meta.dirname, '../mcp/bridge/whole-server.ts');

/** How many gateways there are. */
export const GATEWAYS = 3;

/** Starts everything, and waits until each gateway is ready. */
export async function openStage(): Promise<Stage> {
  const redis = await startRedis();
  const whole = spawn(process.execPath, [SERVER, 'handshake', 'http'], {
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(whole.stdout, 'data')) as [Buffer];
  const config = { mcpServers: { whole: { url: line.toString().trim() } } };
  const env = { DCC_MCP_REDIS_URL: redis.url, DCC_MCP_EXPOSE: 'all' };
  const ports: number[] = [];
  for (let index = 0; index < GATEWAYS; index += 1) {
    ports.push(await freePort());
  }
  const start = async (port: number): Promise<GatewayProcess> => {
    const gateway = await startGatewayProcess({ config, env, port });
    await gateway.ready();
    return gateway;
  };
  const gateways = await Promise.all(ports.map(start));
  const nginx = await startNginx(gateways.map(({ url }) => url));
  const startAt = async (index: number): Promise<void> => {
    gateways[index] = await start(ports[index]!);
  };
  return {
    redis,
    nginx,
    gateways,
    start: startAt,
    restore: async () => {
      redis.resume();
      const ended = gateways.flatMap(({ process: { exitCode, signalCode } }, index) =>
        exitCode === null && signalCode === null ? [] : [index],
      );
      await Promise.all(ended.map(startAt));
    },
    restart: async (index, signal) => {
      await gateways[index]!.stop(signal);
      await startAt(index);
    },
    stop: async () => {
      await nginx.stop();
      await Promise.all(gateways.map((gateway) => gateway.stop('SIGKILL')));
      await redis.stop();
      whole.kill('SIGKILL');
      await once(whole, 'close');
    },
  };
}
