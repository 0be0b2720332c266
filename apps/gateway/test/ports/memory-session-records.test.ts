import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MessageHub } from '../../src/cluster/messages/memory-gateway-messages.ts';
import { MemorySessionRecords } from '../../src/mcp/session/memory-session-records.ts';
import { Sessions } from '../../src/mcp/session/sessions.ts';
import type { JsonObject } from '../../src/protocol/json-rpc.ts';
import { sessionRecordOf, sessionRecordsContract } from './session-records-contract.ts';

const onNothing = (): void => {};

/** What a client says of itself. */
const CLIENT =
  '{"clientInfo":{"name":"claude-code","version":"1.0.0"},"capabilities":{"sampling":{},"roots":{"listChanged":true}}}';

sessionRecordsContract('MemorySessionRecords', async (options) => {
  const records = new MemorySessionRecords(options);
  return { first: records, second: records };
});

describe('MemorySessionRecords', () => {
  test('ends every session with the process', async () => {
    const records = new MemorySessionRecords();
    await records.add(sessionRecordOf('a'), 0);
    await records.add(sessionRecordOf('b'), 0);
    expect(await records.close()).toMatchObject([{ record: { id: 'a' } }, { record: { id: 'b' } }]);
    expect(await records.close()).toEqual([]);
  });

  test('notes a use at most once a second', async () => {
    const records = new MemorySessionRecords();
    await records.add(sessionRecordOf('a', 1_000), 0);
    const key = { id: 'a', principal: undefined };
    expect(records.use(key, 1_001)).toMatchObject({ lastUsedAt: 1_001 });
    expect(records.use(key, 2_000)).toMatchObject({ lastUsedAt: 1_001 });
    expect(records.use(key, 2_001)).toMatchObject({ lastUsedAt: 2_001 });
  });

  test('an idle session takes 2 KiB at most', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const sessions = new Sessions({
      records: new MemorySessionRecords(),
      messages: new MessageHub().join(onNothing),
      onSubscriptions: onNothing,
      now: Date.now,
      newId: randomUUID,
      onEnd: onNothing,
      onError: onNothing,
    });
    const open = async (count: number): Promise<number> => {
      for (let i = 0; i < count; i += 1) {
        await sessions.create({
          owner: { principal: undefined, share: `from 127.0.0.${count}` },
          transport: 'http',
          protocolVersion: '2025-11-25',
          ...(JSON.parse(CLIENT) as { readonly clientInfo: JsonObject; readonly capabilities: JsonObject }),
        });
      }
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await open(200);
    expect(((await open(800)) - before) / 800).toBeLessThan(2 * 1_024);
    await sessions.close();
  });
});
