import type { HeldDefinition, Ledger } from '../governance/approvals/ledger.ts';
import { changedParts, type ToolDefinition } from '../governance/approvals/tool-definition.ts';
import type { HeldTool } from '../governance/quarantine/held-tool.ts';
import type { Quarantine } from '../governance/quarantine/quarantine.ts';

/** Tools that are told of at most; the commands of `approvals` tell of all. */
const MAX_TOOLS = 200;

/** What is held with what it was and is, what came by itself, and what is strange about the texts of either. */
export async function quarantineView(quarantine: Quarantine | undefined): Promise<object> {
  if (quarantine === undefined) {
    return { held: [], held_total: 0, new: [], hints: [] };
  }
  const { ledger, held } = quarantine;
  const hints = await quarantine.hints();
  return {
    held: held.slice(0, MAX_TOOLS).map((tool) => heldView(tool, ledger)),
    held_total: held.length,
    new: newTools(ledger).slice(0, MAX_TOOLS),
    hints: hints.slice(0, MAX_TOOLS).map(({ slug, instanceId, hint: { kind, where, excerpt } }) => {
      return { tool: slug, instance_id: instanceId, kind, where, excerpt };
    }),
  };
}

function heldView({ slug, instanceId, server, name, hash, reason, from }: HeldTool, ledger: Ledger): object {
  const known = ledger.servers.get(server)?.tools.get(name);
  const is = known?.held.find((each) => each.hash === hash);
  const was = known?.approved.at(-1);
  return {
    tool: slug,
    instance_id: instanceId,
    name: `${server}/${name}`,
    reason: reasonText(
      reason,
      fromName(server, is?.from ?? from),
      was && is && changedParts(was.definition, is.definition),
    ),
    since: is?.since,
    rejected_at: is?.rejected,
    was_hash: was?.hash,
    is_hash: hash,
    ...sides(was?.definition, is),
  };
}

function fromName(server: string, from: string | undefined): string | undefined {
  return from === undefined ? undefined : `${server}/${from}`;
}

/** Only what differs: the rest of a definition is of no use beside it. */
function sides(was: ToolDefinition | undefined, held: HeldDefinition | undefined): object {
  if (held === undefined) {
    return {};
  }
  const parts = changedParts(was ?? {}, held.definition);
  const pick = (definition: ToolDefinition): object =>
    Object.fromEntries(Object.entries(definition).filter(([part]) => parts.includes(part)));
  return { was: pick(was ?? {}), is: pick(held.definition) };
}

function reasonText(reason: string, from: string | undefined, parts: readonly string[] = []): string {
  const what = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  return `${reason}${from === undefined ? '' : ` from ${from}`}${reason === 'changed' ? what : ''}`;
}

/** Tools that a known server brought later, and that nobody has confirmed. */
function newTools({ servers }: Ledger): readonly object[] {
  return [...servers.values()].flatMap((server) =>
    Array.from(server.tools.values()).flatMap(({ name, approved }) => {
      const last = approved.at(-1);
      return last?.by === 'new' ? [{ name: `${server.name}/${name}`, since: last.at }] : [];
    }),
  );
}
