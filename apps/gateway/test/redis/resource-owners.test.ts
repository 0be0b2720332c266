import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { describe, test } from '@jest/globals';
import { JoinedResourceOwners } from '../../src/cluster/redis/resources/joined-resource-owners.ts';
import { resourceOwnersContract } from '../ports/resource-owners-contract.ts';
import { onError, roomsOfFile } from './fixtures/rooms.ts';

describeWithTools({ describe, test }, ['redis-server'])('owners of resources over Redis', () => {
  const rooms = roomsOfFile();

  resourceOwnersContract('JoinedResourceOwners', async (options) => {
    const prefix = rooms.prefix();
    const open = async (): Promise<JoinedResourceOwners> => {
      const owners = new JoinedResourceOwners({ ...options, link: await rooms.link(prefix), onError });
      await owners.whenJoined();
      return rooms.closing(owners);
    };
    return { first: await open(), second: await open() };
  });
});
