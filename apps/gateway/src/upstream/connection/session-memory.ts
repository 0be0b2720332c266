import type { JsonObject, JsonValue } from '../../protocol/json-rpc.ts';
import { ownCall } from '../hop/hop.ts';
import type { RpcSession } from '../session/rpc-session.ts';

const REPLAY_TIMEOUT_MILLIS = 10_000;

/** What outlives a connection: what callers have set in a handshake-era session, to be set again in the next one. */
export class SessionMemory {
  /** The server answers probes with a refusal, which says nothing more about its era. */
  refusesProbe = false;
  /** The child ended when it was asked for its era, as some older servers do: the next one is not asked. */
  endsWhenAsked = false;
  readonly #uris = new Set<string>();
  #logLevel: string | undefined;

  /** Notes a request that the upstream has granted. */
  note(method: string, params: JsonObject): void {
    const { uri, level } = params;
    if (method === 'resources/subscribe' && typeof uri === 'string') {
      this.#uris.add(uri);
    } else if (method === 'resources/unsubscribe' && typeof uri === 'string') {
      this.#uris.delete(uri);
    } else if (method === 'logging/setLevel' && typeof level === 'string') {
      this.#logLevel = level;
    }
  }

  isSubscribed(uri: JsonValue | undefined): boolean {
    return typeof uri === 'string' && this.#uris.has(uri);
  }

  get uris(): ReadonlySet<string> {
    return this.#uris;
  }

  async replay(session: RpcSession): Promise<void> {
    if (this.#logLevel !== undefined) {
      await session.exchange(ownCall('logging/setLevel', { level: this.#logLevel }, REPLAY_TIMEOUT_MILLIS));
    }
    const deadline = performance.now() + REPLAY_TIMEOUT_MILLIS;
    for (const uri of this.#uris) {
      // What is not set again in time is asked for all the same, but nobody waits for it.
      const remaining = Math.max(1, Math.ceil(deadline - performance.now()));
      await session.exchange(ownCall('resources/subscribe', { uri }, remaining));
    }
  }
}
