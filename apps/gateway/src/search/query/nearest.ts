import { editDistance } from '@dcc-mcp/telemetry-config/settings';
import { parseSlug, type SlugParts } from '../../catalog/slug.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { SearchIndex } from '../index/search-index.ts';
import { TopMatches } from './top-matches.ts';

type Accepts = (record: ToolRecord) => boolean;

const MAX_COMPARED = 64;
const MAX_CANDIDATES = 100;

/**
 * The records whose slugs look most like `slug`; ties are broken by the slug itself. The index proposes candidates, so
 * that a wrong slug costs no more among ten thousand tools than a search.
 */
export function nearestRecords(
  index: SearchIndex,
  slug: string,
  { limit, accepts = () => true }: { readonly limit: number; readonly accepts?: Accepts },
): readonly ToolRecord[] {
  const parts = parseSlug(slug);
  const wanted = (parts?.backendTool ?? slug).slice(0, MAX_COMPARED);
  const top = new TopMatches(MAX_CANDIDATES);
  const isCandidate = (record: ToolRecord): boolean => !record.isStub && accepts(record);
  index.match(wanted, isCandidate, (match) =>
    top.push({ ...match, score: match.score * (1 + kinship(match.record, parts)) }),
  );
  return top
    .ranked()
    .map(({ record }) => ({ record, distance: nameDistance(wanted.toLowerCase(), nameOf(record)) }))
    .filter(({ distance }) => distance <= 0.6)
    .map(({ record, distance }) => ({ record, distance: distance - kinship(record, parts) }))
    .toSorted((a, b) => a.distance - b.distance || (a.record.slug < b.record.slug ? -1 : 1))
    .slice(0, limit)
    .map(({ record }) => record);
}

function nameOf(record: ToolRecord): string {
  return record.backendTool.toLowerCase().slice(0, MAX_COMPARED);
}

/** A near name at the same instance is likelier meant than the same name elsewhere. */
function kinship(record: ToolRecord, parts: SlugParts | undefined): number {
  return (record.dccType === parts?.dccType ? 0.1 : 0) + (record.instanceShort === parts?.id8 ? 0.1 : 0);
}

/** 0 for equal names to 1 for names without anything in common. */
function nameDistance(wanted: string, name: string): number {
  if (wanted === name) {
    return 0;
  }
  if (wanted.length >= 3 && (name.includes(wanted) || wanted.includes(name))) {
    return 0.2;
  }
  const longest = Math.max(wanted.length, name.length, 1);
  return Math.min(editDistance(wanted, name) / longest, sharedWords(wanted, name));
}

function sharedWords(a: string, b: string): number {
  const words = new Set(a.split(/[^a-z0-9]+/));
  const others = b.split(/[^a-z0-9]+/);
  const shared = others.filter((word) => word.length > 2 && words.has(word)).length;
  return shared === 0 ? 1 : 1 - shared / Math.max(words.size, others.length);
}
