const GATEWAY = `  --url U               the gateway (default: the one that runs here)
  --token T             its bearer token (default DCC_MCP_AUTH_TOKEN)`;

const ENDS = `Ends with 0, with 1 where no gateway answers or it refuses, with 2 for wrong
use.`;

/** Help of the lists. */
export const LISTS: string = `Usage: dcc-mcp-gateway calls [LINK] [--q QUERY] [options]
       dcc-mcp-gateway traces [ID|--newest] [--q QUERY] [options]
       dcc-mcp-gateway workflows [LINK] [--q QUERY] [options]
       dcc-mcp-gateway tail [LINK] [--q QUERY] [options]

Asks a running gateway what it did. calls and traces list the newest, workflows
what agents did in one go, tail shows calls as they end. traces with a row id,
request id or trace id shows one request, --newest the newest that matches:
where its time went, what went in and came out. A link of the page or of an
alert stands for its query and its times.

Options
  --q QUERY             which ones: fields and words, joined by spaces or OR
  --since T, --until T  a time such as 2026-01-31T12:00:00Z, UTC without an
                        offset (not tail)
  --limit N             at most so many (default 20; not tail)
  --newest              the newest of them as it ran, in place of an ID (traces)
  --json                the answer of /v1/debug as it is
${GATEWAY}

${ENDS}

Examples
  dcc-mcp-gateway calls --q 'outcome!=ok'
  dcc-mcp-gateway calls --q 'tool~render duration_ms>2s' --json
  dcc-mcp-gateway calls 'http://127.0.0.1:9765/admin/?q=outcome%3Dtimeout'
  dcc-mcp-gateway traces 4bf92f3577b34da6a3ce929d0e0e4736
  dcc-mcp-gateway traces --newest --q 'success=false tool~export_fbx'
  dcc-mcp-gateway workflows --q 'status=failed tool~render'
  dcc-mcp-gateway tail --q 'agent_name=Ada'`;

/** Help of what is counted. */
export const NUMBERS: string = `Usage: dcc-mcp-gateway stats [--range 1h|24h|7d] [options]
       dcc-mcp-gateway search-quality [--q QUERY] [options]
       dcc-mcp-gateway instances [options]

stats sums up the calls of the last hour: how many failed, how long they took,
which tools, agents and instances. search-quality tells whether searches lead to
tools, and lists the newest. instances shows the servers as they are now.

Options
  --range R             1h (default), 24h or 7d (stats)
  --q QUERY             which searches are listed: zero_results=true
  --since T, --until T  (search-quality), and at most so many
  --limit N
  --json                the answer of /v1/debug as it is
${GATEWAY}

${ENDS}

Examples
  dcc-mcp-gateway stats --range 24h
  dcc-mcp-gateway search-quality --q zero_results=true
  dcc-mcp-gateway instances --json`;

/** Help of what one request is handed on by. */
export const HAND_ON: string = `Usage: dcc-mcp-gateway bundle ID|LINK [--compact] [-o FILE] [options]
       dcc-mcp-gateway report ID|LINK [--raw] [options]

bundle writes all that is kept about one request, as JSON. report writes a text
in Markdown for an issue tracker: kinds, timings, versions and counts, and
nothing private. ID is a row id, request id or trace id.

Options
  --q QUERY             the newest call that it finds, in place of an ID
  --compact             without arguments and results (bundle)
  -o, --output FILE     into a file (bundle)
  --raw                 with the whole bundle: it stays with you (report)
  --json                the answer of /v1/debug as it is (report)
${GATEWAY}

${ENDS}

Examples
  dcc-mcp-gateway report 01a227aa-7249-7b22-b1e9-8956d2740462
  dcc-mcp-gateway report --q 'success=false tool~export_fbx' | xclip
  dcc-mcp-gateway bundle --q outcome=timeout -o timeout.json`;

/** Help of files of whole lists. */
export const EXPORT: string = `Usage: dcc-mcp-gateway export [ID|LINK] [--kind K] [--format F] [-o FILE]

Writes all rows that are kept, or those of a query: newest first. With ID, a row
id, request id or trace id, those of one request; with a link of the page, what
it shows. --format har is HAR 1.2, which the network panel of a browser opens:
requests with what went in, what came out and how long they took, oldest first.
It is redacted as everything is that is kept, and says what was not captured.

Options
  --kind K              calls (default), traces (default of har), searches or
                        workflows
  --format F            jsonl (default), csv, or har (calls or traces)
  --q QUERY             which ones: session_id=S for those of a session
  --since T, --until T  a time such as 2026-01-31T12:00:00Z, UTC without an
                        offset
  -o, --output FILE     into a file; else to stdout
${GATEWAY}

${ENDS}

Examples
  dcc-mcp-gateway export --format csv -o calls.csv
  dcc-mcp-gateway export --kind searches | wc -l
  dcc-mcp-gateway export --format har --q session_id=4f2a90b1c3de -o session.har
  dcc-mcp-gateway export --format har 01a227aa-7249-7b22-b1e9-8956d2740462`;

/** Help of sending a call again. */
export const REPLAY: string = `Usage: dcc-mcp-gateway replay ID|LINK|BUNDLE [--set PATH=VALUE] [options]

Sends a call again with its recorded arguments and shows what differs: outcome,
duration, output. BUNDLE is a file of bundle (its name has a / or ends with
.json), or - for stdin. What was redacted or cut off was not kept: --set gives
it.

Options
  --q QUERY             the newest call that it finds, in place of an ID
  --set PATH=VALUE      another value of an argument: JSON, else text; @FILE is
                        the text of a file (may be given again)
  --tool SLUG           the tool to call, where it is another one here
  --yes                 also where the tool says that it is destructive
  --json                what differs as JSON
${GATEWAY}

Ends with 0 where the outcome is the same, with 1 where it is not, no gateway
answers or it refuses, with 2 for wrong use.

Examples
  dcc-mcp-gateway replay 01a227aa-7249-7b22-b1e9-8956d2740462
  dcc-mcp-gateway replay --q outcome=tool_error --set path=/tmp/out.fbx
  dcc-mcp-gateway replay timeout.json --set api_key=@key.txt --yes`;
