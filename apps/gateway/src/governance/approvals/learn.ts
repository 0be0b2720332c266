import { judgeList, type Hold, type SeenList, type SeenTool } from './judge.ts';
import type { Ledger, LedgerServer, LedgerTool } from './ledger.ts';

/** Definitions kept of one tool: a server that lists another one each time fills nothing. */
const MAX_DEFINITIONS = 16;
const MAX_INSTANCES = 32;
/** Tools kept of one server, beside those that it lists. */
const MAX_TOOLS = 10_000;

/** What an instance lists, and what it listed before. */
export interface Arrival {
  readonly list: SeenList;
  /** Hashes of its list before, by name of the tool: what is no longer listed is no longer held. */
  readonly before: ReadonlyMap<string, string>;
  /** RFC 3339. */
  readonly at: string;
}

/** The {@link Arrival.before} of what comes after that list. */
export function hashesOf(list: SeenList | undefined): ReadonlyMap<string, string> {
  return new Map(list?.tools.map(({ name, hash }) => [name, hash]));
}

/**
 * What is known after a list has come: definitions that are trusted are approved, others held. A tool that went back to
 * what was approved is held no longer.
 *
 * @returns The same ledger where nothing is new.
 */
export function learn(ledger: Ledger, arrival: Arrival): Ledger {
  const { list } = arrival;
  const known = ledger.servers.get(list.server);
  if (known === undefined && list.tools.length === 0) {
    return ledger;
  }
  const holds = judgeList(ledger, list);
  const tools = new Map(known?.tools);
  for (const tool of list.tools) {
    const entry = tools.get(tool.name) ?? { name: tool.name, approved: [], held: [] };
    const judged = withTool(entry, tool, { ...arrival, hold: holds.get(tool.name), isFirst: known === undefined });
    const next =
      tool.listed === undefined || tool.listed === judged.listed ? judged : { ...judged, listed: tool.listed };
    if (next !== entry) {
      tools.set(tool.name, next);
    }
  }
  const server: LedgerServer = {
    name: list.server,
    dcc: list.dcc,
    instances: withLast(known?.instances ?? [], list.instance),
    lost: known?.lost ?? ledger.lost,
    tools: bounded(tools, list),
  };
  return known !== undefined && isSame(known, server)
    ? ledger
    : { ...ledger, servers: new Map(ledger.servers).set(server.name, server) };
}

interface Coming extends Arrival {
  readonly hold: Hold | undefined;
  /** The server was not known before. */
  readonly isFirst: boolean;
}

function withTool(entry: LedgerTool, { hash, definition, name }: SeenTool, coming: Coming): LedgerTool {
  const { hold, before, at, list, isFirst } = coming;
  if (hold !== undefined) {
    const { reason, from } = hold;
    const held = {
      hash,
      definition,
      since: at,
      reason,
      instance: list.instance,
      ...(from === undefined ? {} : { from }),
    };
    return entry.held.some((each) => each.hash === hash)
      ? entry
      : { ...entry, held: [...entry.held, held].slice(-MAX_DEFINITIONS) };
  }
  const wasHash = before.get(name);
  const gone = entry.held.filter((each) => each.hash === wasHash && wasHash !== hash && each.rejected === undefined);
  const isApproved = entry.approved.some((each) => each.hash === hash);
  if (isApproved && gone.length === 0) {
    return entry;
  }
  const approval = { hash, definition, at, by: isFirst ? 'first-use' : 'new' } as const;
  return {
    ...entry,
    approved: isApproved ? entry.approved : [...entry.approved, approval].slice(-MAX_DEFINITIONS),
    held: entry.held.filter((each) => !gone.includes(each)),
  };
}

/** Of tools that are no longer listed the oldest go first; what is held stays. */
function bounded(tools: ReadonlyMap<string, LedgerTool>, list: SeenList): ReadonlyMap<string, LedgerTool> {
  const listed = new Set(list.tools.map(({ name }) => name));
  const absent = [...tools.values()].filter(({ name, held }) => !listed.has(name) && held.length === 0);
  if (absent.length <= MAX_TOOLS) {
    return tools;
  }
  const dropped = new Set(absent.slice(0, absent.length - MAX_TOOLS).map(({ name }) => name));
  return new Map([...tools].filter(([name]) => !dropped.has(name)));
}

function withLast(items: readonly string[], item: string): readonly string[] {
  return items.includes(item) ? items : [...items, item].slice(-MAX_INSTANCES);
}

function isSame(a: LedgerServer, b: LedgerServer): boolean {
  return (
    a.dcc === b.dcc &&
    a.instances === b.instances &&
    a.tools.size === b.tools.size &&
    [...b.tools].every(([name, tool]) => a.tools.get(name) === tool)
  );
}
