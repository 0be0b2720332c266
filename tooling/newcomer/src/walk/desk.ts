// The newcomer's desk while a document is read: the gateway in one terminal, what was exported in the other, a
// Prometheus, and what was printed last.
import type { RunningPrometheus } from '@dcc-mcp/test-kit/prometheus';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, missingLines } from '../compare/lines.ts';
import type { Block } from '../read/blocks.ts';
import type { Report } from '../report.ts';
import { answers, GATEWAY_PORT, GATEWAY_URL, isFree } from '../run/gateway-port.ts';
import type { Machine, Ran } from '../run/machine.ts';
import { withStandIns } from '../run/stand-ins.ts';
import { openTerminal, type Terminal } from '../run/terminal.ts';

const FIRST_START_MILLIS = 300_000; // installs and builds
const READY_MILLIS = 20_000;
const AGENT_MILLIS = 60_000;
/** After the first start the documents promise that no network is needed. */
const OFF_LINE = 'https_proxy=http://127.0.0.1:9 http_proxy=http://127.0.0.1:9 no_proxy=localhost,127.0.0.1';

/** Thrown with words for the report; the walk goes on with the next block. */
export class BrokenPromise extends Error {}

/** Whether a gateway has the servers of the demo. */
export function isDemo(gateway: Terminal | undefined): gateway is Terminal {
  return gateway !== undefined && /npm start$|examples\/demo\/gateway\.yaml/.test(gateway.command);
}

/** What is open while a document is read. */
export class Desk {
  readonly machine: Machine;
  readonly report: Report;
  scraper: RunningPrometheus | undefined;
  /** Whether the document shows right below what the commands print. */
  isOutputShown = false;
  readonly #exports: string[] = [];
  readonly #typedBefore = new Set<string>();
  #gateway: { readonly terminal: Terminal; readonly block: Block } | undefined;
  #wasStarted = false;
  #printed: (() => string)[] = [];

  constructor(machine: Machine, report: Report) {
    this.machine = machine;
    this.report = report;
    mkdirSync(this.etc, { recursive: true });
  }

  get etc(): string {
    return join(this.machine.folder, 'etc');
  }

  /** `text` as it is typed on this machine. */
  typed(text: string): string {
    return withStandIns(text, { clone: this.machine.clone, etc: this.etc });
  }

  /** What the commands of the block before printed; grows while one of them still runs. */
  lastOutput(): string {
    return this.#printed.map((each) => each()).join('\n');
  }

  /** From here on counts what the commands of `block` print. */
  beginBlock({ kind }: Block): void {
    if (kind === 'fence') {
      this.#printed = [];
    }
  }

  print(output: string | (() => string)): void {
    this.#printed.push(typeof output === 'string' ? () => output : output);
  }

  wasTyped(text: string): boolean {
    return this.#typedBefore.has(text);
  }

  /** Whether a gateway has answered at least once. */
  get hasStarted(): boolean {
    return this.#wasStarted;
  }

  remember(text: string): void {
    this.#typedBefore.add(text);
  }

  /** All that later commands of this document inherit. */
  export(line: string): void {
    this.#exports.push(this.typed(line));
  }

  get exported(): string {
    return this.#exports.join('\n');
  }

  run(text: string, timeoutMillis?: number): Promise<Ran> {
    this.#typedBefore.add(text);
    const typed = [...this.#exports, this.typed(text)].join('\n');
    return this.machine.run(typed, timeoutMillis === undefined ? {} : { timeoutMillis });
  }

  /**
   * Lets the demo agent work for one round.
   *
   * @param variables What stands before its command, with a blank behind each.
   * @throws {BrokenPromise} When it ends badly.
   */
  async runAgent(variables = ''): Promise<void> {
    const { code, output } = await this.run(`${variables}npm run demo:agent -- --rounds 1`, AGENT_MILLIS);
    if (code !== 0) {
      throw new BrokenPromise(`npm run demo:agent: exit code ${code}\n${lastLines(output)}`);
    }
  }

  /** Types a command that goes on into a terminal of its own, once the one before has been ended. */
  async open(block: Block, command: string): Promise<Terminal> {
    await this.endGateway();
    if (!(await isFree(GATEWAY_PORT))) {
      throw new BrokenPromise(
        `port ${GATEWAY_PORT}, which the documents type, is taken by another program: end it first`,
      );
    }
    this.#typedBefore.add(command);
    const offLine = command.endsWith('npm start') && this.#wasStarted ? [`export ${OFF_LINE}`] : [];
    const typed = [...offLine, ...this.#exports, this.typed(command)].join('\n');
    const terminal = openTerminal(this.machine, command, typed);
    if (!(await terminal.until(() => answers(`${GATEWAY_URL}/healthz`), FIRST_START_MILLIS))) {
      await terminal.interrupt();
      throw new BrokenPromise(`${command}: nothing answers at ${GATEWAY_URL}\n${lastLines(terminal.output())}`);
    }
    await terminal.until(() => answers(`${GATEWAY_URL}/readyz`), READY_MILLIS);
    this.#gateway = { terminal, block };
    this.#wasStarted = true;
    this.print(() => terminal.output());
    return terminal;
  }

  /** The gateway that runs in the other terminal. */
  get gateway(): Terminal | undefined {
    return this.#gateway?.terminal.hasEnded() === false ? this.#gateway.terminal : undefined;
  }

  /** A gateway for what follows: the one that runs, else the demo. */
  async needGateway(block: Block): Promise<Terminal> {
    return this.gateway ?? this.open(block, 'npm start');
  }

  /** The demo, whatever ran before. */
  async needDemo(block: Block): Promise<Terminal> {
    const { gateway } = this;
    return isDemo(gateway) ? gateway : this.open(block, 'npm start');
  }

  /** Presses Ctrl-C and holds the program to what the documents say about it. */
  async endGateway(): Promise<void> {
    const running = this.#gateway;
    this.#gateway = undefined;
    if (running === undefined) {
      return;
    }
    const { terminal: gateway, block } = running;
    const begin = performance.now();
    const code = await gateway.interrupt();
    if (code !== 0 && code !== 130) {
      throw new BrokenPromise(`${gateway.command}: Ctrl-C gave exit code ${code}\n${lastLines(gateway.output())}`);
    }
    if (!(await isFree(GATEWAY_PORT))) {
      throw new BrokenPromise(`${gateway.command}: gone after Ctrl-C, but something still listens on ${GATEWAY_PORT}`);
    }
    this.report.add(
      block,
      'ran',
      `Ctrl-C ended ${gateway.command} after ${Math.round(performance.now() - begin)} ms, exit code ${code}`,
    );
  }

  /** Waits until everything that a document shows stands in the output of what still runs. */
  async untilShown(shown: string): Promise<readonly string[]> {
    const missing = (): readonly string[] => missingLines(shown, this.lastOutput());
    await this.gateway?.until(() => missing().length === 0, READY_MILLIS);
    return missing();
  }

  /** Clears the desk at the end of a document; the plain demo goes on for the next one. */
  async clear(): Promise<void> {
    this.#printed = [];
    await this.scraper?.stop();
    this.scraper = undefined;
    if (this.gateway?.command !== 'npm start' || this.#exports.length > 0) {
      await this.endGateway();
    }
    this.#exports.length = 0;
  }
}
