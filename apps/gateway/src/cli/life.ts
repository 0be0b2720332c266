import { ATTR_DCC_MCP_CONTENTION_EVENT, EVENT_DCC_MCP_GATEWAY_START } from '@dcc-mcp/semantic-conventions';
import type { Reaching } from '../assembly/gateway-parts.ts';
import { forkWorker } from '../cluster/workers/pool/fork-worker.ts';
import { type ConfigWatch, watchConfiguration } from '../config/load/config-watch.ts';
import type { LoadedConfiguration } from '../config/load/load-configuration.ts';
import { settingViews } from '../config/load/setting-views.ts';
import { VERSION } from '../config/load/version.ts';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import { serveStdio } from '../mcp/transport/stdio/serve-stdio.ts';
import type { Log } from '../protocol/log.ts';
import { configNote } from '../recording/rows/activity-note.ts';
import { runGateway, type RunningGateway } from '../run-gateway.ts';
import { processGroups } from '../upstream/stdio/process-groups.ts';
import { type Listening, reachable } from './banner/addresses.ts';
import { Banner } from './banner/banner.ts';
import { createLogLines, createStartLines } from './log-lines.ts';
import { sayWhoHolds } from './port-conflict.ts';
import { announceGateway } from './running-gateways.ts';
import { reportIssues, type Terminal, type TerminalSignal } from './terminal.ts';

/** Ctrl-C reaches us from the terminal and once more from a launcher that passes on what it gets. */
const ECHO_MILLIS = 100;
/** npm passes on every signal, and late on a machine that is busy. */
const NPM_ECHO_MILLIS = 1_000;

/** What a test makes faster. */
export interface ServeOptions {
  /** How often the configuration file is looked at; default 1000. */
  readonly reloadPollMillis?: number;
  /** How long calls in flight may take after the signal to stop; default 10 s. */
  readonly finishMillis?: number;
  readonly reaching?: Reaching;
}

interface Reloading extends ServeOptions {
  readonly load: () => LoadedConfiguration;
}

interface Watched extends Reloading {
  readonly loaded: LoadedConfiguration;
  readonly running: RunningGateway;
}

/** A gateway from its start to its end, and what signals mean to it at each moment. */
export class Life {
  readonly #terminal: Terminal;
  readonly #stopping = new AbortController();
  #running: RunningGateway | undefined;
  /** Settles when the gateway runs, or does not. */
  #starting: Promise<unknown> | undefined;
  #watch: ConfigWatch | undefined;
  #banner: Banner | undefined;
  #file: string | undefined;
  /** The first signal to end, and when it came on the clock of `performance.now`. */
  #told: { readonly signal: TerminalSignal; readonly at: number } | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    terminal.onExit(() => processGroups.killAll());
    terminal.onSignal((signal) => (signal === 'SIGHUP' ? this.#reload() : this.#end(signal)));
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Starts the gateway. @throws Why it does not run. */
  async run(loaded: LoadedConfiguration, reloading: Reloading): Promise<void> {
    const { values: config, file } = loaded;
    this.#file = file;
    const terminal = this.#terminal;
    const banner = terminal.screen && new Banner(terminal.screen, { config, file, env: terminal.env });
    this.#banner = banner;
    const people = createLogLines(terminal);
    const starting = this.#start(loaded, banner?.through(people) ?? people, reloading);
    this.#starting = starting.catch(() => undefined);
    const running = await starting;
    if (this.isStopping) {
      return;
    }
    this.#watch = file === undefined ? undefined : this.#watchFile(file, { loaded, running, ...reloading });
    sayWhere(config, running);
    banner?.open(running);
    this.#announce(running, file);
    if (config.server.stdio) {
      const { stdin, stdout } = terminal;
      serveStdio(running.gateway, { stdin, stdout, log: running.log }, () => void this.#stop());
    }
  }

  /** Stands for the port, where there is one. */
  async #start(
    loaded: LoadedConfiguration,
    log: Log,
    { finishMillis, reaching }: ServeOptions,
  ): Promise<RunningGateway> {
    const { values: config } = loaded;
    const terminal = this.#terminal;
    const { program } = terminal;
    const running = await runGateway({
      config,
      settings: settingViews(loaded),
      env: terminal.env,
      log,
      finishMillis,
      reaching,
      startProcess: program === undefined ? undefined : () => forkWorker(program),
      candidacy: { waits: config.server.wait, signal: this.#stopping.signal },
      onYield: () => void this.#stop(),
      onHeld: (error) => sayWhoHolds(createStartLines(terminal), config, error),
    });
    this.#running = running;
    return running;
  }

  #watchFile(file: string, { loaded, running, load, reloadPollMillis }: Watched): ConfigWatch {
    return watchConfiguration({
      file,
      current: loaded,
      load,
      apply: (changed, settings) => this.#apply(changed, () => running.gateway.apply(changed, settings)),
      report: (issues) => reportIssues(createStartLines(this.#terminal), issues),
      log: running.log,
      onOutcome: (outcome, line) => running.gateway.note(configNote(outcome, line)),
      pollMillis: reloadPollMillis,
    });
  }

  #announce({ url }: RunningGateway, config: string | undefined): void {
    const { env, pid } = this.#terminal;
    if (url !== undefined) {
      this.#terminal.onExit(announceGateway(env, { pid, url: reachable(url), version: VERSION, config }));
    }
  }

  #apply(changed: GatewayConfig, apply: () => void): void {
    if (this.#banner === undefined) {
      apply();
    } else {
      this.#banner.reload(changed, apply);
    }
  }

  /** The first signal stops in order, the second one at once. */
  #end(signal: TerminalSignal): void {
    const told = this.#told;
    if (told === undefined) {
      this.#told = { signal, at: performance.now() };
      void this.#stop();
    } else if (signal !== told.signal || performance.now() - told.at > this.#echoMillis(signal)) {
      this.#terminal.exit(1);
    }
  }

  /** How long the same signal may be one that a launcher passes on; below zero where none does. */
  #echoMillis(signal: TerminalSignal): number {
    if (this.#terminal.env['npm_command'] !== undefined) {
      return NPM_ECHO_MILLIS;
    }
    return signal === 'SIGINT' ? ECHO_MILLIS : -1;
  }

  async #stop(): Promise<void> {
    if (this.isStopping) {
      return;
    }
    this.#stopping.abort();
    this.#watch?.stop();
    this.#banner?.close();
    // What was counted while it waited for the port leaves as well.
    await this.#starting;
    await this.#running?.stop();
    this.#terminal.exit(0);
  }

  /** Without a file there is nothing to read again, so the signal means what it means to other programs. */
  #reload(): void {
    if (this.#file === undefined) {
      this.#end('SIGHUP');
    } else if (!this.isStopping) {
      this.#watch?.reload();
    }
  }
}

function sayWhere(config: GatewayConfig, { gateway, log, url, metricsUrls }: RunningGateway): void {
  const fields = { event: EVENT_DCC_MCP_GATEWAY_START, isAlways: true };
  if (url !== undefined) {
    const attributes = { [ATTR_DCC_MCP_CONTENTION_EVENT]: 'election_won' };
    log(`listening on ${url} (${places(config, { url, metricsUrls, pagePath: gateway.pagePath })})`, {
      ...fields,
      attributes,
    });
  } else if (config.metrics.enabled === true && metricsUrls.length > 0) {
    log(`metrics ${metricsPlaces(config, metricsUrls)}`, fields);
  } else {
    log('serving on standard streams', { event: EVENT_DCC_MCP_GATEWAY_START });
  }
}

function places(config: GatewayConfig, { metricsUrls, pagePath }: Listening): string {
  const admin = pagePath === undefined ? '' : `admin ${pagePath.replace(/\/$/, '')}, `;
  const metrics = metricsPlaces(config, metricsUrls);
  return `mcp /mcp, rest /v1, ${admin}docs /docs, metrics ${metrics}, expose ${config.server.expose}`;
}

/** Where metrics are: a path of the main listener, whole URLs of others. */
function metricsPlaces({ server, metrics }: GatewayConfig, urls: readonly string[]): string {
  if (metrics.enabled !== true) {
    return 'off: --metrics';
  }
  const onMain = server.listens && metrics.port === undefined ? [metrics.path] : [];
  return [...onMain, ...urls.map((url) => url + metrics.path)].join(' and ');
}
