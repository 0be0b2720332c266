import { badAnswer } from '../hop/failures.ts';
import type { Hop } from '../hop/hop.ts';

/** How long the real answer may take after a stray line before the line is taken for the answer. */
const GRACE_MILLIS = 2_000;
const ID = /"id"\s*:\s*(\d+)/;

/**
 * Text on a message stream (stdio) that is no message.
 *
 * A broken message (it begins like JSON) is the answer of the call it names, or of the only call in flight. Any other
 * text may be a log line of a careless server: the only call in flight is given two seconds for its real answer, and a
 * server whose real answer did follow, or that wrote text while nothing ran, is known to be chatty from then on and its
 * text is ignored.
 */
export class NonProtocolOutput {
  readonly #callers: () => readonly Hop[];
  #suspect: Hop | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isChatty = false;

  /** @param callers The calls of callers in flight; the gateway's own probes and streams do not count. */
  constructor(callers: () => readonly Hop[]) {
    this.#callers = callers;
  }

  onText(text: string): void {
    if (/^\s*[{[]/.test(text)) {
      this.targetOf(text)?.end(badAnswer('invalid_json', 'The upstream answered with something that is not JSON'));
      return;
    }
    const callers = this.#callers();
    if (callers.length === 0) {
      this.#isChatty = true;
    }
    if (!this.#isChatty && this.#suspect === undefined && callers.length === 1) {
      this.#watch(callers[0]);
    }
  }

  /** A proper answer came for `hop`. */
  onAnswer(hop: Hop): void {
    if (hop === this.#suspect) {
      this.#isChatty = true;
    }
  }

  onEnd(hop: Hop): void {
    if (hop === this.#suspect) {
      this.#suspect = undefined;
      clearTimeout(this.#timer);
    }
  }

  /** The call that a broken message answers, where that can be told. */
  targetOf(text: string): Hop | undefined {
    const id = ID.exec(text.slice(0, 512))?.[1];
    const callers = this.#callers();
    const named = id === undefined ? undefined : callers.find((hop) => hop.id === Number(id));
    return named ?? (callers.length === 1 ? callers[0] : undefined);
  }

  #watch(hop: Hop | undefined): void {
    this.#suspect = hop;
    this.#timer = setTimeout(() => {
      hop?.end(badAnswer('invalid_json', 'The upstream answered with text that is not JSON-RPC'));
    }, GRACE_MILLIS);
  }
}
