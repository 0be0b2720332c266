import { freePort } from '@dcc-mcp/test-kit/free-port';
// nginx before several gateways: no stickiness, and what a gateway has not run goes to the next one.
import { findNginx } from '@dcc-mcp/test-kit/tools';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RunningNginx {
  readonly url: string;
  stop(): Promise<void>;
}

/** The part of the configuration that docs/guides/scaling.md shows. */
export const RETRY_RULE = 'proxy_next_upstream error timeout http_503 non_idempotent;';

function configuration(folder: string, port: number, gateways: readonly string[]): string {
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream gateways {
    ${gateways.map((url) => `server ${new URL(url).host} max_fails=0;`).join('\n    ')}
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 8m;
    location / {
      proxy_pass http://gateways;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_buffering off;
      proxy_connect_timeout 1s;
      ${RETRY_RULE}
      proxy_next_upstream_tries 3;
    }
  }
}
`;
}

/** Starts nginx on a free port with its files in a folder of its own. */
export async function startNginx(gateways: readonly string[]): Promise<RunningNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-test-'));
  const port = await freePort();
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, gateways));
  const child = spawn(findNginx()!, ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-8_192)));
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries += 1) {
    const isThere = await fetch(`${url}/healthz`).then(
      () => true,
      () => false,
    );
    if (isThere) {
      break;
    }
    if (tries === 200 || child.exitCode !== null) {
      throw new Error(`nginx did not start:\n${log}`);
    }
    await sleep(20);
  }
  return {
    url,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
