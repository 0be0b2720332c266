/** Kinds of long-lived streams; label of `dcc_mcp_gateway_streams`. */
export type StreamKind = 'get' | 'post' | 'subscription';

/** How many streams are open. */
export class Streams {
  readonly #open: Record<StreamKind, number> = { get: 0, post: 0, subscription: 0 };

  add(kind: StreamKind, change: 1 | -1): void {
    this.#open[kind] += change;
  }

  counts(): Readonly<Record<StreamKind, number>> {
    return this.#open;
  }
}
