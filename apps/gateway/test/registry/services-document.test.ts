import { describe, expect, test } from '@jest/globals';
import { cpuUsage, pid } from 'node:process';
import { liveServices } from '../../src/registry/file/live-services.ts';
import { Processes } from '../../src/registry/file/processes.ts';
import { parseServices } from '../../src/registry/file/services-document.ts';
import { thisMachine } from '../../src/registry/table/listen-address.ts';
import { type Row, serviceRow } from '../fixtures/services-file.ts';

/** Reads a document and tells instances from other rows. */
function read(text: string): { readonly live: number; readonly skipped: number } {
  const reading = parseServices(text);
  if (!reading.ok) {
    throw new Error(reading.problem);
  }
  const processes = new Processes(new Set());
  const { live, skipped } = liveServices(reading.table, {
    now: Date.now(),
    staleMillis: 30_000,
    isAlive: (each) => processes.isAlive(each),
    isThisMachine: thisMachine(),
    isOwn: () => false,
    mayBeAt: () => true,
  });
  return { live: live.length, skipped: skipped.length };
}

/** Time of the processor, the shortest of some tries: the machine has other things to do, too. */
function millisOf(work: () => void): number {
  const tries = Array.from({ length: 7 }, () => {
    const begin = cpuUsage();
    work();
    const { user, system } = cpuUsage(begin);
    return (user + system) / 1000;
  });
  return Math.min(...tries);
}

describe('parseServices', () => {
  test.each([
    ['live', { pid }, { live: 10_000, skipped: 0 }],
    ['of gateways', { dcc_type: '__gateway__' }, { live: 0, skipped: 10_000 }],
    ['of processes that are gone', {}, { live: 0, skipped: 10_000 }],
  ])('10,000 rows %s are read in less than 100 ms', (_, different: Row, counts) => {
    const rows = Array.from({ length: 10_000 }, (_row, index) =>
      serviceRow(1 + index, { pid: 0x7000_0000 + (index % 1_000), ...different }),
    );
    const text = JSON.stringify(rows, null, 2);
    expect(read(text)).toEqual(counts);
    expect(millisOf(() => read(text))).toBeLessThan(100);
  });

  test('a time may be a number, or as Rust writes it; a type is written as in slugs', () => {
    const seconds = 1795224257.25;
    const rows = [
      serviceRow(1, { dcc_type: 'Maya 2026', last_heartbeat: seconds }),
      serviceRow(1, { last_heartbeat: { secs_since_epoch: 1795224257, nanos_since_epoch: 250_000_000 } }),
      serviceRow(1, { last_heartbeat: undefined, registered_at: seconds }),
    ];
    const reading = parseServices(JSON.stringify(rows));
    expect(reading).toMatchObject({
      ok: true,
      table: {
        rows: [
          { heartbeatAt: seconds * 1000, dccType: 'maya_2026' },
          { heartbeatAt: seconds * 1000 },
          { heartbeatAt: seconds * 1000 },
        ],
      },
    });
  });

  test('an address keeps no credentials, and one of IPv6 stands in brackets', () => {
    const rows = [
      serviceRow(8080, { host: 'fd00::7' }),
      serviceRow(8080, { metadata: { mcp_url: 'http://ada:secret@maya.local/mcp' } }),
    ];
    expect(parseServices(JSON.stringify(rows))).toMatchObject({
      table: {
        rows: [
          { mcpUrl: 'http://[fd00::7]:8080/mcp', host: 'fd00::7', port: 8080 },
          { mcpUrl: 'http://maya.local/mcp', host: 'maya.local', port: 80 },
        ],
      },
    });
  });

  test('more rows than 20,000 are not read', () => {
    const reading = parseServices(`[${'{},'.repeat(20_000)}{}]`);
    expect(reading).toMatchObject({ ok: true, table: { rows: [], bad: { length: 20_001 } } });
  });

  test('the process of another machine says nothing here', () => {
    const rows = [serviceRow(1, { host: '192.0.2.7', pid: 0x7000_0000 })];
    expect(read(JSON.stringify(rows))).toEqual({ live: 1, skipped: 0 });
  });
});
