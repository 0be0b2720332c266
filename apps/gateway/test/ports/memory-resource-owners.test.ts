import { MemoryResourceOwners } from '../../src/mcp/pass-through/memory-resource-owners.ts';
import { resourceOwnersContract } from './resource-owners-contract.ts';

resourceOwnersContract('MemoryResourceOwners', async (options) => {
  const owners = new MemoryResourceOwners(options);
  return { first: owners, second: owners };
});
