import type { StreamKind } from '@dcc-mcp/semantic-conventions';

/** How many streams are open. */
export class StreamCounts {
  readonly #open: Record<StreamKind, number> = { get: 0, post: 0, subscription: 0 };

  add(kind: StreamKind, change: 1 | -1): void {
    this.#open[kind] += change;
  }

  counts(): Readonly<Record<StreamKind, number>> {
    return this.#open;
  }
}
