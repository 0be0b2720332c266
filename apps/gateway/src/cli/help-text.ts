import { EXPORT, HAND_ON, LISTS, NUMBERS, REPLAY } from './history/commands/history-help.ts';
import type { HistoryVerb } from './history/commands/history-verbs.ts';

/** What there is help for. */
export type HelpTopic = 'serve' | 'doctor' | 'login' | 'logout' | 'token' | 'config' | 'approvals' | HistoryVerb;

const CONFIGURATION = `  --config FILE         configuration in JSON, JSONC or YAML (DCC_MCP_CONFIG)`;

const GENERAL = `Usage: dcc-mcp-gateway [serve] [options]

Commands
  serve                 run the gateway; this is what runs without a command
  doctor                start each server once, reach each exporter, say what is
                        wrong and what to do
  login|logout SERVER   sign in at a server that asks for it, and out again
  config print|schema   the effective configuration, the JSON Schema of the file
  token create|verify   make and check tokens for /metrics
  approvals             tools that are held because they changed: list, show,
                        approve, reject
  calls|traces|tail     what a running gateway did: its calls, where their time
                        went, calls as they end
  stats|workflows       how well it went, and what agents did in one go
  search-quality        whether searches lead to tools
  bundle|report ID      one request to hand on: all of it, a text for an issue
                        tracker without anything private
  replay ID             send a call again, and show what differs
  export|instances      whole lists as files, the servers as they are now
  help [COMMAND]        the options of a command, with examples

Options of serve
${CONFIGURATION}
  --host H              address to bind (default 127.0.0.1)
  --port N              port, 0 for any free one (default 9765)
  --stdio               speak MCP on stdin and stdout; no listener unless --port
                        is given
  --expose search|all   offer the four gateway tools, or the servers' own tools
  --metrics             serve /metrics
  --no-admin            do not serve the admin page and its API; /v1/debug
                        stays
  --admin-path P        where the admin page is; its API is P/api
                        (default /admin)
  --wait                wait for the port while another gateway holds it
  --workers N|auto      processes that answer requests (default 1)

  -h, --help            this text, or that of a command
  -v, --version         the version

Examples
  dcc-mcp-gateway --config servers.json
  dcc-mcp-gateway --config servers.json --stdio
  dcc-mcp-gateway doctor --config servers.json

The file names MCP servers as MCP clients do:
  {"mcpServers": {"files": {"command": "npx",
    "args": ["-y", "@modelcontextprotocol/server-filesystem", "."]}}}

Telemetry is configured by the OTEL_* variables of the OpenTelemetry
specification.`;

const DOCTOR = `Usage: dcc-mcp-gateway doctor [--json] [options]

Reads the configuration as serve does, starts each server once, reaches each
exporter, and says what is wrong and what to do. Nothing stays running.

Options
  --json                the whole report as JSON
${CONFIGURATION}
  and every other option of serve

Ends with 0 where nothing is wrong, 1 where something is, 2 where the
configuration can't be used.

Examples
  dcc-mcp-gateway doctor
  dcc-mcp-gateway doctor --config servers.json
  dcc-mcp-gateway doctor --json`;

const CONFIG = `Usage: dcc-mcp-gateway config print [--json] [--origins] [options]
       dcc-mcp-gateway config schema

print writes the effective configuration as a file that can be fed back,
without secrets. schema writes the JSON Schema of that file, for editors.

Options of print
  --json                JSON instead of YAML
  --origins             say where each value comes from
${CONFIGURATION}
  and every other option of serve

Examples
  dcc-mcp-gateway config print --origins
  dcc-mcp-gateway config print --config servers.json --json
  dcc-mcp-gateway config schema`;

const LOGIN = `Usage: dcc-mcp-gateway login SERVER [options]
       dcc-mcp-gateway logout SERVER [--config FILE]

login signs in at the authorization server of a server of mcpServers: it shows
a page, waits for the answer on 127.0.0.1, and keeps the tokens for the gateway,
which refreshes them. One that runs takes them within seconds. logout forgets
them.

Options
  --no-browser          only print the address of the page
  --timeout SECONDS     how long to wait for the answer (default 300)
  --scope "A B"         what to ask for, in place of the configured scopes
${CONFIGURATION}

Ends with 0 when logged in, 1 when not, 2 where the command can't be used so.

Examples
  dcc-mcp-gateway login tracker --config servers.json
  dcc-mcp-gateway login tracker --no-browser
  dcc-mcp-gateway logout tracker`;

const TOKEN = `Usage: dcc-mcp-gateway token create --username U [options]
       dcc-mcp-gateway token verify [TOKEN] [options]

create writes a token to stdout, and nothing else. verify takes the token as it
stands, by --token or on stdin, writes what it says, and ends with 0 when it is
valid, 1 when it is not, 2 when it can't be checked.

The tokens are for /metrics and open nothing else: /mcp, /v1 and the page take
those of DCC_MCP_AUTH_TOKEN or auth.tokens, and JWTs of the issuer whose keys
auth.jwksUrl names.

Options
  --username U          whom the token is for (create)
  --exp MINUTES         when it ends; 0 = never (create, default 60)
  --algo A              HS256 (default), or RS256, ES256, EdDSA: the secret is
                        then a private key as PEM (create)
  --token T             the token to check (verify)
  --secret S            the secret, or its file:
  --secret-file F
  --aud A, --iss I      audience and issuer
${CONFIGURATION}

Without --secret the secret is DCC_MCP_METRICS_JWT_SECRET(_FILE) or metrics.jwt
of the file, and aud and iss are those that go with it; JWT_SECRET_KEY, as
ContextForge names it, is taken too.

Examples (the secret is 32 bytes or more)
  export DCC_MCP_METRICS_JWT_SECRET=$(openssl rand -hex 32)
  dcc-mcp-gateway token create --username prometheus --exp 1440
  dcc-mcp-gateway token create --username me | dcc-mcp-gateway token verify`;

const APPROVALS = `Usage: dcc-mcp-gateway approvals list [--json]
       dcc-mcp-gateway approvals show TOOL [--json]
       dcc-mcp-gateway approvals approve|reject TOOL… | --server NAME

With policy.quarantine: on-change a tool that is not what was approved is held:
nobody finds it or calls it. list says what waits, show what changed. approve
lets it go on as it is now, reject keeps it held and off the list; a tool that
is trusted is held from then on. TOOL is server/tool, a slug, or <dcc>__<tool>.
A gateway that runs acts on it within three seconds; none has to run.

Options
  --server NAME         all tools of that server
  --json                as JSON (list, show)
${CONFIGURATION}

What was approved is in approvals.json of the state folder (DCC_MCP_STATE_DIR).

Examples
  dcc-mcp-gateway approvals list
  dcc-mcp-gateway approvals show maya/make_cube
  dcc-mcp-gateway approvals approve --server maya`;

const TEXTS: Readonly<Record<HelpTopic, string>> = {
  serve: GENERAL,
  doctor: DOCTOR,
  config: CONFIG,
  login: LOGIN,
  logout: LOGIN,
  token: TOKEN,
  approvals: APPROVALS,
  calls: LISTS,
  traces: LISTS,
  workflows: LISTS,
  tail: LISTS,
  stats: NUMBERS,
  instances: NUMBERS,
  'search-quality': NUMBERS,
  bundle: HAND_ON,
  report: HAND_ON,
  export: EXPORT,
  replay: REPLAY,
};

/** Help for one command, or for all of them; no line is longer than 80 characters. */
export function helpText(topic: HelpTopic = 'serve'): string {
  return TEXTS[topic];
}
