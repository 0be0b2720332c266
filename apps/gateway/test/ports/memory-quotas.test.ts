import { afterEach, beforeEach, jest } from '@jest/globals';
import { MemoryQuotas } from '../../src/governance/memory-quotas.ts';
import { quotasContract } from './quotas-contract.ts';

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
});

afterEach(() => {
  jest.useRealTimers();
});

quotasContract('MemoryQuotas', async (ratePerMinute) => {
  const quotas = new MemoryQuotas(ratePerMinute);
  return { first: quotas, second: quotas, elapse: (millis) => jest.advanceTimersByTimeAsync(millis) };
});
