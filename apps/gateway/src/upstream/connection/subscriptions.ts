import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { RetryTimer } from '../hop/backoff.ts';
import { ownCall, type Hop } from '../hop/hop.ts';
import type { RpcSession } from '../session/rpc-session.ts';

/** What the upstream offers to tell of, from its capabilities. */
function toFilter(capabilities: JsonObject, uris: ReadonlySet<string>): JsonObject | undefined {
  const filter: Record<string, true | readonly string[]> = {};
  for (const list of ['tools', 'prompts', 'resources'] as const) {
    const capability = capabilities[list];
    if (isJsonObject(capability) && capability['listChanged'] === true) {
      filter[`${list}ListChanged`] = true;
    }
  }
  if (uris.size > 0) {
    filter['resourceSubscriptions'] = [...uris];
  }
  return Object.keys(filter).length === 0 ? undefined : filter;
}

/** Listening that held this long starts its next series of tries from the shortest pause, however it ended. */
const STABLE_AFTER_MILLIS = 10_000;

/** The long `subscriptions/listen` request of a modern upstream; asked again, with growing pauses, when it ends. */
export class Subscriptions {
  readonly #session: RpcSession;
  readonly #capabilities: JsonObject;
  readonly #retry: RetryTimer;
  readonly #uris = new Set<string>();
  #hop: Hop | undefined;
  #abort: AbortController | undefined;
  #isClosed = false;
  #isScheduled = false;

  constructor(session: RpcSession, capabilities: JsonObject, random: () => number) {
    this.#session = session;
    this.#capabilities = capabilities;
    this.#retry = new RetryTimer({ random }, () => this.#listen());
    this.#listen();
  }

  /** Adds or removes a resource whose changes are to be told. */
  set(uri: string, isWanted: boolean): void {
    const hasChanged = isWanted ? !this.#uris.has(uri) : this.#uris.delete(uri);
    if (isWanted) {
      this.#uris.add(uri);
    }
    if (hasChanged && !this.#isScheduled) {
      // What changes together is asked for together: each request names every resource.
      this.#isScheduled = true;
      setImmediate(() => {
        this.#isScheduled = false;
        this.#listen();
      });
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#retry.cancel();
    this.#abort?.abort();
  }

  #listen(): void {
    this.#retry.cancel();
    const filter = toFilter(this.#capabilities, this.#uris);
    const previous = this.#abort;
    if (filter === undefined || this.#isClosed) {
      previous?.abort();
      return;
    }
    const controller = new AbortController();
    this.#abort = controller;
    const startedAt = performance.now();
    const hop = this.#session.open({
      ...ownCall('subscriptions/listen', { notifications: filter }, 0),
      signal: controller.signal,
    });
    this.#hop = hop;
    previous?.abort(); // after the new one is out, so that nothing is missed in between
    void hop.result.then(() => this.#onEnd(hop, performance.now() - startedAt > STABLE_AFTER_MILLIS));
  }

  #onEnd(hop: Hop, wasStable: boolean): void {
    if (hop !== this.#hop || this.#isClosed) {
      return;
    }
    if (wasStable) {
      this.#retry.reset();
    }
    this.#retry.runLater();
  }
}
