import { readObject, readPropertyNames, readToolHints } from '../../catalog/tool-json.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import { isStopWord, toTokens } from './tokens.ts';

/** Where a word of a tool stands. The value is the bit in a posting's mask. */
export const FIELD = {
  name: 1,
  title: 2,
  alias: 4,
  tag: 8,
  summary: 16,
  schema: 32,
  skill: 64,
} as const;

interface FieldRule {
  readonly bit: number;
  readonly weight: number;
  /** Length at which a field neither gains nor loses; fixed, so that a tool's weights never depend on other tools. */
  readonly typicalLength: number;
  readonly read: (record: ToolRecord) => string[];
}

const LENGTH_SHARE = 0.5; // "b" of BM25: how much a long field is worth less
const MAX_DESCRIPTION = 2_000;

const FIELDS: readonly FieldRule[] = [
  { bit: FIELD.name, weight: 5, typicalLength: 3, read: (record) => toTokens(nameOf(record)) },
  { bit: FIELD.title, weight: 3, typicalLength: 3, read: (record) => toTokens(record.title ?? '') },
  { bit: FIELD.alias, weight: 4, typicalLength: 3, read: (record) => toTokens(record.aliases.join(' ')) },
  { bit: FIELD.tag, weight: 2.5, typicalLength: 3, read: (record) => toTokens(record.tags.join(' ')) },
  { bit: FIELD.summary, weight: 1.6, typicalLength: 12, read: (record) => toTokens(record.summary) },
  { bit: FIELD.summary, weight: 0.5, typicalLength: 40, read: (record) => toTokens(restOfDescription(record)) },
  { bit: FIELD.schema, weight: 1.2, typicalLength: 6, read: schemaTokens },
  { bit: FIELD.skill, weight: 2, typicalLength: 3, read: skillTokens },
];

/** One word of a document: how much it weighs there, and in which fields it stands. */
export interface WeightedTerm {
  weight: number;
  mask: number;
}

/** The words of a tool with their weights: the field-weighted term frequency of BM25F, before saturation. */
export function toSearchTerms(record: ToolRecord): Map<string, WeightedTerm> {
  const terms = new Map<string, WeightedTerm>();
  for (const field of FIELDS) {
    const tokens = field.read(record);
    if (tokens.length === 0) {
      continue;
    }
    const perToken = field.weight / (1 - LENGTH_SHARE + (LENGTH_SHARE * tokens.length) / field.typicalLength);
    for (const token of tokens) {
      if (isStopWord(token)) {
        continue;
      }
      const term = terms.get(token);
      if (term === undefined) {
        terms.set(token, { weight: perToken, mask: field.bit });
      } else {
        term.weight += perToken;
        term.mask |= field.bit;
      }
    }
  }
  return terms;
}

/** The tool's name as words joined by `_`, for comparing with a whole query. */
export function nameKey(text: string): string {
  return toTokens(text).join('_');
}

function nameOf(record: ToolRecord): string {
  return record.isStub ? (record.skillName ?? '') : record.backendTool;
}

function restOfDescription(record: ToolRecord): string {
  const description = record.tool['description'];
  if (typeof description !== 'string' || description.length <= record.summary.length) {
    return '';
  }
  return description.slice(Math.max(0, record.summary.length - 1), MAX_DESCRIPTION);
}

function schemaTokens(record: ToolRecord): string[] {
  const names = readPropertyNames(readObject(record.tool, 'inputSchema'));
  return toTokens([...names, ...readToolHints(record.tool).searchTokens].join(' '));
}

function skillTokens(record: ToolRecord): string[] {
  return [...new Set(toTokens(`${record.skillName ?? ''} ${record.dccType} ${record.upstreamKey}`))];
}
