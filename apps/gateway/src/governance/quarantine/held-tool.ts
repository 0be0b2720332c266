import type { Hold, SeenList } from '../approvals/judge.ts';
import type { HoldReason } from '../approvals/ledger.ts';

/** A tool that is held at this moment. */
export interface HeldTool extends Hold {
  readonly slug: string;
  readonly instanceId: string;
  readonly server: string;
  readonly name: string;
  readonly hash: string;
}

/** What an instance lists, as it was judged last. */
export interface JudgedList {
  readonly list: SeenList;
  /** By name of the tool. */
  readonly held: ReadonlyMap<string, HeldTool>;
}

/** The same with the slugs of its tools. */
export interface WatchedList extends JudgedList {
  /** By name of the tool. */
  readonly slugs: ReadonlyMap<string, string>;
}

/** True where an instance lists tools, and each of them is held. */
export function isWholeHeld({ list, held }: JudgedList): boolean {
  return list.tools.length > 0 && held.size === list.tools.length;
}

const WHY: Readonly<Record<HoldReason, string>> = {
  changed: 'it is not what was approved',
  renamed: 'it is a held tool under another name',
  rejected: 'an operator rejected it',
  'approvals-lost': 'what was approved could not be read',
};

/** Why a call is refused, and who can change that. */
export function heldMessage({ slug, server, name, reason }: HeldTool): string {
  return `${slug} is held: ${WHY[reason]}. An operator can look at it with: dcc-mcp-gateway approvals show ${server}/${name}`;
}
