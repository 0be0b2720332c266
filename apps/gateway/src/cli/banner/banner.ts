import { ATTR_DCC_MCP_UPSTREAM, EVENT_DCC_MCP_UPSTREAM_STATE } from '@dcc-mcp/semantic-conventions';
import type { Environment } from '@dcc-mcp/telemetry-config';
import { isLogged } from '@dcc-mcp/telemetry-node';
import { relative } from 'node:path';
import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import type { Log, LogFields } from '../../protocol/log.ts';
import { toPrintableLine } from '../../protocol/printable-text.ts';
import { statusLine } from '../../registry/events/told-states.ts';
import type { RunningGateway } from '../../run-gateway.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { Screen } from '../terminal.ts';
import { addressesOf, reachable } from './addresses.ts';
import { nextSteps } from './next-steps.ts';
import { writeRow } from './row-writer.ts';
import { serverRow, stateOf, summaryOf } from './server-row.ts';
import { StartWatch } from './start-watch.ts';
import { padToColumns } from './text-columns.ts';
import { typedCommand } from './typed-command.ts';

/** More servers than that are not shown each as they start: those that are ready are counted. */
const MAX_ROWS = 20;
/** Of more servers than that, so many that failed stand with their cause. */
const MAX_FAILED_ROWS = 10;

export interface BannerOptions {
  readonly config: GatewayConfig;
  /** Absolute path of the configuration file. */
  readonly file: string | undefined;
  readonly env: Environment;
}

/**
 * What a person at a terminal sees of the start: addresses, each server as it comes up, what to try next. It writes lines
 * one below the other and never goes back, so that what scrolls by stays true.
 */
export class Banner {
  readonly #screen: Screen;
  readonly #options: BannerOptions;
  #config: GatewayConfig;
  #servers: RunningGateway['gateway']['servers'] | undefined;
  #url: string | undefined;
  /** What was told of servers before there were addresses. */
  readonly #early: (() => void)[] = [];
  /** There while servers start. */
  #start: StartWatch | undefined;
  #failedRows = 0;
  #progress = '';

  constructor(screen: Screen, options: BannerOptions) {
    this.#screen = screen;
    this.#options = options;
    this.#config = options.config;
  }

  /** Lines go to `log`, one that says how a server is becomes its row. */
  through(log: Log): Log {
    return (line, fields) => {
      if (this.#servers === undefined && fields?.event === EVENT_DCC_MCP_UPSTREAM_STATE) {
        this.#early.push(() => this.#tell(log, line, fields));
      } else {
        this.#tell(log, line, fields);
      }
    };
  }

  /** Shows where the gateway is, then the servers as they come up. */
  open({ gateway, url, metricsUrls }: RunningGateway): void {
    this.#servers = gateway.servers;
    this.#url = url === undefined ? undefined : reachable(url);
    if (this.#isWanted) {
      const addresses = addressesOf(this.#config, { url, metricsUrls, pagePath: gateway.pagePath });
      const columns = Math.max(...addresses.map(([what]) => what.length)) + 2;
      this.#say('');
      addresses.forEach(([what, where]) =>
        this.#screen.print({ text: `  ${padToColumns(what, columns)}`, tone: 'quiet' }, { text: where }),
      );
      this.#say('');
      this.#watch(new Set(), () => this.#sayNextSteps());
    }
    this.#early.splice(0).forEach((tell) => tell());
  }

  /** Runs `apply`; the servers that it brings are shown as those of the start were. */
  reload(config: GatewayConfig, apply: () => void): void {
    const known = new Set(this.#all);
    apply();
    this.#config = config;
    if (this.#isWanted && this.#all.some((upstream) => !known.has(upstream))) {
      this.#watch(known, this.#start?.onEnd ?? (() => {}));
    }
  }

  close(): void {
    this.#start?.stop();
    this.#start = undefined;
  }

  get #all(): readonly Upstream[] {
    return this.#servers?.all() ?? [];
  }

  get #isWanted(): boolean {
    return isLogged(this.#config.otel.logLevel, 'info');
  }

  get #isMany(): boolean {
    return this.#config.mcpServers.length > MAX_ROWS;
  }

  /** Shows what does not start by itself, and waits until everything else was tried. */
  #watch(known: ReadonlySet<Upstream>, onEnd: () => void): void {
    this.close();
    this.#failedRows = 0;
    this.#start = new StartWatch({
      isStarting: () => (this.#servers?.untried().length ?? 0) > 0,
      onProgress: () => this.#isMany && this.#sayProgress(),
      onTried: () => this.#sum(),
      onEnd,
    });
    if (!this.#isMany) {
      const resting = this.#all.filter(({ status: { readiness } }) => readiness === 'disabled' || readiness === 'idle');
      resting.filter((upstream) => !known.has(upstream)).forEach((upstream) => this.#row(upstream));
    }
  }

  #sayProgress(): void {
    const summary = summaryOf(this.#all);
    if (summary !== this.#progress) {
      this.#progress = summary;
      this.#say(`  ${summary}`);
    }
  }

  /** Every first try has ended, or takes too long. */
  #sum(): void {
    const of = (wanted: string): readonly Upstream[] => this.#all.filter((upstream) => stateOf(upstream) === wanted);
    of('booting')
      .slice(0, MAX_FAILED_ROWS)
      .forEach((upstream) => this.#row(upstream));
    const unseen = of('unreachable').length - this.#failedRows;
    if (this.#isMany && unseen > 0) {
      this.#say(`  and ${unseen} more that failed: ${this.#url === undefined ? 'see /v1/instances' : `${this.#url}/`}`);
    }
    this.#start = undefined;
    if (this.#all.length > 0) {
      this.#say('');
      this.#say(`  ${summaryOf(this.#all)}`);
    }
  }

  #sayNextSteps(): void {
    const { env, file } = this.#options;
    const steps = nextSteps({
      config: this.#config,
      command: typedCommand(env, this.#screen),
      file: file && relative(this.#screen.cwd, file),
      url: this.#url,
      upstreams: this.#all,
    });
    ['', ...steps.map((step) => `  ${step}`), '  Ctrl-C ends the gateway.', ''].forEach((line) => this.#say(line));
  }

  #tell(log: Log, line: string, fields: LogFields | undefined): void {
    const key = fields?.event === EVENT_DCC_MCP_UPSTREAM_STATE ? fields.attributes?.[ATTR_DCC_MCP_UPSTREAM] : undefined;
    const upstream = typeof key === 'string' ? this.#servers?.byKey(key) : undefined;
    // A row shows how the server is: what else is told of it (that it died, that tools are held) keeps its words.
    if (upstream === undefined || line !== toPrintableLine(statusLine(upstream))) {
      log(line, fields);
    } else if (this.#start === undefined || !this.#isMany) {
      this.#row(upstream);
    } else if (upstream.status.readiness === 'unreachable' && this.#failedRows < MAX_FAILED_ROWS) {
      this.#failedRows += 1;
      this.#row(upstream);
    }
  }

  /** After the start the time stands before a row, as before every line. */
  #row(upstream: Upstream): void {
    const mark = this.#start === undefined ? `${new Date().toTimeString().slice(0, 8)} ` : '  ';
    writeRow(this.#screen, serverRow(upstream), { names: this.#config.mcpServers.map(({ key }) => key), mark });
  }

  #say(text: string): void {
    this.#screen.print({ text });
  }
}
