import { loadConfiguration, type LoadedConfiguration } from '../config/load/load-configuration.ts';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import { codeOf, messageOf } from '../protocol/thrown-error.ts';
import { PortHeldError } from '../registry/election/port-held-error.ts';
import type { Command } from './command-line.ts';
import { Life, type ServeOptions } from './life.ts';
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
  const { values: config } = loaded;
  if (!reportIssues(terminal, loaded.issues)) {
    return 2;
  }
  const life = new Life(terminal);
  try {
    await life.run(loaded, { load, ...options });
  } catch (error) {
    return life.isStopping ? 0 : explainStartError(terminal, config, error);
  }
  return undefined;
}

/** What the system calls a failure to bind an address. */
const LISTENING: ReadonlySet<unknown> = new Set(['listen', 'bind', 'getaddrinfo']);

/** Why the gateway does not run, with its exit code. */
function explainStartError(terminal: Terminal, { server }: GatewayConfig, error: unknown): number {
  if (error instanceof PortHeldError) {
    return error.outcome === 'lost' ? 0 : 1;
  }
  if (!(error instanceof Error && 'syscall' in error && LISTENING.has(error.syscall))) {
    terminal.printError(`error: ${messageOf(error)}`);
    return error instanceof TypeError || error instanceof RangeError ? 2 : 1;
  }
  const address = `${server.host}:${server.port}`;
  terminal.printError(`error: can't listen on ${address} (${codeOf(error)}); choose another --host or --port`);
  return 1;
}
