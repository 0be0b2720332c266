import type { ToolRecord } from '../../../catalog/tool-record.ts';
import { withoutControls } from '../../../protocol/printable-text.ts';
import type { KeptTool } from './operation-facts.ts';

const shown = new WeakMap<ToolRecord, KeptTool>();

/** A tool as rows name it: a server may call it anything, and rows stand on pages and terminals. Found out once for each. */
export function shownTool(record: ToolRecord): KeptTool {
  const known = shown.get(record);
  if (known !== undefined) {
    return known;
  }
  const tool = toShown(record);
  shown.set(record, tool);
  return tool;
}

function toShown(record: ToolRecord): KeptTool {
  const { slug, label, backendTool, dccType, instanceId, skillName } = record;
  const names = [slug, label, backendTool, dccType, skillName ?? ''];
  return names.every((name) => withoutControls(name) === name)
    ? record
    : {
        slug: withoutControls(slug),
        label: withoutControls(label),
        backendTool: withoutControls(backendTool),
        dccType: withoutControls(dccType),
        instanceId,
        ...(skillName === undefined ? {} : { skillName: withoutControls(skillName) }),
      };
}
