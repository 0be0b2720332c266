import { readFileSync } from 'node:fs';
import { Catalog } from '../../../src/catalog/catalog.ts';
import type { JsonObject } from '../../../src/protocol/json-rpc.ts';

/** A query of the corpus, and the tools (`server.tool`) any of which answers it. */
export interface LabelledQuery {
  readonly query: string;
  readonly answers: readonly string[];
}

function readRows(file: string): string[][] {
  return readFileSync(new URL(file, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

export function readQueries(): readonly LabelledQuery[] {
  return readRows('queries.txt').map(([query = '', answers = '']) => ({ query, answers: answers.split(/,\s*/) }));
}

function toTool([, name = '', description = '', properties = '', extra = '']: readonly string[]): JsonObject {
  const names = properties.split(/,\s*/).filter((property) => property !== '');
  const aliases = /aliases=(.*)$/.exec(extra)?.[1]?.split(',') ?? [];
  return {
    name,
    description,
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries(names.map((property) => [property, { type: 'string' }])),
    },
    ...(aliases.length === 0 ? {} : { _meta: { dcc: { searchAliases: aliases } } }),
  };
}

/** The corpus as a catalog: one instance per server. */
export function readCatalog(): Catalog {
  const catalog = new Catalog();
  const rows = readRows('tools.txt');
  const servers = [...new Set(rows.map(([server = '']) => server))];
  for (const [index, server] of servers.entries()) {
    const instanceShort = (index + 1).toString(16).padStart(8, '0');
    catalog.setTools(
      { key: server, dccType: server, instanceShort, instanceId: `${instanceShort}-0000-4000-8000-000000000000` },
      rows.filter(([own]) => own === server).map(toTool),
    );
  }
  return catalog;
}
