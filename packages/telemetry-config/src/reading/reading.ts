import type { Issue } from './issue.ts';

/** Where an effective value comes from; `ignored` means: it is set, and a configuration file overrules it. */
export type OriginSource = 'flag' | 'env' | 'file' | 'default' | 'ignored';

/** Where the effective value of one setting comes from. */
export interface Origin {
  readonly source: OriginSource;
  /** The variable or flag that was read, where it was one. */
  readonly variable?: string;
  /** The effective value as a person reads it; secrets are masked. */
  readonly text: string;
}

/** The effective value of a setting that others leave no use for. */
export const NOT_USED = 'not used';

/** By setting: the name of an `OTEL_*` variable, or a path in the gateway's file (`server.port`). */
export type Origins = Readonly<Record<string, Origin>>;

/** What a reader gives: always values, whatever was wrong. */
export interface Reading<T> {
  readonly values: T;
  readonly issues: readonly Issue[];
  readonly origins: Origins;
}

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The text of a variable, trimmed; blank is unset. */
export function readVariable(texts: Environment, name: string): string | undefined {
  if (!Object.hasOwn(texts, name)) {
    return undefined;
  }
  const text = texts[name];
  if (typeof text !== 'string') {
    return undefined;
  }
  const trimmed = text.trim();
  return trimmed === '' ? undefined : trimmed;
}

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
