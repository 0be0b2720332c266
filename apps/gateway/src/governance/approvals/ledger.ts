import type { ToolDefinition } from './tool-definition.ts';

/** A definition that may be used. */
export interface ApprovedDefinition {
  readonly hash: string;
  readonly definition: ToolDefinition;
  /** RFC 3339. */
  readonly at: string;
  /** The first list of its server; a later one that brought it; a person. */
  readonly by: 'first-use' | 'new' | 'operator';
}

/** Why a definition is held: the tool had another one; a held one came under another name; a person said no; nobody knows any more what was approved. */
export type HoldReason = 'changed' | 'renamed' | 'rejected' | 'approvals-lost';

/** A definition that may not be used. */
export interface HeldDefinition {
  readonly hash: string;
  readonly definition: ToolDefinition;
  /** RFC 3339. */
  readonly since: string;
  readonly reason: HoldReason;
  /** The instance that brought it. */
  readonly instance: string;
  /** Of `renamed`: the tool that had the definition before. */
  readonly from?: string | undefined;
  /** When a person said no, in RFC 3339: it no longer waits for anybody. */
  readonly rejected?: string | undefined;
}

/** All that is known of one tool of a server; the newest is the last. */
export interface LedgerTool {
  readonly name: string;
  /** What its host lists it as, where that is another name. */
  readonly listed?: string | undefined;
  readonly approved: readonly ApprovedDefinition[];
  readonly held: readonly HeldDefinition[];
}

/** All that is known of one server. */
export interface LedgerServer {
  /** The key in `mcpServers`; of instances that register themselves {@link serverOfDcc}. */
  readonly name: string;
  readonly dcc: string;
  /** Ids of its instances, the newest last. */
  readonly instances: readonly string[];
  /** Nobody knows what was approved of it: what is new is held as well. */
  readonly lost: boolean;
  readonly tools: ReadonlyMap<string, LedgerTool>;
}

/** What was seen of tools, and what may be used: plain data, shared by the gateways and the commands of one user. */
export interface Ledger {
  /** An earlier ledger could not be read: a server that is not in this one is not new for that. */
  readonly lost: boolean;
  readonly servers: ReadonlyMap<string, LedgerServer>;
}

export const EMPTY_LEDGER: Ledger = { lost: false, servers: new Map() };

/** Holds everything: what stands in the place of a ledger that can't be read. */
export const LOST_LEDGER: Ledger = { lost: true, servers: new Map() };

/** What instances of a dcc type that come by themselves are called together: no key of the file is theirs. */
export function serverOfDcc(dccType: string): string {
  return `dcc:${dccType}`;
}

/** Whether a person has said yes to that definition. */
export function isConfirmed(tool: LedgerTool | undefined, hash: string): boolean {
  return tool?.approved.some((each) => each.hash === hash && each.by === 'operator') === true;
}
