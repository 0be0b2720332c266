// What every adapter of Approvals promises. An adapter of another store runs these tests unchanged.
import { describe, expect, test } from '@jest/globals';
import type { Approvals } from '../../src/governance/approvals/approvals.ts';
import { approveServer } from '../../src/governance/approvals/approve.ts';
import { learn } from '../../src/governance/approvals/learn.ts';
import { EMPTY_LEDGER, type Ledger } from '../../src/governance/approvals/ledger.ts';

/** One empty store, opened twice as two gateways would. */
export interface OpenedApprovals {
  readonly first: Approvals;
  readonly second: Approvals;
}

/** That a server came with these tools. */
function came(server: string, tools: Readonly<Record<string, string>>): (ledger: Ledger) => Ledger {
  const seen = Object.entries(tools).map(([name, hash]) => ({ name, hash, definition: { description: hash } }));
  const list = { server, dcc: 'maya', instance: 'i', tools: seen };
  return (ledger) => learn(ledger, { list, before: new Map(), at: '2026-01-01T00:00:00Z' });
}

export function approvalsContract(name: string, open: () => Promise<OpenedApprovals>): void {
  describe(`${name} as Approvals`, () => {
    test('knows nothing at first', async () => {
      const { first } = await open();
      expect(await first.read()).toEqual(EMPTY_LEDGER);
    });

    test('gives back what was changed, also to others', async () => {
      const { first, second } = await open();
      const changed = await first.update(came('shop', { cut: 'a', ['__proto__']: 'b', constructor: 'c' }));
      expect(await second.read()).toEqual(changed);
      expect([...changed.servers.get('shop')!.tools.keys()]).toContain('constructor');
      const held = await second.update(came('shop', { cut: 'other' }));
      expect(await first.read()).toEqual(held);
      expect(held.servers.get('shop')!.tools.get('cut')!.held).toHaveLength(1);
      await first.update((ledger) => approveServer(ledger, 'shop', '2026-01-02T00:00:00Z'));
      expect((await second.read()).servers.get('shop')!.tools.get('cut')!.held).toEqual([]);
    });

    test('loses no change of many at once', async () => {
      const { first, second } = await open();
      const names = Array.from({ length: 20 }, (_, i) => `server-${i}`);
      await Promise.all(names.map((each, i) => (i % 2 === 0 ? first : second).update(came(each, { cut: 'a' }))));
      expect([...(await first.read()).servers.keys()].toSorted()).toEqual(names.toSorted());
    });

    test('its revision moves with each change, and only then', async () => {
      const { first, second } = await open();
      const before = await first.revision();
      expect(await first.revision()).toBe(before);
      await second.update(came('shop', { cut: 'a' }));
      const after = await first.revision();
      expect(after).not.toBe(before);
      await second.update(came('shop', { cut: 'a' }));
      await second.read();
      expect(await first.revision()).toBe(after);
    });
  });
}
