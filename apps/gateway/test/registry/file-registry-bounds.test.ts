// However many rows a registry has, what it takes is bounded. The table is one that only takes note.
import { afterEach, expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { FileRegistry } from '../../src/registry/file/file-registry.ts';
import type { InstanceSource } from '../../src/registry/table/instance-table.ts';
import { createServicesFile, serviceRow } from '../fixtures/services-file.ts';
import { until } from '../upstream/fixtures/harness.ts';

class NotingSource implements InstanceSource {
  readonly puts: string[] = [];
  readonly told: string[] = [];
  skipped: Parameters<InstanceSource['skip']>[0] = [];
  put: InstanceSource['put'] = ({ settings }) => void this.puts.push(settings.instanceId);
  withdraw: InstanceSource['withdraw'] = () => {};
  skip: InstanceSource['skip'] = (rows) => (this.skipped = rows);
  tell: InstanceSource['tell'] = ({ instanceId }) => void this.told.push(instanceId);
  offers: InstanceSource['offers'] = () => [];
}

const services = createServicesFile();
const source = new NotingSource();
const registry = new FileRegistry({
  table: { source: () => source },
  folder: { path: services.folder, isShared: false },
  staleMillis: () => 30_000,
  log: () => {},
  now: Date.now,
});
afterEach(async () => {
  await registry.close();
  services.remove();
});

test('1,000 instances of one file at most, some at a time; of thousands of dead rows not each is an event', async () => {
  const live = Array.from({ length: 1_100 }, () => serviceRow(1));
  const dead = Array.from({ length: 500 }, () => serviceRow(1, { pid: 0x7000_0000 }));
  services.write(...live, ...dead);
  registry.start([]);
  await until(() => source.puts.length > 0, 10_000);
  expect(source.puts.length).toBeLessThanOrEqual(100);
  await until(() => source.puts.length >= 1_000, 10_000);
  // No other one follows.
  await wait(200);
  expect(new Set(source.puts).size).toBe(1_000);
  expect(source.skipped).toHaveLength(600);
  expect(source.skipped[0]?.reason).toBe('no room: there are 1000 instances of this file');
  expect(source.told).toHaveLength(100);
}, 30_000);
