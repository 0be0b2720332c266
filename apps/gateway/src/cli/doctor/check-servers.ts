import type { GatewayConfig, UpstreamConfig } from '../../config/reader/gateway-config.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import { toUpstreamSettings } from '../../registry/config/upstream-settings.ts';
import { createUpstream } from '../../upstream/managed/create-upstream.ts';
import type { TokenStore } from '../../upstream/oauth/token-store.ts';
import type { HopFailure, Upstream, UpstreamSettings } from '../../upstream/upstream.ts';
import { explainChild } from './explain-child.ts';
import { explainHttp } from './explain-http.ts';
import type { Explanation, ServerCheck } from './server-check.ts';
import { targetOf } from './server-target.ts';

/** Servers that are tried at once: each may be a program that starts. */
const MAX_AT_ONCE = 8;
/** So that nothing but the start is asked for while a server is looked at. */
const NEVER_MILLIS = 2_147_483_647;

export interface CheckOptions {
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What logins have left behind; absent: none has. */
  readonly tokens?: TokenStore | undefined;
  /** How long one server may take to start and to list its tools. */
  readonly timeoutMillis: number;
}

/** Starts each server once, lazy ones too, and asks for its tools; leaves none running. Disabled ones are only told of. */
export async function checkServers(
  { mcpServers }: GatewayConfig,
  options: CheckOptions,
): Promise<readonly ServerCheck[]> {
  const checks: ServerCheck[] = [];
  const waiting = mcpServers.entries();
  const work = async (): Promise<void> => {
    for (const [index, entry] of waiting) {
      checks[index] = await checkServer(entry, options);
    }
  };
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, work));
  return checks;
}

async function checkServer(entry: UpstreamConfig, options: CheckOptions): Promise<ServerCheck> {
  const { key, isLazy, isDisabled, transport } = entry;
  const about = { name: key, transport: transport.type, target: targetOf(transport), isLazy } as const;
  if (isDisabled) {
    return { ...about, outcome: 'disabled' };
  }
  const toFailed = (explanation: Explanation): ServerCheck => ({
    ...about,
    outcome: 'failed',
    problem: { ...explanation, subject: `mcpServers.${key}` },
  });
  try {
    const found = await tryServer(toUpstreamSettings(entry), options);
    return 'action' in found ? toFailed(found) : { ...about, outcome: 'ok', ...found };
  } catch (error) {
    // A file with a secret that can't be read, credentials in a URL that can't be decoded.
    return toFailed({
      cause: 'invalid_setting',
      message: messageOf(error),
      action: 'correct the entry, or the file that it names',
    });
  }
}

type Facts = Pick<ServerCheck, 'tools' | 'era' | 'protocolVersion' | 'server' | 'durationMillis' | 'note'>;

async function tryServer(settings: UpstreamSettings, options: CheckOptions): Promise<Facts | Explanation> {
  const { version, environment, tokens, timeoutMillis } = options;
  const oddities: string[] = [];
  const words: string[] = [];
  const upstream = createUpstream(settings, {
    events: { onStderr: (_upstream, line) => void (words.push(line) > MAX_LINES && words.shift()) },
    gatewayInfo: { name: 'dcc-mcp-gateway', version },
    environment,
    ...(tokens === undefined ? {} : { tokens }),
    probeIntervalMillis: NEVER_MILLIS,
    toolsPollMillis: NEVER_MILLIS,
    log: (line) => oddities.push(line.slice(settings.key.length + 2)),
  });
  const started = performance.now();
  try {
    const failure = await upstream.connect(timeoutMillis);
    const durationMillis = Math.round(performance.now() - started);
    const { status } = upstream;
    if (failure !== undefined || status.cutLists['tools/list'] !== undefined) {
      return await explain({ upstream, failure, words }, options);
    }
    const { name, version: ofServer } = status.serverInfo ?? {};
    const server = [name, ofServer]
      .flatMap((part) => (typeof part === 'string' && part !== '' ? [part] : []))
      .join(' ');
    const [note] = oddities;
    return {
      tools: status.toolCount,
      durationMillis,
      ...(status.era === undefined ? {} : { era: status.era }),
      ...(status.protocolVersion === undefined ? {} : { protocolVersion: status.protocolVersion }),
      ...(server === '' ? {} : { server }),
      ...(note === undefined ? {} : { note: toNote(note) }),
    };
  } finally {
    await upstream.close();
  }
}

/** Lines of stderr that are kept of a server that hangs. */
const MAX_LINES = 5;

function toNote(line: string): string {
  const text = /^not JSON-RPC: (.*)$/.exec(line)?.[1];
  return text === undefined ? line : `on stdout it writes what is no message (logs belong to stderr): ${text}`;
}

/** What there is to know of a server that could not be used. */
interface Trial {
  readonly upstream: Upstream;
  readonly failure: HopFailure | undefined;
  /** The last lines of its stderr. */
  readonly words: readonly string[];
}

async function explain(trial: Trial, { environment, timeoutMillis }: CheckOptions): Promise<Explanation> {
  const { upstream, failure } = trial;
  if (failure === undefined) {
    const why = upstream.status.cutLists['tools/list'] ?? 'it failed';
    return {
      cause: 'tools_list',
      message: `it starts, but its list of tools can't be had: ${why}`,
      action: "look into the server's own log; tools/list is what failed",
    };
  }
  const { transport } = upstream.settings;
  return transport.type === 'stdio'
    ? explainChild(transport, { ...trial, failure, timeoutMillis }, environment)
    : explainHttp(transport, { failure, timeoutMillis });
}
