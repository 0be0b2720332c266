import { skillKey } from '../../catalog/skill-record.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';

/** What of a tool is compared, in lower case. */
export interface ComparedText {
  readonly name: string;
  readonly slug: string;
  /** `<dcc>__<tool>` */
  readonly label: string;
  readonly title: string;
  readonly skill: string;
  /** See `skillKey`; absent for a tool of no skill. */
  readonly skillKey: string | undefined;
  readonly summary: string;
  readonly aliases: readonly string[];
  /** Each once. */
  readonly tags: readonly string[];
}

// Kept as long as the tool, because lower-casing ten thousand tools takes longer than the search.
const compared = new WeakMap<ToolRecord, ComparedText>();

/** The texts of a tool as searches compare them; made once for each record. */
export function toComparedText(record: ToolRecord): ComparedText {
  const known = compared.get(record);
  if (known !== undefined) {
    return known;
  }
  const { skillName } = record;
  const text = {
    name: record.backendTool.toLowerCase(),
    slug: record.slug.toLowerCase(),
    label: record.label.toLowerCase(),
    title: (record.title ?? '').toLowerCase(),
    skill: (skillName ?? '').toLowerCase(),
    skillKey: skillName === undefined ? undefined : skillKey(skillName.trim()),
    summary: record.summary.toLowerCase(),
    aliases: record.aliases.map((alias) => alias.toLowerCase()),
    tags: [...new Set(record.tags.map((tag) => tag.toLowerCase()))],
  };
  compared.set(record, text);
  return text;
}
