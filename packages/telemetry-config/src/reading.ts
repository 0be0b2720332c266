/** How bad an issue is: `fatal` ones make a host refuse to start, `warning` ones leave the setting as if it were unset. */
export type IssueSeverity = 'warning' | 'fatal';

/** One thing that is wrong with a setting. Never holds a secret's value. */
export interface Issue {
  /** The environment variable, or the path in a file (`metrics.port`, `tracer_provider.processors[0]`). */
  readonly variable: string;
  readonly problem: string;
  /** What would be right, in words. */
  readonly expected?: string;
  /** What to do, ready to copy where it can be. */
  readonly fix?: string;
  readonly severity: IssueSeverity;
}

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
