import type { JsonObject } from '../protocol/json-rpc.ts';

/** One tool of one upstream, as the gateway knows it. */
export interface ToolRecord {
  /** `<dcc>.<id8>.<backend_tool>`, with the whole id where two instances share those digits; the tool part may contain dots. */
  readonly slug: string;
  readonly backendTool: string;
  readonly dccType: string;
  readonly instanceId: string;
  readonly instanceShort: string;
  readonly upstreamKey: string;
  /** The skill (group of tools loaded together) it belongs to. */
  readonly skillName?: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly aliases: readonly string[];
  readonly isLoaded: boolean;
  /** True for what its host refuses until its skill is loaded; a lazy upstream starts by itself. */
  readonly needsLoad: boolean;
  /** The name that the host takes at any time, where it lists the tool under another one. */
  readonly hostName?: string;
  /** The slug with that name. */
  readonly fullSlug?: string;
  /** Where the tool must run, where its host says it of the tool itself. */
  readonly affinity?: 'main' | 'any';
  readonly annotations: JsonObject;
  /** The upstream's tool object, untouched. */
  readonly tool: JsonObject;
  /** Metric label: `<dcc_type>__<backend_tool>`. */
  readonly label: string;
  /** The tool's title for people, where it has one. */
  readonly title?: string;
  /** True when the input schema asks for anything: it has properties or required ones. */
  readonly hasSchema: boolean;
  /** True when this stands for a skill that is not loaded yet (`__skill__<name>`), not for a tool. */
  readonly isStub: boolean;
  /** False for the control tools of a dcc-mcp-core host: they can be called, but search does not offer them. */
  readonly isListed: boolean;
}

/** What metrics call the tool; `undefined` where there is none, or only what stands for a skill. */
export function metricLabelOf(record: ToolRecord | undefined): string | undefined {
  return record === undefined || record.isStub ? undefined : record.label;
}
