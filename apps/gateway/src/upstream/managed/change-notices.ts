import type { JsonObject } from '../../protocol/json-rpc.ts';
import { FloodGate } from '../session/flood-gate.ts';
import type { HopRequest } from '../upstream.ts';
import { ChangePacer } from './change-pacer.ts';

/** Changes of single resources that are told at once; past it each resource's last change is told once a second. */
const UPDATES = { burst: 1_000, perSecond: 200 };
const HELD_BACK_MILLIS = 1_000;

/** Tools of a dcc-mcp-core host that change its tools list: whoever calls them directly expects to see it, and the host sends no notification. */
const CHANGING: ReadonlySet<unknown> = new Set([
  'load_skill',
  'unload_skill',
  'activate_tool_group',
  'deactivate_tool_group',
  'register_tool',
  'deregister_tool',
]);

/** Whether a request may change the tools of its upstream. */
export function changesTools({ method, params }: Pick<HopRequest, 'method' | 'params'>): boolean {
  return method === 'tools/call' && CHANGING.has(params['name']);
}

export interface ChangeNoticesOptions {
  /** Reads the tools list again. */
  refreshTools(): Promise<void>;
  /** Whether somebody subscribed to the resource at this upstream. */
  isSubscribed(uri: string): boolean;
  onNotification(method: string, params: JsonObject | undefined): void;
  /** A change could not be passed on. */
  onError(error: unknown): void;
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
    const onError = (error: unknown): void => options.onError(error);
    this.#tools = new ChangePacer(() => options.refreshTools(), onError);
    const lists = ['notifications/prompts/list_changed', 'notifications/resources/list_changed'];
    this.#lists = new Map(
      lists.map((method) => [method, new ChangePacer(() => options.onNotification(method, undefined), onError)]),
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

  /** A call may have changed the tools of a host that does not tell of it. */
  toolsMayHaveChanged(): void {
    this.#tools.changed();
  }

  /** The tools list is being asked for, so whatever has changed before needs no further asking. */
  toolsAreAsked(): void {
    this.#tools.cancel();
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
