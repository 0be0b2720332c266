import type { InstanceSourceName } from './instance-offer.ts';

/** A row of a source that became no instance. */
export interface SkippedInstance {
  readonly source: InstanceSourceName;
  readonly dccType?: string | undefined;
  readonly instanceId?: string | undefined;
  /** For people. */
  readonly reason: string;
}

/** Of each source; further ones are not kept. */
const MAX_SKIPPED = 200;

/** What the sources have and the table does not, with the reasons. */
export class SkippedInstances {
  readonly #bySource = new Map<InstanceSourceName, readonly SkippedInstance[]>();

  /** Takes the place of what was told of the source before. */
  set(source: InstanceSourceName, rows: readonly Omit<SkippedInstance, 'source'>[]): void {
    this.#bySource.set(
      source,
      rows.slice(0, MAX_SKIPPED).map(({ dccType, instanceId, reason }) => ({ source, dccType, instanceId, reason })),
    );
  }

  all(): readonly SkippedInstance[] {
    return [...this.#bySource.values()].flat();
  }
}
