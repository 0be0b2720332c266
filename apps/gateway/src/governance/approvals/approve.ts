import type { ApprovedDefinition, HeldDefinition, Ledger, LedgerTool } from './ledger.ts';
import type { LedgerPlace } from './select-tools.ts';

/** Every held definition of these tools may be used from now on, and what was trusted by itself is confirmed. @param at RFC 3339. */
export function approveTools(ledger: Ledger, places: readonly LedgerPlace[], at: string): Ledger {
  return changeTools(ledger, places, (tool) => {
    const approved = [...tool.approved, ...tool.held].map(({ hash, definition, ...rest }): ApprovedDefinition =>
      'by' in rest && rest.by === 'operator'
        ? { hash, definition, at: rest.at, by: rest.by }
        : { hash, definition, at, by: 'operator' },
    );
    return { ...tool, approved: withoutTwins(approved), held: [] };
  });
}

/** The same for all tools of a server, of which everything is known again then. */
export function approveServer(ledger: Ledger, name: string, at: string): Ledger {
  const server = ledger.servers.get(name);
  if (server === undefined) {
    return ledger;
  }
  const places = Array.from(server.tools.values(), (tool) => ({ server, tool }));
  const approved = approveTools(ledger, places, at);
  const known = approved.servers.get(name) ?? server;
  return { ...approved, servers: new Map(approved.servers).set(name, { ...known, lost: false }) };
}

/** What is held stays so and waits no longer; a tool that was trusted is held, as it was last. @param at RFC 3339. */
export function rejectTools(ledger: Ledger, places: readonly LedgerPlace[], at: string): Ledger {
  return changeTools(ledger, places, (tool, instance) => {
    if (tool.held.length > 0) {
      return { ...tool, held: tool.held.map((held) => ({ ...held, rejected: held.rejected ?? at })) };
    }
    const last = tool.approved.at(-1);
    if (last === undefined) {
      return tool;
    }
    const { hash, definition } = last;
    const held: HeldDefinition = { hash, definition, since: at, reason: 'rejected', instance, rejected: at };
    return { ...tool, approved: [], held: [held] };
  });
}

type Change = (tool: LedgerTool, instance: string) => LedgerTool;

function changeTools(ledger: Ledger, places: readonly LedgerPlace[], change: Change): Ledger {
  const servers = new Map(ledger.servers);
  for (const { server, tool } of places) {
    const now = servers.get(server.name);
    const known = now?.tools.get(tool.name);
    if (now !== undefined && known !== undefined) {
      const changed = change(known, now.instances.at(-1) ?? '');
      servers.set(server.name, { ...now, tools: new Map(now.tools).set(tool.name, changed) });
    }
  }
  return { ...ledger, servers };
}

function withoutTwins(approved: readonly ApprovedDefinition[]): readonly ApprovedDefinition[] {
  return approved.filter(({ hash }, index) => approved.findIndex((each) => each.hash === hash) === index);
}
