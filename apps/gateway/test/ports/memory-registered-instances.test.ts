import { MemoryRegisteredInstances } from '../../src/registry/http/memory-registered-instances.ts';
import { registeredInstancesContract } from './registered-instances-contract.ts';

registeredInstancesContract('MemoryRegisteredInstances', async () => {
  let now = 1_000_000;
  const instances = new MemoryRegisteredInstances(() => now);
  const elapse = async (millis: number): Promise<void> => {
    now += millis;
  };
  return { first: instances, second: instances, elapse };
});
