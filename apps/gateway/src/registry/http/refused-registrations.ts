import { BoundedMap } from '@dcc-mcp/bounds';
import type { InstanceSource } from '../table/instance-table.ts';
import type { SkippedInstance } from '../table/skipped-instances.ts';
import type { Registration } from './registered-instances.ts';

/** Refused registrations that are shown. */
const MAX_REFUSED = 50;

/** The instances that were refused last: whoever looks for one finds why it is not there. */
export class RefusedRegistrations {
  readonly #source: Pick<InstanceSource, 'skip'>;
  readonly #rows = new BoundedMap<string, Omit<SkippedInstance, 'source'>>({ maxEntries: MAX_REFUSED });

  constructor(source: Pick<InstanceSource, 'skip'>) {
    this.#source = source;
  }

  add({ instanceId, dccType }: Registration, message: string): void {
    this.#rows.set(instanceId, { instanceId, dccType, reason: `refused: ${message}` });
    this.#show();
  }

  /** It was taken, or is wanted no longer. */
  delete(instanceId: string): void {
    if (this.#rows.delete(instanceId)) {
      this.#show();
    }
  }

  #show(): void {
    this.#source.skip([...this.#rows.values()].toReversed());
  }
}
