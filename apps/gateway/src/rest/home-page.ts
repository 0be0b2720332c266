import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import { isOwnName } from '../http/authority.ts';
import type { Upstream } from '../upstream/upstream.ts';
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
  const ready = upstreams.filter(({ status }) => status.readiness === 'ready').length;
  return renderPage(
    NAME,
    `<header><h1>${NAME}</h1>
<p>Version ${escapeHtml(version)} · ${ready} of ${upstreams.length} servers ready · ${renderLinks(options)}</p></header>
<main>
<h2 id="servers">Servers</h2>
${renderServers(upstreams)}
<h2 id="clients">Point a client here</h2>
${snippets(options).map(renderSnippet).join('\n')}
</main>`,
  );
}

function renderLinks({ links }: HomePageOptions): string {
  // Relative, for whoever serves the gateway below a path of its own.
  return links.map(([path, what]) => `<a href="${escapeHtml(path.slice(1))}">${escapeHtml(what)}</a>`).join(' · ');
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

function renderServer({ settings, status }: Upstream): string {
  const { readiness, since, toolCount, lastError } = status;
  const facts = [
    readiness,
    ...(since === undefined ? [] : [`since ${new Date(since).toISOString()}`]),
    `${toolCount} ${toolCount === 1 ? 'tool' : 'tools'}`,
  ];
  const error = readiness === 'ready' || lastError === undefined ? '' : `<br><small>${shown(lastError)}</small>`;
  return `<dt>${shown(settings.key)} <small>${shown(settings.dccType)}</small></dt><dd>${facts.join(' · ')}${error}</dd>`;
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
