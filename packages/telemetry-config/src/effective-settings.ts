import type { OriginSource, Reading } from './reading.ts';

/** One effective setting, as `doctor` prints it. */
export interface EffectiveSetting {
  readonly setting: string;
  /** Secrets are masked. */
  readonly value: string;
  readonly origin: OriginSource;
  readonly variable?: string;
}

/** Lists what is in force and where it comes from, in the order of the tables; no row holds a secret. */
export function effectiveSettings(reading: Reading<unknown>): readonly EffectiveSetting[] {
  return Object.entries(reading.origins).map(([setting, { source, text, variable }]) => {
    const row: EffectiveSetting = { setting, value: text, origin: source };
    return variable === undefined ? row : Object.assign(row, { variable });
  });
}
