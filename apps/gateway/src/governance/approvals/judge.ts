// Which of the tools that a server lists may be used: decided from what is known of them alone.
import type { HoldReason, Ledger, LedgerServer, LedgerTool } from './ledger.ts';
import type { ToolDefinition } from './tool-definition.ts';

/** One tool as it is listed now. */
export interface SeenTool {
  /** The name that stays its own, whatever its host lists it as. */
  readonly name: string;
  /** What its host lists it as, where that is another name. */
  readonly listed?: string | undefined;
  readonly hash: string;
  readonly definition: ToolDefinition;
}

/** What one instance lists now. */
export interface SeenList {
  readonly server: string;
  readonly dcc: string;
  readonly instance: string;
  readonly tools: readonly SeenTool[];
}

/** Why a tool may not be used. */
export interface Hold {
  readonly reason: HoldReason;
  /** Of `renamed`: the tool that had the definition before. */
  readonly from?: string | undefined;
}

/** The tools of the list that are held, by name. A tool that has just changed is known before those that are new. */
export function judgeList(ledger: Ledger, { server: name, tools }: SeenList): ReadonlyMap<string, Hold> {
  const server = ledger.servers.get(name);
  const holds = new Map<string, Hold>();
  if (server === undefined && !ledger.lost) {
    return holds;
  }
  const isLost = server?.lost ?? true;
  const heldAs = heldNames(server);
  const unknown: SeenTool[] = [];
  for (const tool of tools) {
    const known = server?.tools.get(tool.name);
    if (known === undefined) {
      unknown.push(tool);
    } else if (!known.approved.some(({ hash }) => hash === tool.hash)) {
      holds.set(tool.name, { reason: reasonOf(known, tool) });
      heldAs.set(tool.hash, heldAs.get(tool.hash) ?? tool.name);
    }
  }
  for (const { name: tool, hash } of unknown) {
    const from = heldAs.get(hash);
    if (isLost) {
      holds.set(tool, { reason: 'approvals-lost' });
    } else if (from !== undefined) {
      holds.set(tool, { reason: 'renamed', from });
    }
  }
  return holds;
}

/** What is held already keeps its reason. */
function reasonOf({ held }: LedgerTool, { hash }: SeenTool): HoldReason {
  return held.find((each) => each.hash === hash)?.reason ?? 'changed';
}

function heldNames(server: LedgerServer | undefined): Map<string, string> {
  const names = new Map<string, string>();
  for (const { name, held } of server?.tools.values() ?? []) {
    for (const { hash } of held) {
      names.set(hash, names.get(hash) ?? name);
    }
  }
  return names;
}
