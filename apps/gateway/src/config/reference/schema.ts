import type { JsonSchema } from '@dcc-mcp/telemetry-config/settings';
import { TRACING_KEYS } from '../reader/read-observability.ts';
import { SETTINGS, settingAt, type Setting } from '../table/setting.ts';
import { SECTIONS } from '../table/table.ts';
import { OAUTH_KEYS, UPSTREAM_KEYS, type UpstreamKey } from '../upstreams/upstream-keys.ts';

type Properties = { [key: string]: JsonSchema };

function closed(properties: Properties, description: string): JsonSchema {
  return { type: 'object', description, additionalProperties: false, properties };
}

function describe(setting: Setting<unknown>): string {
  const [name] = setting.names;
  const environment = name === undefined ? '' : ` Environment: ${name}.`;
  return `${setting.description} Default: ${setting.defaultText}.${environment}`;
}

const TOKEN: JsonSchema = {
  ...closed(
    {
      token: { type: 'string', description: 'The token itself; better from a variable: ${MY_TOKEN}.' },
      tokenFile: { type: 'string', description: 'A file that holds it.' },
      name: { type: 'string', description: 'Who it belongs to; the subject in spans and audit rows.' },
      dccTypes: { type: 'array', items: { type: 'string' }, description: 'DCC types it is for; empty: all.' },
    },
    'A bearer token.',
  ),
  oneOf: [{ required: ['token'] }, { required: ['tokenFile'] }],
};

function leaf(setting: Setting<unknown>): JsonSchema {
  const description = describe(setting);
  if (setting.path === 'auth.tokens') {
    return { type: ['array', 'string'], items: TOKEN, description };
  }
  return { ...setting.kind.schema, description };
}

/** Properties of the object at `parent`, sections within sections. */
function propertiesOf(parent: string): Properties {
  const properties: Properties = {};
  const prefix = parent === '' ? '' : `${parent}.`;
  for (const setting of SETTINGS) {
    if (!setting.path.startsWith(prefix) || setting.path === 'metrics.basicAuth') {
      continue;
    }
    const rest = setting.path.slice(prefix.length);
    const [key = rest] = rest.split('.');
    const path = `${prefix}${key}`;
    properties[key] ??= key === rest ? leaf(setting) : section(path, key);
  }
  return properties;
}

/** An object of keys; credentials may also stand in one text, as their variable has them. */
function section(path: string, key: string): JsonSchema {
  const object = closed(propertiesOf(path), SECTIONS[path]?.description ?? key);
  return path === 'metrics.basicAuth' ? { ...object, type: ['object', 'string'] } : object;
}

function keyProperties(keys: Readonly<Record<string, UpstreamKey<unknown>>>): Properties {
  return Object.fromEntries(
    Object.entries(keys).map(([key, { kind, description }]) => [key, { ...kind.schema, description }]),
  );
}

function upstreams(): JsonSchema {
  const oauth = closed(keyProperties(OAUTH_KEYS), 'OAuth towards the server; {} for dynamic registration.');
  const entry = {
    ...closed({ ...keyProperties(UPSTREAM_KEYS), oauth }, 'One MCP server, as MCP clients write it.'),
    anyOf: [{ required: ['command'] }, { required: ['url'] }],
  };
  const description = SECTIONS['mcpServers']?.description;
  return { type: 'object', description, additionalProperties: entry };
}

function observability(): JsonSchema {
  const tracing = Object.fromEntries(Object.entries(TRACING_KEYS).map(([key, kind]) => [key, kind.schema]));
  const metrics = { enabled: settingAt('metrics.enabled').kind.schema };
  return closed(
    {
      metrics: closed(metrics, 'Whether /metrics is served.'),
      tracing: closed(tracing, 'Spans over OTLP; any OTEL_* for the same setting wins.'),
    },
    "mcpproxy-go's block; server, metrics and OTEL_* say the same and more.",
  );
}

/** JSON Schema 2020-12 of the gateway's file, made of the table that reads it. */
export const gatewayConfigSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'dcc-mcp-gateway configuration',
  ...closed(
    {
      $schema: { type: 'string', description: 'Where this schema is, for the completion of editors.' },
      ...propertiesOf(''),
      mcpServers: upstreams(),
      observability: observability(),
    },
    'JSON, JSONC or YAML. ${VAR} and ${VAR:-default} stand for environment variables in any text.',
  ),
};
