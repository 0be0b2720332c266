import type { TrafficCapture } from './kinds.ts';

/** What the kinds without arguments read. */
export interface NamedKinds {
  readonly baseUrl: string;
  readonly boolean: boolean;
  readonly cidrs: readonly string[];
  readonly filePath: string;
  readonly hostName: string;
  readonly inverted: boolean;
  readonly keyValues: Readonly<Record<string, string>>;
  readonly metricPrefix: string;
  readonly operations: readonly string[];
  readonly patterns: readonly string[];
  readonly registryFolder: string;
  readonly rates: Readonly<Record<string, number>>;
  readonly secret: string;
  readonly text: string;
  readonly trafficCapture: TrafficCapture;
  readonly trafficRules: readonly string[];
  readonly url: string;
  readonly workerCount: number | 'auto';
}

/** How a setting is written. A text beside the kind says what is right. */
export type KindSpec =
  | keyof NamedKinds
  | { readonly choice: readonly string[] }
  | { readonly filePath: string }
  | { readonly integer: readonly [min: number, max?: number] }
  | { readonly list: string }
  | { readonly routePath: string }
  | { readonly secret: string };

/** The value of a setting that is written like this. */
export type KindValue<Spec> = Spec extends keyof NamedKinds
  ? NamedKinds[Spec]
  : Spec extends { readonly choice: readonly (infer Choice)[] }
    ? Choice
    : Spec extends { readonly integer: unknown }
      ? number
      : Spec extends { readonly list: unknown }
        ? readonly string[]
        : string;

/**
 * One row of the table, which is all that there is to write for a setting: its type in `GatewayConfig`, the schema of
 * the file, the reference, `config print` and the reader are made of it. A secret whose key has a sibling with `File`
 * behind it may be written as itself or as the file that holds it.
 */
export interface Row {
  /** Environment variables, the first one that is set counts. */
  readonly names: readonly [string, ...string[]];
  readonly kind: KindSpec;
  /** How the variable and the flag are written, where that differs from the file (`DCC_MCP_NO_ADMIN`). */
  readonly textKind?: KindSpec;
  /** The flag of the command line: `adminPath` is `--admin-path`. */
  readonly flag?: 'host' | 'port' | 'expose' | 'metrics' | 'noAdmin' | 'adminPath' | 'workers';
  readonly fallback?: unknown;
  /** The default in words, where `fallback` does not say it. */
  readonly defaultText?: string;
  /** It guards access: a wrong value is fatal, for to ignore it would open what was meant to be shut. */
  readonly isGuard?: boolean;
  readonly description: string;
}

/** By the key in the file: `metrics.port`. */
export type Rows = Readonly<Record<string, Row>>;
