import { describe, expect, test } from '@jest/globals';
import { MemorySessionRecords } from '../../src/mcp/session/memory-session-records.ts';
import { sessionRecordOf, sessionRecordsContract } from './session-records-contract.ts';

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
    expect(await records.use(key, 1_001)).toMatchObject({ lastUsedAt: 1_001 });
    expect(await records.use(key, 2_000)).toMatchObject({ lastUsedAt: 1_001 });
    expect(await records.use(key, 2_001)).toMatchObject({ lastUsedAt: 2_001 });
  });
});
