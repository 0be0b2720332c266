import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that some tests judge our output with; the machine may not have them. */
export type Tool = 'prometheus' | 'promtool' | 'openmetrics-parser' | 'redis-server' | 'nginx';

/** How to get each of them on Debian and Ubuntu. */
const PACKAGES: Readonly<Record<Tool, string>> = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  'openmetrics-parser': 'python3-prometheus-client',
  'redis-server': 'redis-server',
  nginx: 'nginx-light',
};

/** The path of a Prometheus server, or `undefined`; `PROMETHEUS_BIN` goes before the search path. */
export function findPrometheus(): string | undefined {
  return process.env['PROMETHEUS_BIN'] ?? findProgram('prometheus');
}

/** The path of promtool, or `undefined`; `PROMTOOL_BIN` goes before the search path. */
export function findPromtool(): string | undefined {
  return process.env['PROMTOOL_BIN'] ?? findProgram('promtool');
}

/** The path of a Python that has the package `prometheus_client`, whose OpenMetrics parser is strict; or `undefined`. */
export function findOpenMetricsParser(): string | undefined {
  return ['/usr/bin/python3', findProgram('python3')].find(
    (python) => python !== undefined && spawnSync(python, ['-c', 'import prometheus_client']).status === 0,
  );
}

/** The path of a Redis server, or `undefined`; `REDIS_SERVER_BIN` goes before the search path. */
export function findRedisServer(): string | undefined {
  return process.env['REDIS_SERVER_BIN'] ?? findProgram('redis-server');
}

/** The path of nginx, or `undefined`; `NGINX_BIN` goes before the search path. */
export function findNginx(): string | undefined {
  return process.env['NGINX_BIN'] ?? findProgram('nginx');
}

const FINDERS: Readonly<Record<Tool, () => string | undefined>> = {
  prometheus: findPrometheus,
  promtool: findPromtool,
  'openmetrics-parser': findOpenMetricsParser,
  'redis-server': findRedisServer,
  nginx: findNginx,
};

interface Describe {
  (title: string, body: () => void): void;
  readonly skip: (title: string, body: () => void) => void;
}

/** What a test file takes from `@jest/globals`. */
export interface TestGlobals {
  readonly describe: Describe;
  readonly test: (title: string, body: () => void) => void;
}

/**
 * A `describe` for tests that need tools. Without one of them the tests are skipped and the title says what to
 * install; when `CI` is `true`, they fail instead, so that nobody takes silence for success.
 *
 * @returns A function with the shape of `describe`.
 */
export function describeWithTools(
  { describe, test }: TestGlobals,
  tools: readonly Tool[],
): (title: string, body: () => void) => void {
  const missing = tools.filter((tool) => FINDERS[tool]() === undefined);
  if (missing.length === 0) {
    return describe;
  }
  const packages = [...new Set(missing.map((tool) => PACKAGES[tool]))].join(' ');
  const reason = `${missing.join(', ')} not found: apt-get install ${packages}`;
  if (process.env['CI'] !== 'true') {
    return (title, body) => describe.skip(`${title} (skipped, ${reason})`, body);
  }
  return (title) => {
    describe(title, () => {
      test('has the tools it needs', () => {
        throw new Error(reason);
      });
    });
  };
}

function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
