import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import { isOwnName } from '../http/addresses/authority.ts';
import { counted } from '../protocol/printable-text.ts';
import type { Upstream, UpstreamReadiness } from '../upstream/upstream.ts';
import { escapeHtml, type Page, renderPage } from './page.ts';

/** What the first page tells. */
export interface HomePageOptions {
  /** `http://127.0.0.1:9765`, as the reader reaches the gateway. */
  readonly baseUrl: string;
  readonly version: string;
  readonly upstreams: readonly Upstream[];
  /** Whether callers need a token. */
  readonly needsToken: boolean;
  /** Paths that are served, each with what it is. */
  readonly links: readonly (readonly [path: string, what: string])[];
}

const NAME = 'dcc-mcp-gateway';

/** Servers that the page lists; whoever has more asks `/v1/instances`. */
const MAX_ROWS = 200;

/** Bytes of a text of a server that the page repeats. */
const MAX_TEXT_BYTES = 300;

/** The first page: what runs, how each server is, where to look, and what to paste into a client. */
export function renderHomePage(options: HomePageOptions): Page {
  const { version, upstreams } = options;
  return renderPage(
    NAME,
    `<header><h1>${NAME}</h1>
<p>Version ${escapeHtml(version)} · ${summaryOf(upstreams)}</p>
<nav>${renderLinks(options)}</nav></header>
<main>
<h2 id="servers">Servers</h2>
${renderServers(upstreams)}
<h2 id="clients">Point a client here</h2>
<p><small>A click on a block selects all of it.</small></p>
${snippets(options).map(renderSnippet).join('\n')}
</main>`,
  );
}

function renderLinks({ links }: HomePageOptions): string {
  // Relative, for whoever serves the gateway below a path of its own.
  return links.map(([path, what]) => `<a href="${escapeHtml(path.slice(1))}">${escapeHtml(what)}</a>`).join('\n');
}

function renderServers(upstreams: readonly Upstream[]): string {
  if (upstreams.length === 0) {
    return '<p>None yet: name them under <code>mcpServers</code> in the configuration file.</p>';
  }
  const rows = upstreams.slice(0, MAX_ROWS).map(renderServer);
  const left = upstreams.length - rows.length;
  const more = left === 0 ? '' : `<p>and ${left} more: see <a href="v1/instances">/v1/instances</a></p>`;
  return `<dl>${rows.join('\n')}</dl>${more}`;
}

/** What a state means where its word does not say it all. */
const MEANINGS: Readonly<Record<UpstreamReadiness, string | undefined>> = {
  ready: undefined,
  unreachable: 'it is tried again',
  booting: 'it has not answered yet',
  disabled: undefined,
  idle: 'starts at its first use',
};
const TONES: Partial<Record<UpstreamReadiness, string>> = { ready: 'good', unreachable: 'bad' };

function renderServer({ settings, status }: Upstream): string {
  const { readiness, since, toolCount, lastError } = status;
  const isReady = readiness === 'ready';
  const word = readiness in TONES ? `<b class="${TONES[readiness]}">${readiness}</b>` : readiness;
  const facts = [
    word,
    ...(isReady || toolCount > 0 ? [counted(toolCount, 'tool')] : []),
    MEANINGS[readiness] ?? [],
    ...(since === undefined || readiness === 'disabled' || readiness === 'idle' ? [] : [`since ${renderTime(since)}`]),
  ].flat();
  const error = isReady || lastError === undefined ? '' : `<br>${shown(lastError)}`;
  const { key, dccType } = settings;
  const type = dccType === key ? '' : ` <small>${shown(dccType)}</small>`;
  return `<dt>${shown(key)}${type}</dt><dd>${facts.join(' · ')}${error}</dd>`;
}

/** To the second, in UTC: the page has no script that knows where its reader is. */
function renderTime(millis: number): string {
  const iso = new Date(millis).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

function summaryOf(upstreams: readonly Upstream[]): string {
  const ready = upstreams.filter(({ status }) => status.readiness === 'ready');
  const tools = ready.reduce((sum, { status }) => sum + status.toolCount, 0);
  return `${ready.length} of ${counted(upstreams.length, 'server')} ready · ${counted(tools, 'tool')}`;
}

function shown(text: string): string {
  return escapeHtml(sanitizeText(text, MAX_TEXT_BYTES));
}

interface Snippet {
  readonly title: string;
  /** Where it is to be pasted. */
  readonly place: string;
  readonly text: string;
}

/** Stands where a token would: the page has none to give away. */
const TOKEN = 'YOUR_TOKEN';

function snippets({ baseUrl, needsToken }: HomePageOptions): readonly Snippet[] {
  const url = `${baseUrl}/mcp`;
  const header = `Authorization: Bearer ${TOKEN}`;
  const remote = needsToken ? { url, headers: { Authorization: `Bearer ${TOKEN}` } } : { url };
  // Of itself it takes plain HTTP only to the machine it runs on.
  const isPlainElsewhere = !isOwnName(new URL(url).hostname) && url.startsWith('http:');
  const bridge = [
    '-y',
    'mcp-remote',
    url,
    ...(isPlainElsewhere ? ['--allow-http'] : []),
    ...(needsToken ? ['--header', header] : []),
  ];
  const stdio = { command: NAME, args: ['--stdio', '--config', '/path/to/gateway.yaml'] };
  return [
    {
      title: 'Claude Code',
      place: 'in a terminal',
      text: `claude mcp add --transport http ${NAME} ${url}${needsToken ? ` --header "${header}"` : ''}`,
    },
    { title: 'Cursor', place: '~/.cursor/mcp.json', text: json({ mcpServers: { [NAME]: remote } }) },
    {
      title: 'VS Code',
      place: '.vscode/mcp.json',
      text: json({ servers: { [NAME]: { type: 'http', ...remote } } }),
    },
    {
      title: 'A client that speaks standard streams only, by mcp-remote',
      place: 'its configuration file',
      text: json({ mcpServers: { [NAME]: { command: 'npx', args: bridge } } }),
    },
    {
      title: 'A gateway of its own, on standard streams (--stdio)',
      place: 'its configuration file',
      text: json({ mcpServers: { [NAME]: stdio } }),
    },
  ];
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}

function renderSnippet({ title, place, text }: Snippet): string {
  return `<section><h3>${escapeHtml(title)} <small>${escapeHtml(place)}</small></h3><pre><code>${escapeHtml(text)}</code></pre></section>`;
}
