import { badAnswer } from '../hop/failures.ts';
import type { Hop } from '../hop/hop.ts';

/** How long the answer may take after other text before that text is taken for the answer. */
const GRACE_MILLIS = 2_000;
const ID = /"id"\s*:\s*"?(\d+)/;

/**
 * Decides what text means that is no message, on a stream of messages (stdio).
 *
 * Text that begins like JSON is a broken message: it ends the call it names, or the only call in flight. Other text may be
 * a log line of a server that logs to the wrong stream. The only call in flight is then given two seconds for its answer.
 * When the answer does follow, or when the server writes text while nothing runs, its text is ignored from then on.
 */
export class NonProtocolOutput {
  readonly #callers: () => readonly Hop[];
  #suspect: Hop | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isLogging = false;

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
      this.#isLogging = true;
    }
    if (!this.#isLogging && this.#suspect === undefined && callers.length === 1) {
      this.#watch(callers[0]);
    }
  }

  /** A proper answer came for `hop`. */
  onAnswer(hop: Hop): void {
    if (hop === this.#suspect) {
      this.#isLogging = true;
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
