import { platform } from 'node:os';
import { parseArgs } from 'node:util';
import { codeOf, messageOf } from '../../protocol/thrown-error.ts';
import { whyUnreadable } from '../../upstream/oauth/oauth-failure.ts';
import { describeArgumentIssue } from '../flag-issue.ts';
import { helpText } from '../help-text.ts';
import type { Terminal } from '../terminal.ts';
import { type LoopbackCallback, openLoopbackCallback } from './loopback-callback.ts';
import { findOauthTarget, type OauthTarget } from './oauth-target.ts';
import { openBrowser } from './open-browser.ts';

const OPTIONS = {
  config: { type: 'string' },
  'no-browser': { type: 'boolean' },
  timeout: { type: 'string' },
  scope: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const TIMEOUT_SECONDS = 300;
const MAX_TIMEOUT_SECONDS = 3_600;

interface Login {
  readonly target: OauthTarget;
  readonly timeoutMillis: number;
  readonly scope: string | undefined;
  readonly opensBrowser: boolean;
}

/** Logs in at the authorization server of an upstream, and keeps the tokens; a gateway that runs takes them by itself. */
export async function runLoginCommand(terminal: Terminal, args: readonly string[]): Promise<number> {
  const login = readLogin(terminal, args);
  if (typeof login === 'number') {
    return login;
  }
  const { key } = login.target;
  try {
    await logIn(terminal, login);
    terminal.print(`${key}: logged in; a gateway that runs uses it within seconds`);
    return 0;
  } catch (error) {
    terminal.printError(`${key}: not logged in: ${whyUnreadable(error) ?? messageOf(error)}`);
    return 1;
  }
}

/** What to do, or the exit code of a command that is answered already. */
function readLogin(terminal: Terminal, args: readonly string[]): Login | number {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return wrongUse(terminal, describeArgumentIssue(error, OPTIONS));
  }
  const { values, positionals } = parsed;
  if (values.help === true) {
    terminal.print(helpText('login'));
    return 0;
  }
  const [server, extra] = positionals;
  if (server === undefined || extra !== undefined) {
    return wrongUse(terminal, 'login takes one server, by its name in mcpServers');
  }
  const seconds = values.timeout === undefined ? TIMEOUT_SECONDS : Number(values.timeout);
  if (!(seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS)) {
    return wrongUse(terminal, `--timeout takes seconds, at most ${MAX_TIMEOUT_SECONDS}`);
  }
  const target = findOauthTarget(terminal.env, { configFile: values.config, server });
  if (typeof target === 'string') {
    terminal.printError(target);
    return 2;
  }
  if (target.settings !== undefined && target.settings.grant !== 'authorization_code') {
    return wrongUse(terminal, `${server} has the grant ${target.settings.grant}, for which nobody logs in`);
  }
  const opensBrowser = values['no-browser'] !== true;
  return { target, timeoutMillis: seconds * 1_000, scope: values.scope, opensBrowser };
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
}

async function logIn(terminal: Terminal, { target, timeoutMillis, scope, opensBrowser }: Login): Promise<void> {
  const { key, url, settings, store } = target;
  const sdk = await import('../../upstream/oauth/sdk-login.ts');
  const known = await store.read(key);
  const { callback, isAsBefore } = await openCallback(settings?.callbackPort, redirectPortOf(known?.client));
  try {
    const record = await sdk.logIn({
      place: { url, settings },
      redirectUrl: callback.url,
      scope,
      client: isAsBefore && known?.url === url ? known.client : undefined,
      now: Date.now,
      authorize: (page, state) => {
        terminal.print(`Log in to ${key} at this page:\n${page.href}`);
        if (opensBrowser) {
          openBrowser(page, platform());
        }
        return callback.response(state, timeoutMillis);
      },
    });
    await store.exclusively(key, () => store.write(key, record));
  } finally {
    callback.close();
  }
}

/** The port of the callback that a client registered itself with. */
function redirectPortOf(client: object | undefined): number | undefined {
  const uris: unknown = client !== undefined && 'redirect_uris' in client ? client.redirect_uris : undefined;
  const [uri]: readonly unknown[] = Array.isArray(uris) ? uris : [];
  return typeof uri === 'string' && URL.canParse(uri) ? Number(new URL(uri).port) : undefined;
}

/** A client that registered itself is known with its callback: where that port is taken, it registers anew. */
async function openCallback(
  configured: number | undefined,
  before: number | undefined,
): Promise<{ readonly callback: LoopbackCallback; readonly isAsBefore: boolean }> {
  if (configured === undefined && before !== undefined) {
    try {
      return { callback: await openLoopbackCallback(before), isAsBefore: true };
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE' && codeOf(error) !== 'EACCES') {
        throw error;
      }
    }
  }
  return { callback: await openLoopbackCallback(configured ?? 0), isAsBefore: before === configured };
}

function wrongUse(terminal: Terminal, issue: string): number {
  terminal.printError(`error: ${issue} (see dcc-mcp-gateway login --help)`);
  return 2;
}
