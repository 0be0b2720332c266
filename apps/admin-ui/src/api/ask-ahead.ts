// What is likely to be asked for next is asked for before: one answer at a time, so that a step to the next row waits for nothing.
import { type Answered, ask } from './client.ts';

interface Ahead {
  readonly url: string;
  readonly ending: AbortController;
  /** Nothing where it was refused: it is asked again when it is wanted. */
  readonly answered: Promise<Answered<unknown> | undefined>;
}

let ahead: Ahead | undefined;

/** Asks for what nobody wants yet. */
export function askAhead(url: string): void {
  if (ahead?.url !== url) {
    ahead?.ending.abort();
    const ending = new AbortController();
    ahead = { url, ending, answered: ask(url, ending.signal).catch(() => undefined) };
  }
}

/** The answer that was asked for ahead, once; else one that is asked for now. Throws as `ask` does. */
export async function takeOrAsk<Answer>(url: string, ending: AbortSignal): Promise<Answered<Answer>> {
  if (ahead?.url === url) {
    const { answered } = ahead;
    ahead = undefined;
    const taken = await answered;
    if (taken !== undefined) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whoever asks for an address knows its answer
      return taken as Answered<Answer>;
    }
  }
  return ask(url, ending);
}
