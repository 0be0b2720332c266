// upstream/core/: what a dcc-mcp-core host answers beside its MCP endpoint.
import { asList, asObject, isJsonObject, type JsonObject, textOf } from '../../protocol/json-rpc.ts';
import { parseBoundedJson } from '../../protocol/json/bounded-json.ts';
import type { HttpClient } from '../http/exchange/http-client.ts';
import type { HostReadiness, HostTool } from '../upstream.ts';
import { type CoreEvents, createCoreEvents } from './core-events.ts';
import { type Answer, askHost, type Question } from './core-request.ts';

/** What the readiness route of a dcc-mcp-core instance says; `undefined` where there is no such route. */
export type CoreReadiness = 'ready' | 'booting' | undefined;

/** The routes of a dcc-mcp-core instance beside its MCP endpoint. Each gives `undefined` where there is none. */
export interface CoreRoutes {
  readiness(): Promise<CoreReadiness>;
  /** The parts that it told of then; absent before, and where it does not answer. */
  readonly lastReadiness: HostReadiness | undefined;
  /** Every tool, those of skills that are not loaded as well. */
  tools(): Promise<ToldTools | undefined>;
  /** What a tools list would show of a tool that is not loaded, by its full name. */
  describe(name: string): Promise<JsonObject | undefined>;
  /** Path of the scene that the application has open. */
  scene(): Promise<string | undefined>;
  /** Asks for the end of a job; best effort, as the host does. */
  cancelJob(id: string): Promise<void>;
  /** What it tells of its work. */
  readonly events: CoreEvents;
}

/** What a host tells of its tools; `isCut`: it may have more than it was asked for. */
export interface ToldTools {
  readonly tools: readonly HostTool[];
  readonly isCut: boolean;
}

/** Bytes of an answer that says how the host is. */
const MAX_STATUS_BYTES = 64 * 1024;
/** Bytes of an answer that tells of tools, at about 600 a tool. */
const MAX_TOOLS_BYTES = 8 * 1024 * 1024;
/** Bytes of one tool with its schema. */
const MAX_TOOL_BYTES = 1024 * 1024;
/** Tools that a host is asked for; its own gateway asks for as many. */
const MAX_TOOLS = 5_000;
/** Characters of a tool's name; a tools list has none that is longer either. */
/** A scene is a path, and is shown. */
const MAX_SCENE_LENGTH = 1_024;
/** The skill that the host gives the tools of no skill. */
const NO_SKILL = 'core';

/** The tool of a dcc-mcp-core host that tells how a job is. */
export const JOB_STATUS_TOOL = 'jobs_get_status';

/** Whether a tools list is that of dcc-mcp-core: every instance has this tool, and nobody else would. */
export function isDccCore(tools: readonly JsonObject[]): boolean {
  return tools.some(({ name }) => name === JOB_STATUS_TOOL);
}

/** @param headersNow Those that are configured for the upstream: a proxy before it may ask for them. */
export function createCoreRoutes(client: HttpClient, headersNow: () => Readonly<Record<string, string>>): CoreRoutes {
  const ask = (path: string, options: Partial<Question> = {}): Promise<Answer | undefined> =>
    askHost(client, { path, headers: headersNow(), maxBytes: MAX_STATUS_BYTES, ...options });
  let lastReadiness: HostReadiness | undefined;
  return {
    readiness: async () => {
      const answer = await ask('/v1/readyz');
      lastReadiness = answer && toHostReadiness(answer.text);
      return answer && toCoreReadiness(answer.status, answer.text);
    },
    get lastReadiness() {
      return lastReadiness;
    },
    tools: async () => {
      const body = JSON.stringify({ loaded_only: false, limit: MAX_TOOLS });
      return toHostTools(await ask('/v1/search', { body, maxBytes: MAX_TOOLS_BYTES }));
    },
    cancelJob: async (id) => {
      await ask(`/v1/jobs/${encodeURIComponent(id)}`, { method: 'DELETE' });
    },
    describe: async (name) => {
      const body = JSON.stringify({ tool_slug: name, include_schema: true });
      return toTool(name, toObject(await ask('/v1/describe', { body, maxBytes: MAX_TOOL_BYTES })));
    },
    scene: async () => {
      const scene = toObject(await ask('/v1/context'))?.['scene'];
      return typeof scene === 'string' && scene !== '' ? scene.slice(0, MAX_SCENE_LENGTH) : undefined;
    },
    events: createCoreEvents(ask),
  };
}

/** Reads the body of `/v1/readyz`: an object of flags, all true once the host is usable. */
export function toCoreReadiness(status: number | undefined, text: string): CoreReadiness {
  const body = parseObject(text);
  if (body === undefined || typeof body['process'] !== 'boolean') {
    return undefined;
  }
  const flags = Object.values(body).filter((value) => typeof value === 'boolean');
  return status === 200 && flags.every(Boolean) ? 'ready' : 'booting';
}

/** Reads the flags of `/v1/readyz` that every host may have. */
function toHostReadiness(text: string): HostReadiness {
  const flags = Object.entries(pick(parseObject(text) ?? {}));
  return Object.fromEntries(flags.filter(([, value]) => typeof value === 'boolean'));
}

function pick({ process, dispatcher, dcc }: JsonObject): JsonObject {
  return { process, dispatcher, dcc };
}

/** Reads the hits of `/v1/search`; an entry without a name is left out. */
function toHostTools(answer: Answer | undefined): ToldTools | undefined {
  const hits = toObject(answer)?.['hits'];
  if (!Array.isArray(hits)) {
    return undefined;
  }
  const tools = hits.slice(0, MAX_TOOLS).flatMap((hit: unknown) => toHostTool(hit));
  return { tools, isCut: hits.length >= MAX_TOOLS };
}

function toHostTool(hit: unknown): readonly HostTool[] {
  const { action: name, skill, summary, annotations, metadata, loaded, has_schema: hasSchema } = asObject(hit) ?? {};
  if (typeof name !== 'string' || name === '') {
    return [];
  }
  const dcc = asObject(asObject(metadata)?.['dcc']);
  const { affinity, searchAliases, searchTokens } = dcc ?? {};
  const hints = { searchAliases: asList(searchAliases), searchTokens: asList(searchTokens) };
  return [
    {
      name,
      ...(typeof skill === 'string' && skill !== '' && skill !== NO_SKILL ? { skillName: skill } : {}),
      isLoaded: loaded !== false,
      hasSchema: hasSchema === true,
      ...(affinity === 'main' || affinity === 'any' ? { affinity } : {}),
      tool: { name, description: textOf(summary), annotations: asObject(annotations) ?? {}, _meta: { dcc: hints } },
    },
  ];
}

/** Reads `/v1/describe`, which writes the names of the protocol in another way. */
function toTool(name: string, body: JsonObject | undefined): JsonObject | undefined {
  const { description, input_schema: schema, annotations } = body ?? {};
  const inputSchema = asObject(schema);
  return (
    inputSchema && { name, description: textOf(description), inputSchema, annotations: asObject(annotations) ?? {} }
  );
}

function toObject(answer: Answer | undefined): JsonObject | undefined {
  return answer?.status === 200 ? parseObject(answer.text) : undefined;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const body = parseBoundedJson(text);
    return isJsonObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
