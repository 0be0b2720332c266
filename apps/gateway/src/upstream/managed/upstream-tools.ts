import { createHash } from 'node:crypto';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import type { Connection } from '../connection/connection.ts';
import type { CoreRoutes } from '../core/dcc-core.ts';
import type { HostTool, UpstreamSettings } from '../upstream.ts';
import { maxNameBytes, readToolPages, withOverlong } from './tool-pages.ts';

/** After a list that could not be read. */
const RETRY_MILLIS = 5_000;

export interface UpstreamToolsOptions {
  /** How often a list is asked for whose changes are not told. */
  readonly pollMillis: number;
  onTools(tools: readonly JsonObject[], hostTools: readonly HostTool[] | undefined): void;
  /** What is missing of a list and why, for people, after each time that it was asked for; absent where nothing is. */
  onCut(list: string, cut: string | undefined): void;
}

interface ReadList {
  readonly connection: Connection;
  readonly tools: readonly JsonObject[];
  /** An unchanged list is not passed on. */
  readonly isQuiet: boolean;
}

/** Keeps the tools list of an upstream fresh: reads it when the upstream or the gateway asks for it, and by polling. */
export class UpstreamTools {
  readonly #options: UpstreamToolsOptions;
  #connection: Connection | undefined;
  #running: Promise<void> | undefined;
  #isStale = false;
  #pollTimer: NodeJS.Timeout | undefined;
  /** Stands for the list that was published last: the list itself may be large, and is kept elsewhere. */
  #lastDigest: string | undefined;
  #hostTools: readonly HostTool[] | undefined;
  #hasFailed = false;
  readonly #maxNameBytes: number;

  /** @param settings Of the upstream: its slugs begin with its DCC type. */
  constructor({ dccType }: Pick<UpstreamSettings, 'dccType'>, options: UpstreamToolsOptions) {
    this.#options = options;
    this.#maxNameBytes = maxNameBytes(dccType);
  }

  /** Begins with a new connection; resolves after the first list. */
  attach(connection: Connection): Promise<void> {
    this.detach();
    this.#connection = connection;
    return this.refresh();
  }

  detach(): void {
    this.#connection = undefined;
    this.#hostTools = undefined;
    clearTimeout(this.#pollTimer);
  }

  /** Asks for the list; a wish during a running request is served by one more. Never rejects. */
  async refresh(): Promise<void> {
    this.#isStale = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async #run(isQuiet = false): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      const connection = this.#connection;
      if (connection === undefined) {
        return;
      }
      await this.#tryRead(connection, isQuiet);
    }
    this.#schedulePoll();
  }

  /** A list that throws somebody who looks into it is one that could not be read. */
  async #tryRead(connection: Connection, isQuiet: boolean): Promise<void> {
    try {
      await this.#read(connection, isQuiet);
    } catch (error) {
      this.#hasFailed = true;
      this.#options.onCut('tools/list', `it could not be taken: ${messageOf(error)}`);
    }
  }

  async #read(connection: Connection, isQuiet: boolean): Promise<void> {
    if (connection.facts.capabilities['tools'] === undefined) {
      connection.learn([]);
      this.#publish({ connection, tools: [], isQuiet });
      return;
    }
    this.#hasFailed = false;
    const pages = await readToolPages(connection.session, this.#maxNameBytes);
    if (this.#connection !== connection) {
      return;
    }
    this.#options.onCut('tools/list', pages.ok ? pages.cut : pages.failure.message);
    if (!pages.ok) {
      this.#hasFailed = true;
      return;
    }
    const { tools } = pages;
    connection.learn(tools);
    if (connection.core !== undefined) {
      await this.#readHostTools(connection.core);
    }
    if (this.#connection === connection) {
      this.#publish({ connection, tools, isQuiet });
    }
  }

  /** What the host told last still holds when it does not answer: calls name tools by what it told. */
  async #readHostTools(core: CoreRoutes): Promise<void> {
    const told = await core.tools();
    const cut =
      told?.isCut === true
        ? `cut: more than ${told.tools.length} tools; the others are not known before they are loaded`
        : undefined;
    const tools = told?.tools.filter(({ name }) => Buffer.byteLength(name) <= this.#maxNameBytes);
    const overlong = (told?.tools.length ?? 0) - (tools?.length ?? 0);
    this.#options.onCut('/v1/search', withOverlong(cut, overlong, this.#maxNameBytes));
    this.#hostTools = tools ?? this.#hostTools;
  }

  #publish({ connection, tools, isQuiet }: ReadList): void {
    const hostTools = connection.core && this.#hostTools;
    const digest = isQuiet || connection.mustPollTools ? digestOf([tools, hostTools]) : undefined;
    if (isQuiet && digest === this.#lastDigest) {
      return;
    }
    this.#lastDigest = connection.mustPollTools ? digest : undefined;
    this.#options.onTools(tools, hostTools);
  }

  #schedulePoll(): void {
    clearTimeout(this.#pollTimer);
    if (this.#hasFailed || this.#connection?.mustPollTools === true) {
      this.#pollTimer = setTimeout(
        () => this.#poll(),
        this.#hasFailed ? RETRY_MILLIS : this.#options.pollMillis,
      ).unref();
    }
  }

  /** An unchanged list is not passed on, because listeners would rebuild what they have. */
  #poll(): void {
    this.#isStale = true;
    this.#running ??= this.#run(true).finally(() => {
      this.#running = undefined;
    });
  }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
