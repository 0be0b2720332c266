import { z } from '@hono/zod-openapi';
import {
  callToolAnswer,
  describeToolAnswer,
  loadSkillToolAnswer,
  searchToolAnswer,
} from '../../operations/answers/answer-schemas.ts';
import {
  callToolArguments,
  describeBody,
  loadSkillBody,
  searchBody,
} from '../../operations/requests/request-schemas.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';

/** One of the gateway's own MCP tools, as `tools/list` shows it. */
export interface McpToolDefinition extends JsonObject {
  readonly name: 'search' | 'describe' | 'load_skill' | 'call';
  readonly title: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  readonly annotations: JsonObject;
}

/** The four tools of the gateway, with schemas from the ones that check REST requests. */
export function mcpToolDefinitions(): readonly McpToolDefinition[] {
  return [...findingTools(), ...usingTools()];
}

function findingTools(): readonly McpToolDefinition[] {
  return [
    {
      name: 'search',
      title: 'Search tools',
      description:
        'Find tools by what they do. Start here: the tools of all connected servers are behind this gateway and are not listed themselves. Say in a few words what should happen ("create a sphere", "read a file"). Each hit has a tool_slug and a next_step with the operation to use next (load_skill, describe or call) and its arguments; keep meta.search_id when you follow it.',
      inputSchema: toSchema(searchBody, 'input'),
      outputSchema: toSchema(searchToolAnswer, 'output'),
      annotations: { title: 'Search tools', readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    {
      name: 'describe',
      title: 'Describe a tool',
      description:
        'Get the full definition of one tool: its description and inputSchema. Do this before calling a tool whose hit says has_schema, then call it with arguments that match the schema.',
      inputSchema: toSchema(describeBody, 'input'),
      outputSchema: toSchema(describeToolAnswer, 'output'),
      annotations: { title: 'Describe a tool', readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
  ];
}

function usingTools(): readonly McpToolDefinition[] {
  return [
    {
      name: 'load_skill',
      title: 'Load a skill',
      description:
        'Load a skill (a group of tools) whose hit says loaded: false. The answer lists the tool_slugs that can be called now. Name the instance_id or dcc_type when several hosts have the skill.',
      inputSchema: toSchema(loadSkillBody, 'input'),
      outputSchema: toSchema(loadSkillToolAnswer, 'output'),
      annotations: {
        title: 'Load a skill',
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
    },
    {
      name: 'call',
      title: 'Call a tool',
      description:
        "Call one tool by its tool_slug, or up to 25 in order with calls (stop_on_error leaves out the rest after a failure). The tool's own arguments go into arguments, named as its inputSchema names them, never beside tool_slug. ok: false means that the tool itself reported a failure; error says what to do.",
      inputSchema: toSchema(callToolArguments, 'input'),
      outputSchema: toSchema(callToolAnswer, 'output'),
      annotations: {
        title: 'Call a tool',
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: false,
        openWorldHint: true,
      },
    },
  ];
}

// A model reads these schemas with every list of tools: what says nothing is left out.
const SAYS_NOTHING: ReadonlySet<string> = new Set(['$schema', 'propertyNames']);

function toSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const full = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  const json: unknown = JSON.parse(JSON.stringify(full, keepMeaning));
  if (!isJsonObject(json)) {
    throw new TypeError('a tool schema must be a JSON object');
  }
  return json;
}

function keepMeaning(key: string, value: unknown): unknown {
  if (SAYS_NOTHING.has(key) || (isJsonObject(value) && value['deprecated'] === true)) {
    return undefined;
  }
  if (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) {
    return undefined;
  }
  if (key === 'additionalProperties' && isJsonObject(value) && Object.keys(value).length === 0) {
    return undefined;
  }
  return isJsonObject(value) ? withOneType(value) : value;
}

/** Function declarations of some models take no list of types: each type of a value gets an alternative of its own. */
function withOneType(value: JsonObject): JsonObject {
  const { type, ...rest } = value;
  return Array.isArray(type) ? { ...rest, anyOf: type.map((one: JsonValue) => ({ type: one })) } : value;
}
