// A file that is saved about the moment in which it begins to be watched.
import { expect, test } from '@jest/globals';
import { pbkdf2 } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { watchConfiguration } from '../../src/config/load/config-watch.ts';
import { loadConfiguration } from '../../src/config/load/load-configuration.ts';

const hash = promisify(pbkdf2);

test.each([
  ['between its reading and its watching', -1],
  ['right after the start', 0],
  ['a few looks later', 100],
])('a file that is saved %s is taken over, however late a thread looks at it', async (_when, laterMillis) => {
  const folder = mkdtempSync(join(tmpdir(), 'config-watch-'));
  const file = join(folder, 'gateway.json');
  const write = (config: object): void => writeFileSync(file, JSON.stringify(config));
  const save = (): void => write({ mcpServers: {}, limits: { ratePerMinute: 7 } });
  const load = (): ReturnType<typeof loadConfiguration> => loadConfiguration({ env: {}, configFile: file, flags: {} });
  write({ mcpServers: {} });
  // Threads that are busy let the first look at the file wait, as they do on a busy machine.
  const busy = Array.from({ length: 16 }, () => hash('secret', 'salt', 100_000, 32, 'sha512'));
  const taken = Promise.withResolvers<number | undefined>();
  const current = load();
  if (laterMillis < 0) {
    save();
  }
  const watch = watchConfiguration({
    file,
    current,
    load,
    apply: ({ limits }) => taken.resolve(limits.ratePerMinute),
    report: () => true,
    log: () => {},
    pollMillis: 20,
  });
  if (laterMillis >= 0) {
    setTimeout(save, laterMillis);
  }
  expect(await taken.promise).toBe(7);
  watch.stop();
  await Promise.all(busy);
  rmSync(folder, { recursive: true });
});

test.each([
  ['observability', () => ({})],
  ['OTEL_CONFIG_FILE', (path: string) => ({ OTEL_CONFIG_FILE: path })],
])('%s is named as it is written where tracing needs a restart', (name, toEnv) => {
  const folder = mkdtempSync(join(tmpdir(), 'config-watch-'));
  const file = join(folder, 'gateway.json');
  const otelFile = join(folder, 'otel.yaml');
  const write = (ratio: number): void => {
    const tracing = { enabled: true, endpoint: '127.0.0.1:4318', sample_rate: ratio };
    writeFileSync(file, JSON.stringify({ mcpServers: {}, observability: { tracing } }));
    writeFileSync(
      otelFile,
      `file_format: "1.0"\ntracer_provider: { processors: [], sampler: { trace_id_ratio_based: { ratio: ${ratio} } } }`,
    );
  };
  const load = (): ReturnType<typeof loadConfiguration> =>
    loadConfiguration({ env: toEnv(otelFile), configFile: file });
  const lines: string[] = [];
  write(0.5);
  const options = { apply: () => {}, report: () => true, log: (line: string) => lines.push(line) };
  const watch = watchConfiguration({ file, current: load(), load, ...options });
  write(0.25);
  watch.reload();
  watch.stop();
  rmSync(folder, { recursive: true });
  expect(lines).toEqual([`${file} has changed: ${name} need a restart of the gateway`]);
});
