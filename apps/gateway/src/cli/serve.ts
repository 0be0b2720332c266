import { loadConfiguration, type LoadedConfiguration } from '../config/load/load-configuration.ts';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import type { Log } from '../protocol/log.ts';
import { codeOf, messageOf } from '../protocol/thrown-error.ts';
import { PortHeldError } from '../registry/election/port-held-error.ts';
import type { Command } from './command-line.ts';
import { Life, type ServeOptions } from './life.ts';
import { createStartLines } from './log-lines.ts';
import { reportIssues, type Terminal } from './terminal.ts';

type ServeCommand = Extract<Command, { name: 'serve' }>;

/** Runs the gateway until it is told to stop. @returns An exit code where it does not run. */
export async function serve(
  terminal: Terminal,
  command: ServeCommand,
  options: ServeOptions = {},
): Promise<number | undefined> {
  const { env } = terminal;
  const load = (): LoadedConfiguration =>
    loadConfiguration({ env, configFile: command.configFile, flags: command.flags });
  const loaded = load();
  const say = createStartLines(terminal);
  const { values: config } = loaded;
  if (!reportIssues(say, loaded.issues)) {
    return 2;
  }
  const life = new Life(terminal);
  try {
    await life.run(loaded, { load, ...options });
  } catch (error) {
    return life.isStopping ? 0 : explainStartError(say, config, error);
  }
  return undefined;
}

/** What the system calls a failure to bind an address. */
const LISTENING: ReadonlySet<unknown> = new Set(['listen', 'bind', 'getaddrinfo']);

/** Why the gateway does not run, with its exit code. */
function explainStartError(say: Log, { server }: GatewayConfig, error: unknown): number {
  if (error instanceof PortHeldError) {
    return error.outcome === 'lost' ? 0 : 1;
  }
  if (!(error instanceof Error && 'syscall' in error && LISTENING.has(error.syscall))) {
    say(messageOf(error), { severity: 'error' });
    return error instanceof TypeError || error instanceof RangeError ? 2 : 1;
  }
  const address = `${server.host}:${server.port}`;
  say(`can't listen on ${address} (${codeOf(error)}); choose another --host or --port`, { severity: 'error' });
  return 1;
}
