import { MemoryConcurrencyLeases } from '../../src/governance/memory-concurrency-leases.ts';
import { concurrencyLeasesContract } from './concurrency-leases-contract.ts';

concurrencyLeasesContract('MemoryConcurrencyLeases', async () => {
  const leases = new MemoryConcurrencyLeases();
  return { first: leases, second: leases };
});
