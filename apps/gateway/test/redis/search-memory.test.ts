import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { describe, test } from '@jest/globals';
import { JoinedSearchMemory } from '../../src/cluster/redis/capped/joined-search-memory.ts';
import { searchMemoryContract } from '../ports/search-memory-contract.ts';
import { roomsOfFile } from './fixtures/rooms.ts';

describeWithTools({ describe, test }, ['redis-server'])('searches over Redis', () => {
  const rooms = roomsOfFile();

  searchMemoryContract('JoinedSearchMemory', async () => {
    const prefix = rooms.prefix();
    let millis = 1_000_000;
    const now = (): number => millis;
    return {
      first: new JoinedSearchMemory({ link: await rooms.link(prefix), now }),
      second: new JoinedSearchMemory({ link: await rooms.link(prefix), now }),
      elapse: async (more) => {
        millis += more;
      },
    };
  });
});
