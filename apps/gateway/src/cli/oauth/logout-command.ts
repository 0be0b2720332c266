import { parseArgs } from 'node:util';
import { messageOf } from '../../protocol/thrown-error.ts';
import { describeArgumentIssue } from '../flag-issue.ts';
import { helpText } from '../help-text.ts';
import type { Terminal } from '../terminal.ts';
import { findOauthTarget } from './oauth-target.ts';

const OPTIONS = { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

/** Forgets the tokens of an upstream; a gateway that runs does so by itself. */
export async function runLogoutCommand(terminal: Terminal, args: readonly string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    terminal.printError(`error: ${describeArgumentIssue(error, OPTIONS)} (see dcc-mcp-gateway logout --help)`);
    return 2;
  }
  const [server, extra] = parsed.positionals;
  if (parsed.values.help === true) {
    terminal.print(helpText('login'));
    return 0;
  }
  if (server === undefined || extra !== undefined) {
    terminal.printError(
      'error: logout takes one server, by its name in mcpServers (see dcc-mcp-gateway logout --help)',
    );
    return 2;
  }
  const target = findOauthTarget(terminal.env, { configFile: parsed.values.config, server });
  if (typeof target === 'string') {
    terminal.printError(target);
    return 2;
  }
  try {
    const { key, store } = target;
    // A gateway that is just getting the next token would write it after this.
    const wasThere = await store.exclusively(key, () => store.remove(key));
    terminal.print(`${key}: ${wasThere ? 'logged out; its tokens are forgotten' : 'nobody was logged in'}`);
    return 0;
  } catch (error) {
    terminal.printError(`${target.key}: not logged out: ${messageOf(error)}`);
    return 1;
  }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
}
