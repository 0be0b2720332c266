import type { JsonObject } from '../protocol/json-rpc.ts';
import { fullNames, type HostTool } from './host-tool.ts';
import { toSlug } from './slug.ts';
import { readObject, readToolHints } from './tool-json.ts';
import type { ToolRecord } from './tool-record.ts';

/** The upstream that tools in the catalog belong to. */
export interface CatalogUpstream {
  readonly key: string;
  readonly instanceId: string;
  readonly instanceShort: string;
  readonly dccType: string;
  /** True for an upstream that is started by its first use: it is a skill of its own, named by its key. */
  readonly isLazy?: boolean;
  /** Default true. False for a lazy upstream that does not run: its tools are known from its last connection. */
  readonly isLoaded?: boolean;
}

/** What a dcc-mcp-core host lists in place of the tools of a skill that is not loaded. */
export const SKILL_STUB_PREFIX = '__skill__';

const MAX_SUMMARY = 160;

// What a dcc-mcp-core host offers for its own control. The gateway's own tools stand in for them, so search does not
// offer them; `jobs_get_status` is of use to callers and stays.
const CORE_CONTROL_TOOLS = new Set([
  'list_roots',
  'list_skills',
  'get_skill_info',
  'load_skill',
  'unload_skill',
  'search_skills',
  'search_tools',
  'activate_tool_group',
  'deactivate_tool_group',
  'jobs_poll_contract',
  'jobs_cleanup',
  'register_tool',
  'deregister_tool',
  'list_dynamic_tools',
]);

/** True when the list has the control tools by which a dcc-mcp-core host loads skills. */
export function isDccMcpCore(tools: readonly JsonObject[]): boolean {
  const names = new Set(tools.map((tool) => tool['name']));
  return names.has('list_skills') && names.has('load_skill') && names.has('get_skill_info');
}

/** What the record of one tool needs to know beside the tool. */
export interface ToolRecordContext {
  readonly upstream: CatalogUpstream;
  /** The second part of the slug: the short id, or the whole one where two instances share the short one. */
  readonly slugId: string;
  readonly isDccMcpCore: boolean;
  /** What is known of it beside what the tool says itself. */
  readonly facts?: ToolFacts;
  /** True for a tool of a skill that is not loaded: the host tells of it and does not list it. */
  readonly needsLoad?: boolean;
}

/** What a host says of a tool beside the tool itself. */
export type ToolFacts = Partial<Pick<HostTool, 'skillName' | 'affinity' | 'hasSchema'>> & {
  /** The name that the host takes at any time, whatever it lists the tool as. */
  readonly hostName?: string;
};

/** The record of one tool; `undefined` when it has no usable name. */
export function toToolRecord(tool: JsonObject, context: ToolRecordContext): ToolRecord | undefined {
  const name = tool['name'];
  if (typeof name !== 'string' || name === '') {
    return undefined;
  }
  const { upstream } = context;
  const isStub = name.startsWith(SKILL_STUB_PREFIX);
  const hints = readToolHints(tool);
  const skillName = skillNameOf(name, context, hints.skillName);
  const title = titleOf(tool);
  const needsLoad = isStub || context.needsLoad === true;
  const { hostName, affinity, hasSchema: hasToldSchema } = context.facts ?? {};
  return {
    slug: toSlug(upstream.dccType, context.slugId, name),
    backendTool: name,
    dccType: upstream.dccType,
    instanceId: upstream.instanceId,
    instanceShort: upstream.instanceShort,
    upstreamKey: upstream.key,
    ...(skillName === undefined ? {} : { skillName }),
    summary: summarize(tool, title),
    tags: hints.tags,
    aliases: hints.aliases,
    isLoaded: !needsLoad && upstream.isLoaded !== false,
    needsLoad,
    ...(hostName === undefined || hostName === name
      ? {}
      : { hostName, fullSlug: toSlug(upstream.dccType, context.slugId, hostName) }),
    ...(affinity === undefined ? {} : { affinity }),
    annotations: readObject(tool, 'annotations'),
    tool,
    label: `${upstream.dccType}__${name}`,
    ...(title === undefined ? {} : { title }),
    hasSchema: hasToldSchema ?? hasSchema(tool),
    isStub,
    isListed: !(context.isDccMcpCore && CORE_CONTROL_TOOLS.has(name)),
  };
}

/** The record with slugs that have `slugId` as their second part. */
export function withSlugs(record: ToolRecord, slugId: string): ToolRecord {
  const { dccType, backendTool, hostName } = record;
  const slug = toSlug(dccType, slugId, backendTool);
  return { ...record, slug, ...(hostName === undefined ? {} : { fullSlug: toSlug(dccType, slugId, hostName) }) };
}

function skillNameOf(name: string, context: ToolRecordContext, hinted: string | undefined): string | undefined {
  if (name.startsWith(SKILL_STUB_PREFIX)) {
    return name.slice(SKILL_STUB_PREFIX.length);
  }
  if (context.upstream.isLazy === true) {
    return context.upstream.key;
  }
  return hinted ?? context.facts?.skillName ?? (context.isDccMcpCore ? fullNames(name).at(-1)?.skill : undefined);
}

function titleOf(tool: JsonObject): string | undefined {
  const title = tool['title'] ?? readObject(tool, 'annotations')['title'];
  return typeof title === 'string' && title !== '' ? title : undefined;
}

/** The first paragraph of the description on one line, at most 160 characters. */
function summarize(tool: JsonObject, title: string | undefined): string {
  const description = tool['description'];
  const text = typeof description === 'string' && description.trim() !== '' ? description.trim() : (title ?? '');
  const line = (text.split(/\n\s*\n/, 1)[0] ?? '').replaceAll(/\s+/g, ' ').trim();
  const points = line.length > MAX_SUMMARY ? Array.from(line) : undefined;
  if (points === undefined || points.length <= MAX_SUMMARY) {
    return line;
  }
  return `${points
    .slice(0, MAX_SUMMARY - 1)
    .join('')
    .trimEnd()}…`;
}

function hasSchema(tool: JsonObject): boolean {
  const schema = readObject(tool, 'inputSchema');
  if (Object.keys(readObject(schema, 'properties')).length > 0) {
    return true;
  }
  const required = schema['required'];
  if (Array.isArray(required) && required.length > 0) {
    return true;
  }
  // A schema that composes others asks for something, too.
  return ['$ref', 'allOf', 'anyOf', 'oneOf'].some((key) => schema[key] !== undefined);
}
