import { loadConfiguration, type LoadedConfiguration } from '../config/load/load-configuration.ts';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import { codeOf, messageOf } from '../protocol/thrown-error.ts';
import type { Command } from './command-line.ts';
import { Life, type ServeOptions } from './life.ts';
import { otherGateway } from './port-conflict.ts';
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
async function explainStartError(terminal: Terminal, { server }: GatewayConfig, error: unknown): Promise<number> {
  if (!(error instanceof Error && 'syscall' in error && LISTENING.has(error.syscall))) {
    terminal.printError(`error: ${messageOf(error)}`);
    return error instanceof TypeError || error instanceof RangeError ? 2 : 1;
  }
  const address = `${server.host}:${server.port}`;
  if (codeOf(error) !== 'EADDRINUSE') {
    terminal.printError(`error: can't listen on ${address} (${codeOf(error)}); choose another --host or --port`);
    return 1;
  }
  const other = await otherGateway(server.host, server.port);
  if (other !== undefined) {
    terminal.printError(
      `a gateway (version ${other.version}) already runs on http://${address}, with a configuration of its own; use it as it is, or start this one with --wait or another --port`,
    );
    return 0;
  }
  terminal.printError(
    `error: the port ${address} is in use by another program; choose another one with --port (0 for any free one)`,
  );
  return 1;
}
