import type { LiveEvent, LiveListener } from './call-store.ts';
import { toFeedRow } from './feed.ts';
import type { RowKind } from './row-kinds.ts';

type LiveRowEvent = Exclude<LiveEvent, { readonly type: 'gap' }>;

/** Who wants to be told of rows as they come. */
export class LiveTail {
  readonly #listeners = new Map<RowKind, Set<LiveListener>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  subscribe(kinds: readonly RowKind[], listener: LiveListener): { close(): void } {
    // One function may listen twice; each subscription is closed by itself.
    const own: LiveListener = (event) => listener(event);
    for (const kind of kinds) {
      const known = this.#listeners.get(kind) ?? new Set();
      this.#listeners.set(kind, known.add(own));
    }
    return {
      close: () => {
        for (const kind of kinds) {
          this.#listeners.get(kind)?.delete(own);
        }
      },
    };
  }

  /** Whether anybody is told of rows of that kind, or of what they add to the feed. */
  isTold(kind: RowKind): boolean {
    return this.#count(kind) + this.#count('activity') > 0;
  }

  #count(kind: RowKind): number {
    return this.#listeners.get(kind)?.size ?? 0;
  }

  /** Tells of a row, and of what it adds to the feed. */
  tell(event: LiveRowEvent): void {
    this.#tellAll(event);
    if (this.#count('activity') === 0) {
      return;
    }
    const row = toFeedRow(event);
    if (row !== undefined) {
      this.#tellAll({ type: 'row', kind: 'activity', id: event.id, row });
    }
  }

  #tellAll(event: LiveRowEvent): void {
    for (const listener of this.#listeners.get(event.kind) ?? []) {
      this.tellOne(listener, event);
    }
  }

  /** A listener that throws harms nobody else. */
  tellOne(listener: LiveListener, event: LiveEvent): void {
    try {
      listener(event);
    } catch (error) {
      this.#onError(error);
    }
  }
}
