import type { PortHolder } from './port-holder.ts';

/** Thrown where another program has the port that was stood for; then nothing is left running. */
export class PortHeldError extends Error {
  override readonly name = 'PortHeldError';
  /** What was last seen of it. */
  readonly holder: PortHolder;
  /** `lost`: to a gateway of ours. `foreign`: to another program. */
  readonly outcome: 'lost' | 'foreign';
  /** Where it was asked. */
  readonly url: string;
  /** Why an older gateway kept the port, in words; absent where it was not asked. */
  readonly refusal: string | undefined;

  constructor(
    holder: PortHolder,
    outcome: 'lost' | 'foreign',
    { url, refusal }: { readonly url: string; readonly refusal?: string | undefined },
  ) {
    super(`the port is held by ${outcome === 'lost' ? 'another gateway' : 'another program'}`);
    this.holder = holder;
    this.outcome = outcome;
    this.url = url;
    this.refusal = refusal;
  }
}
