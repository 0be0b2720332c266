import { watchConfiguration } from '../config/load/config-watch.ts';
import { loadConfiguration, type LoadedConfiguration } from '../config/load/load-configuration.ts';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import { serveStdio } from '../mcp/transport/stdio.ts';
import { codeOf, messageOf } from '../protocol/thrown-error.ts';
import { runGateway, type RunningGateway } from '../run-gateway.ts';
import type { Command } from './command-line.ts';
import { otherGateway, waitForPort } from './port-conflict.ts';
import { reportIssues, type Terminal } from './terminal.ts';

type ServeCommand = Extract<Command, { name: 'serve' }>;

/** What a test makes faster. */
export interface ServeOptions {
  /** How often the configuration file is looked at; default 1000. */
  readonly reloadPollMillis?: number;
}

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
  const log = (line: string): void => terminal.printError(line);
  let running: RunningGateway;
  try {
    running = config.server.wait
      ? await waitForPort(config, log, () => runGateway({ config, env, log }))
      : await runGateway({ config, env, log });
  } catch (error) {
    return explainStartError(terminal, config, error);
  }
  const watch = watchFile(terminal, { loaded, load, running, pollMillis: options.reloadPollMillis });
  const stop = async (): Promise<void> => {
    watch.stop();
    await running.stop();
    terminal.exit(0);
  };
  stopOnSignal(terminal, stop);
  sayWhere(terminal, config, running);
  if (config.server.stdio) {
    serveStdio(running.gateway, terminal, () => void stop());
  }
  return undefined;
}

interface Watched {
  readonly loaded: LoadedConfiguration;
  readonly load: () => LoadedConfiguration;
  readonly running: RunningGateway;
  readonly pollMillis: number | undefined;
}

/** Takes over what changes in the configuration file, where there is one. */
function watchFile(terminal: Terminal, { loaded, load, running, pollMillis }: Watched): { stop(): void } {
  const { file, values } = loaded;
  if (file === undefined) {
    return { stop: () => {} };
  }
  return watchConfiguration({
    file,
    current: values,
    load,
    apply: (changed) => running.gateway.apply(changed),
    report: (issues) => reportIssues(terminal, issues),
    log: (line) => terminal.printError(line),
    pollMillis,
  });
}

function sayWhere(terminal: Terminal, config: GatewayConfig, { url, metricsUrls }: RunningGateway): void {
  if (url !== undefined) {
    terminal.printError(`listening on ${url} (${places(config, metricsUrls)})`);
  } else if (config.metrics.enabled === true && metricsUrls.length > 0) {
    terminal.printError(`metrics ${metricsPlaces(config, metricsUrls)}`);
  }
}

function places(config: GatewayConfig, metricsUrls: readonly string[]): string {
  return `mcp /mcp, rest /v1, docs /docs, metrics ${metricsPlaces(config, metricsUrls)}, expose ${config.server.expose}`;
}

/** Where metrics are: a path of the main listener, whole URLs of others. */
function metricsPlaces({ server, metrics }: GatewayConfig, urls: readonly string[]): string {
  if (metrics.enabled !== true) {
    return 'off: --metrics';
  }
  const onMain = server.listens && metrics.port === undefined ? [metrics.path] : [];
  return [...onMain, ...urls.map((url) => url + metrics.path)].join(' and ');
}

/** The first signal stops in order, the second one at once. */
function stopOnSignal(terminal: Terminal, stop: () => Promise<void>): void {
  let isStopping = false;
  terminal.onSignal(() => {
    if (isStopping) {
      terminal.exit(1);
      return;
    }
    isStopping = true;
    void stop();
  });
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
      `a gateway (version ${other.version}) already runs on http://${address}; use it, or start this one with --wait or another --port`,
    );
    return 0;
  }
  terminal.printError(
    `error: the port ${address} is in use by another program; choose another one with --port (0 for any free one)`,
  );
  return 1;
}
