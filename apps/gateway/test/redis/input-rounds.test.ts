import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { describe, test } from '@jest/globals';
import { JoinedInputRounds } from '../../src/cluster/redis/capped/joined-input-rounds.ts';
import { inputRoundsContract } from '../ports/input-rounds-contract.ts';
import { onError, roomsOfFile } from './fixtures/rooms.ts';

describeWithTools({ describe, test }, ['redis-server'])('input rounds over Redis', () => {
  const rooms = roomsOfFile();

  inputRoundsContract('JoinedInputRounds', async (options) => {
    const prefix = rooms.prefix();
    const open = async (): Promise<JoinedInputRounds> => {
      const rounds = new JoinedInputRounds({ ...options, link: await rooms.link(prefix), onError });
      await rounds.whenJoined();
      return rooms.closing(rounds);
    };
    return { first: await open(), second: await open() };
  });
});
