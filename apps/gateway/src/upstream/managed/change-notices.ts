import type { JsonObject } from '../../protocol/json-rpc.ts';
import { FloodGate } from '../session/flood-gate.ts';
import { ChangePacer } from './change-pacer.ts';

/** Changes of single resources that are told at once; past it each resource's last change is told once a second. */
const UPDATES = { burst: 1_000, perSecond: 200 };
const HELD_BACK_MILLIS = 1_000;

export interface ChangeNoticesOptions {
  /** Reads the tools list again. */
  refreshTools(): Promise<void>;
  /** Whether somebody subscribed to the resource at this upstream. */
  isSubscribed(uri: string): boolean;
  onNotification(method: string, params: JsonObject | undefined): void;
}

/** Passes on what an upstream tells of changes: as often as makes sense, and only what is its own to tell. */
export class ChangeNotices {
  readonly #options: ChangeNoticesOptions;
  readonly #tools: ChangePacer;
  readonly #lists: ReadonlyMap<string, ChangePacer>;
  readonly #updates = new FloodGate({ ...UPDATES, onFlood() {} });
  /** The last change of each resource that was held back. */
  readonly #heldBack = new Map<string, JsonObject>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ChangeNoticesOptions) {
    this.#options = options;
    this.#tools = new ChangePacer(() => options.refreshTools());
    const lists = ['notifications/prompts/list_changed', 'notifications/resources/list_changed'];
    this.#lists = new Map(
      lists.map((method) => [method, new ChangePacer(() => options.onNotification(method, undefined))]),
    );
  }

  on(method: string, params: JsonObject | undefined): void {
    if (method === 'notifications/tools/list_changed') {
      this.#options.onNotification(method, params);
      this.#tools.changed();
    } else if (method === 'notifications/resources/updated') {
      this.#onUpdate(method, params ?? {});
    } else {
      this.#lists.get(method)?.changed();
    }
  }

  /** What is waited with is dropped. */
  cancel(): void {
    [this.#tools, ...this.#lists.values()].forEach((pacer) => pacer.cancel());
    this.#updates.close();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#heldBack.clear();
  }

  #onUpdate(method: string, params: JsonObject): void {
    const { uri } = params;
    // Another upstream's resource, or one of the gateway's own, is not for this one to tell of.
    if (typeof uri !== 'string' || !this.#options.isSubscribed(uri)) {
      return;
    }
    if (this.#updates.admits()) {
      this.#options.onNotification(method, params);
      return;
    }
    this.#heldBack.set(uri, params);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const held = [...this.#heldBack.values()];
      this.#heldBack.clear();
      held.forEach((last) => this.#options.onNotification(method, last));
    }, HELD_BACK_MILLIS).unref();
  }
}
