import { type InstanceOffer, type InstanceSourceName, SOURCES } from './instance-offer.ts';
import type { SkippedInstance } from './skipped-instances.ts';

/** What the sources have, by instance. */
export class Offers {
  readonly #offers = new Map<string, Map<InstanceSourceName, InstanceOffer>>();

  set(offer: InstanceOffer): void {
    const { instanceId, source } = offer.settings;
    const ofInstance = this.#offers.get(instanceId) ?? new Map<InstanceSourceName, InstanceOffer>();
    this.#offers.set(instanceId, ofInstance.set(source, offer));
  }

  /** @returns Whether the source had it. */
  delete(source: InstanceSourceName, instanceId: string): boolean {
    const ofInstance = this.#offers.get(instanceId);
    const had = ofInstance?.delete(source) === true;
    if (ofInstance?.size === 0) {
      this.#offers.delete(instanceId);
    }
    return had;
  }

  /** @returns The sources that had it. */
  deleteAll(instanceId: string): readonly InstanceSourceName[] {
    const sources = [...(this.#offers.get(instanceId)?.keys() ?? [])];
    this.#offers.delete(instanceId);
    return sources;
  }

  /** As the first of its sources has it. */
  first(instanceId: string): InstanceOffer | undefined {
    const ofInstance = this.#offers.get(instanceId);
    const source = SOURCES.find((each) => ofInstance?.has(each) === true);
    return source && ofInstance?.get(source);
  }

  of(source: InstanceSourceName): readonly InstanceOffer[] {
    return [...this.#offers.values()].flatMap((ofInstance) => ofInstance.get(source) ?? []);
  }

  /** Those that do not count, because a source before theirs has the same instance. */
  overridden(): readonly SkippedInstance[] {
    return [...this.#offers.entries()].flatMap(([instanceId, ofInstance]) => {
      const first = this.first(instanceId)?.settings.source;
      return [...ofInstance.values()]
        .filter(({ settings }) => settings.source !== first)
        .map(({ settings: { source, dccType } }) => ({
          source,
          dccType,
          instanceId,
          reason: `the same instance is known from ${first}, which counts before ${source}`,
        }));
    });
  }
}
