import type { MemorySessionRecords } from '../../../mcp/session/memory-session-records.ts';
import type { RedisSessionRecords } from './redis-session-records.ts';

/** Sessions given to Redis at a time. */
const PAGE = 100;
/** Sessions that are to end in Redis; past it the first is left to end of idleness. */
const MAX_ENDED = 10_000;

/** What happened to sessions here that Redis does not know of. */
export class UnsharedSessions {
  /** Sessions that Redis does not have. */
  readonly #alone = new Set<string>();
  /** Sessions that Redis has otherwise, or not yet. */
  readonly #changed = new Set<string>();
  readonly #ended = new Set<string>();

  /** Whether there is something to be shared. */
  get isAny(): boolean {
    return this.#changed.size > 0 || this.#ended.size > 0;
  }

  /** Ids of sessions that Redis does not have. */
  alone(): readonly string[] {
    return [...this.#alone];
  }

  isAlone(id: string): boolean {
    return this.#alone.has(id);
  }

  hasEnded(id: string): boolean {
    return this.#ended.has(id);
  }

  noteNew(id: string): void {
    this.#alone.add(id);
    this.#changed.add(id);
  }

  noteChange(id: string): void {
    this.#changed.add(id);
  }

  noteEnd(id: string): void {
    if (!this.#alone.has(id)) {
      const [first] = this.#ended.size >= MAX_ENDED ? this.#ended : [];
      this.#ended.delete(first ?? '');
      this.#ended.add(id);
    }
  }

  /** The session is not known here any more. */
  forget(id: string): void {
    this.#alone.delete(id);
    this.#changed.delete(id);
  }

  /**
   * Ends in Redis what ended here, and writes there what is new or has changed; all that is known where it has lost it.
   *
   * @throws {RedisUnavailable} When Redis goes away meanwhile; what is not told yet is told the next time.
   */
  async share(local: MemorySessionRecords, remote: RedisSessionRecords, hasLost: boolean): Promise<void> {
    for (const id of this.#ended) {
      await remote.end(id);
      this.#ended.delete(id);
    }
    const told = hasLost ? local.ids() : [...this.#changed];
    for (let i = 0; i < told.length; i += PAGE) {
      await Promise.all(told.slice(i, i + PAGE).map((id) => this.#shareOne(local, remote, { id, hasLost })));
    }
  }

  async #shareOne(
    local: MemorySessionRecords,
    remote: RedisSessionRecords,
    { id, hasLost }: { readonly id: string; readonly hasLost: boolean },
  ): Promise<void> {
    const session = local.kept(id);
    this.#changed.delete(id);
    if (session === undefined) {
      this.#alone.delete(id);
      return;
    }
    try {
      const { principal } = session.record.owner;
      const isThere = this.#alone.has(id) || hasLost || (await remote.look({ id, principal })).found !== 'none';
      // Nobody who is in use gives way to it: where all are it stays here.
      if (isThere && (await remote.put(session, 0)).ok) {
        this.#alone.delete(id);
      }
    } catch (error) {
      this.#changed.add(id);
      throw error;
    }
  }
}
