import { describe, expect, test } from '@jest/globals';
import { type ServerShare, standings } from '../../src/admin/worker-shares.ts';
import type { CircuitView, Upstream } from '../../src/upstream/upstream.ts';

const IDLE = { queued: 0, running: 0 };
const CLOSED: CircuitView = { state: 'closed', failures: 0 };

function upstream(instanceId: string): Upstream {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is read of it
  return { settings: { instanceId }, load: { queued: 1, running: 2 }, circuit: CLOSED } as Upstream;
}

const share = (instanceId: string, more: Partial<ServerShare>): ServerShare => ({
  instanceId,
  load: IDLE,
  circuit: CLOSED,
  ...more,
});

describe('standings', () => {
  test('sums what all processes do at a server, and at no other', () => {
    const shares = [share('a', { load: { queued: 3, running: 4 } }), share('b', { load: { queued: 9, running: 9 } })];
    expect(standings(shares)(upstream('a')).load).toEqual({ queued: 4, running: 6 });
  });

  test.each([
    ['open', [{ state: 'half-open', failures: 9 }, { state: 'open', failures: 5 }, CLOSED]],
    ['half-open', [CLOSED, { state: 'half-open', failures: 5 }]],
    ['closed', [CLOSED]],
  ] as const)('the worst circuit stands for all: %s', (state, circuits) => {
    const shares = circuits.map((circuit) => share('a', { circuit }));
    expect(standings(shares)(upstream('a')).circuit).toMatchObject({ state });
  });

  test('of circuits alike the one with the most failures is told', () => {
    const shares = [share('a', { circuit: { state: 'closed', failures: 3 } }), share('a', {})];
    expect(standings(shares)(upstream('a')).circuit.failures).toBe(3);
  });
});
