import { parseArgs } from 'node:util';
import type { GatewayFlags } from '../config/reader/gateway-config.ts';

export type Command =
  | { readonly name: 'serve'; readonly configFile?: string; readonly flags: GatewayFlags }
  | { readonly name: 'doctor'; readonly configFile?: string; readonly flags: GatewayFlags; readonly isJson: boolean }
  | {
      readonly name: 'config';
      readonly action: 'print';
      readonly configFile?: string;
      readonly flags: GatewayFlags;
      readonly isJson: boolean;
      readonly hasOrigins: boolean;
    }
  | { readonly name: 'config'; readonly action: 'schema' }
  | { readonly name: 'token'; readonly arguments: readonly string[] }
  | { readonly name: 'help' }
  | { readonly name: 'version' };

export type CommandLine =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly message: string };

export const USAGE = `Usage: dcc-mcp-gateway [serve] [options]   run the gateway
       dcc-mcp-gateway doctor [--json]      start each server once, reach each exporter, say what is wrong and what to do
       dcc-mcp-gateway token create|verify  make and check tokens for /metrics (see token --help)
       dcc-mcp-gateway config print [--json] [--origins]
                                            the effective configuration as a file, without secrets
       dcc-mcp-gateway config schema        the JSON Schema of that file

Options
  --config FILE         configuration, JSON, JSONC or YAML (DCC_MCP_CONFIG)
  --host H              address to bind (default 127.0.0.1)
  --port N              port, 0 for any free one (default 9765)
  --stdio               speak MCP on stdin and stdout; no listener unless --port is given
  --expose search|all   offer the four gateway tools, or the upstreams' own tools
  --metrics             serve /metrics
  --no-admin            do not serve the admin page
  --admin-path P        where the admin page is (default /admin)
  --wait                wait for the port while another gateway holds it
  --version, --help

Telemetry is configured by the OTEL_* variables of the OpenTelemetry specification.`;

const OPTIONS = {
  config: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  stdio: { type: 'boolean' },
  expose: { type: 'string' },
  metrics: { type: 'boolean' },
  'no-admin': { type: 'boolean' },
  'admin-path': { type: 'string' },
  wait: { type: 'boolean' },
  json: { type: 'boolean' },
  origins: { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

/** Reads the arguments after the program's name. Never rejects. */
export async function parseCommandLine(args: readonly string[]): Promise<CommandLine> {
  if (args[0] === 'token') {
    return { ok: true, command: { name: 'token', arguments: args.slice(1) } };
  }
  try {
    const { values, positionals } = parse(args);
    return toCommand(values, positionals);
  } catch (error) {
    // Loaded here, because only a mistake needs the names that are near.
    const { describeArgumentIssue } = await import('./flag-issue.ts');
    return refused(describeArgumentIssue(error, OPTIONS));
  }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
}

function toCommand(values: Values, positionals: readonly string[]): CommandLine {
  if (values.help === true) {
    return { ok: true, command: { name: 'help' } };
  }
  if (values.version === true) {
    return { ok: true, command: { name: 'version' } };
  }
  const [name = 'serve', action, ...rest] = positionals;
  const common = { flags: toFlags(values), ...(values.config === undefined ? {} : { configFile: values.config }) };
  const isJson = values.json === true;
  if (name === 'config' && (action === 'print' || action === 'schema') && rest.length === 0) {
    const hasOrigins = values.origins === true;
    return action === 'schema'
      ? toSchemaCommand(values)
      : { ok: true, command: { name, action, isJson, hasOrigins, ...common } };
  }
  if (values.origins === true && (name === 'serve' || name === 'doctor')) {
    return refused('--origins belongs to config print; write dcc-mcp-gateway config print --origins');
  }
  if (action === undefined && name === 'serve') {
    return isJson
      ? refused('--json belongs to doctor and config print; write dcc-mcp-gateway doctor --json')
      : { ok: true, command: { name, ...common } };
  }
  if (action === undefined && name === 'doctor') {
    return { ok: true, command: { name, isJson, ...common } };
  }
  return refused(commandIssue(positionals));
}

/** The schema is JSON and the same whatever is configured. */
function toSchemaCommand(values: Values): CommandLine {
  const others = Object.keys(values).filter((name) => name !== 'json');
  return others.length === 0
    ? { ok: true, command: { name: 'config', action: 'schema' } }
    : refused(`config schema takes no flag but --json, not --${others[0]}`);
}

function commandIssue(positionals: readonly string[]): string {
  const [name = ''] = positionals;
  if (name === 'config') {
    return 'say config print or config schema';
  }
  return name === 'serve' || name === 'doctor'
    ? `${name} takes flags only, not '${positionals.slice(1).join(' ')}'`
    : `there is no command '${positionals.join(' ')}'; there are serve, doctor, token and config`;
}

function toFlags(values: Values): GatewayFlags {
  return {
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.port === undefined ? {} : { port: values.port }),
    ...(values.expose === undefined ? {} : { expose: values.expose }),
    ...(values.stdio === undefined ? {} : { stdio: values.stdio }),
    ...(values.metrics === undefined ? {} : { metrics: values.metrics }),
    ...(values['no-admin'] === undefined ? {} : { noAdmin: values['no-admin'] }),
    ...(values['admin-path'] === undefined ? {} : { adminPath: values['admin-path'] }),
    ...(values.wait === undefined ? {} : { wait: values.wait }),
  };
}

function refused(issue: string): CommandLine {
  return { ok: false, message: `error: ${issue} (see dcc-mcp-gateway --help)` };
}
