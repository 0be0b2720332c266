import { z } from 'zod';
import type { JsonValue } from '../../protocol/json-rpc.ts';
import type { Ledger, LedgerServer } from './ledger.ts';

const text = z.string();
const json: z.ZodType<JsonValue> = z.json();

const definition = z
  .strictObject({ title: json, description: json, inputSchema: json, outputSchema: json, annotations: json })
  .partial();

const approved = z.object({ hash: text, definition, at: text, by: z.enum(['first-use', 'new', 'operator']) });

const held = z.object({
  hash: text,
  definition,
  since: text,
  reason: z.enum(['changed', 'renamed', 'rejected', 'approvals-lost']),
  instance: text,
  from: text.optional(),
  rejected: text.optional(),
});

const tool = z.object({ name: text, listed: text.optional(), approved: z.array(approved), held: z.array(held) });

const server = z.object({
  name: text,
  dcc: text,
  instances: z.array(text),
  lost: z.boolean(),
  tools: z.array(tool),
});

// Lists instead of members: a tool may be called __proto__.
const file = z.object({ version: z.literal(1), lost: z.boolean(), servers: z.array(server) });

/** What `approvals.json` holds. @returns `undefined` for what is not such a file. */
export function parseLedger(content: string): Ledger | undefined {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return undefined;
  }
  const parsed = file.safeParse(value);
  if (!parsed.success) {
    return undefined;
  }
  const { lost, servers } = parsed.data;
  return { lost, servers: byName(servers.map(toServer)) };
}

function toServer({ tools, ...rest }: z.infer<typeof server>): LedgerServer {
  return { ...rest, tools: byName(tools) };
}

/** The text of `approvals.json`. */
export function serializeLedger({ lost, servers }: Ledger): string {
  const list = Array.from(servers.values(), (each) => ({ ...each, tools: [...each.tools.values()] }));
  return `${JSON.stringify({ version: 1, lost, servers: list }, undefined, 1)}\n`;
}

function byName<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}
