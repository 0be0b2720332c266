import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ConcurrencyLeases } from '../../src/governance/concurrency-leases.ts';
import { MemoryConcurrencyLeases } from '../../src/governance/memory-concurrency-leases.ts';
import { PrincipalLimit } from '../../src/governance/principal-limit.ts';

describe('PrincipalLimit', () => {
  let leases: ConcurrencyLeases;
  let errors: unknown[];
  let lastId = 0;

  beforeEach(() => {
    jest.useFakeTimers({ now: 1_000_000 });
    leases = new MemoryConcurrencyLeases();
    errors = [];
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  function createLimit(): PrincipalLimit {
    return new PrincipalLimit({
      max: 1,
      leases,
      now: Date.now,
      newId: () => `lease-${(lastId += 1)}`,
      onError: (error) => errors.push(error),
    });
  }

  test('an operation holds its place for as long as it runs, at every gateway', async () => {
    const leave = await createLimit().enter('ada');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await createLimit().enter('ada')).toBeUndefined();
    leave?.();
    expect(await createLimit().enter('ada')).toBeDefined();
  });

  test('the place of a gateway that died is free after ten seconds', async () => {
    await createLimit().enter('ada');
    jest.clearAllTimers(); // the gateway that holds it renews nothing any more
    const other = createLimit();
    jest.setSystemTime(1_009_999);
    expect(await other.enter('ada')).toBeUndefined();
    jest.setSystemTime(1_010_000);
    expect(await other.enter('ada')).toBeDefined();
  });

  test('runs no timer once nothing is held', async () => {
    const leave = await createLimit().enter('ada');
    leave?.();
    await jest.advanceTimersByTimeAsync(3_000);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('a store that can not be reached for a release is told of and harms nobody', async () => {
    jest.spyOn(leases, 'release').mockRejectedValueOnce(new Error('the store is gone'));
    const leave = await createLimit().enter('ada');
    leave?.();
    await jest.advanceTimersByTimeAsync(0);
    expect(errors).toEqual([new Error('the store is gone')]);
  });
});
