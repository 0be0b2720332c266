import type { JsonObject } from '../protocol/json-rpc.ts';
import type { Link } from './connection/connection.ts';
import { readToolPages } from './tool-pages.ts';

/** Several changes within this time are one refresh. */
const COALESCE_MILLIS = 50;
/** After a list that could not be read. */
const RETRY_MILLIS = 5_000;
const LIST_TIMEOUT_MILLIS = 30_000;

export interface UpstreamToolsOptions {
  /** How often a list is asked for whose changes are not told. */
  readonly pollMillis: number;
  onTools(tools: readonly JsonObject[]): void;
  onFailure(reason: string): void;
}

/** Keeps the tools list of an upstream fresh: on its word, on ours, or by asking now and then. */
export class UpstreamTools {
  readonly #options: UpstreamToolsOptions;
  #link: Link | undefined;
  #running: Promise<void> | undefined;
  #isStale = false;
  #coalesceTimer: NodeJS.Timeout | undefined;
  #pollTimer: NodeJS.Timeout | undefined;
  #lastText: string | undefined;
  #hasFailed = false;

  constructor(options: UpstreamToolsOptions) {
    this.#options = options;
  }

  /** Begins with a new link; resolves after the first list. */
  attach(link: Link): Promise<void> {
    this.detach();
    this.#link = link;
    return this.refresh();
  }

  detach(): void {
    this.#link = undefined;
    clearTimeout(this.#coalesceTimer);
    clearTimeout(this.#pollTimer);
    this.#coalesceTimer = undefined;
  }

  /** The upstream says that its list has changed. */
  changed(): void {
    this.#coalesceTimer ??= setTimeout(() => {
      this.#coalesceTimer = undefined;
      void this.refresh();
    }, COALESCE_MILLIS).unref();
  }

  /** Asks for the list; a wish during a running request is served by one more. */
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
      const link = this.#link;
      if (link === undefined) {
        return;
      }
      await this.#read(link, isQuiet);
    }
    this.#schedulePoll();
  }

  async #read(link: Link, isQuiet: boolean): Promise<void> {
    if (link.facts.capabilities['tools'] === undefined) {
      this.#publish(link, [], isQuiet);
      return;
    }
    this.#hasFailed = false;
    const pages = await readToolPages(link.session, LIST_TIMEOUT_MILLIS);
    if (this.#link !== link) {
      return;
    }
    if (pages.ok) {
      this.#publish(link, pages.tools, isQuiet);
    } else {
      this.#hasFailed = true;
      this.#options.onFailure(`tools/list: ${pages.failure.message}`);
    }
  }

  #publish(link: Link, tools: readonly JsonObject[], isQuiet: boolean): void {
    link.learn(tools);
    const text = isQuiet ? JSON.stringify(tools) : '';
    if (isQuiet && text === this.#lastText) {
      return;
    }
    this.#lastText = link.mustPollTools ? JSON.stringify(tools) : undefined;
    this.#options.onTools(tools);
  }

  #schedulePoll(): void {
    clearTimeout(this.#pollTimer);
    if (this.#hasFailed || this.#link?.mustPollTools === true) {
      this.#pollTimer = setTimeout(
        () => this.#poll(),
        this.#hasFailed ? RETRY_MILLIS : this.#options.pollMillis,
      ).unref();
    }
  }

  /** Only news are passed on: an unchanged list would make everybody rebuild what they have. */
  #poll(): void {
    this.#isStale = true;
    this.#running ??= this.#run(true).finally(() => {
      this.#running = undefined;
    });
  }
}
