import {
  boolean,
  choice,
  filePath,
  httpUrl,
  integer,
  keyValues,
  type Kind,
  list,
  patterns,
  secret,
  text,
} from '@dcc-mcp/telemetry-config/settings';
import {
  baseUrl,
  cidrs,
  hostName,
  inverted,
  metricPrefix,
  operations,
  registryFolder,
  routePath,
  trafficCapture,
  workerCount,
} from './kinds.ts';
import { rates } from './rates.ts';
import type { KindSpec, NamedKinds, Row } from './row.ts';
import { type SettingPath, type SettingValue, type SettledPath, ROWS, TABLE } from './table.ts';
import { trafficRules } from './traffic-rules.ts';

/** A row of the table with everything that it leaves out, as the reader takes it. */
export interface Setting<T> extends Omit<Row, 'kind' | 'textKind' | 'fallback'> {
  /** The key in the file: `metrics.port`. */
  readonly path: string;
  readonly kind: Kind<T>;
  /** How the variable and the flag are written. */
  readonly textKind: Kind<T>;
  readonly fallback: T | undefined;
  readonly defaultText: string;
  readonly isGuard: boolean;
}

/** A setting that always has a value. */
export type SettingWithFallback<T> = Setting<T> & { readonly fallback: T };

const NAMED: { readonly [Name in keyof NamedKinds]: () => Kind<NamedKinds[Name]> } = {
  baseUrl,
  boolean,
  cidrs,
  filePath,
  hostName,
  inverted,
  keyValues,
  metricPrefix,
  operations,
  patterns,
  rates,
  registryFolder,
  secret,
  text,
  trafficCapture,
  trafficRules,
  url: httpUrl,
  workerCount,
};

/** Kinds are asked for what `KindValue` says of their row, hence nothing is lost by `unknown`. */
function toKind(spec: KindSpec): Kind<unknown> {
  if (typeof spec === 'string') {
    return NAMED[spec]();
  }
  if ('choice' in spec) {
    return choice(spec.choice);
  }
  if ('integer' in spec) {
    return integer(...spec.integer);
  }
  if ('list' in spec) {
    return list(spec.list);
  }
  if ('routePath' in spec) {
    return routePath(spec.routePath);
  }
  return 'secret' in spec ? secret(spec.secret) : filePath(spec.filePath);
}

function toSetting(path: string, row: Row): Setting<unknown> {
  const kind = toKind(row.kind);
  return {
    ...row,
    path,
    kind,
    textKind: row.textKind === undefined ? kind : toKind(row.textKind),
    fallback: row.fallback,
    defaultText: row.defaultText ?? (row.fallback === undefined ? 'none' : kind.show(row.fallback)),
    isGuard: row.isGuard ?? false,
  };
}

/** Every row, in the order of the table. */
export const SETTINGS: readonly Setting<unknown>[] = Object.entries(ROWS).map(([path, row]) => toSetting(path, row));

const BY_PATH: ReadonlyMap<string, Setting<unknown>> = new Map(SETTINGS.map((setting) => [setting.path, setting]));

/** The setting at a key of the table. */
export function settingAt<Path extends SettledPath>(path: Path): SettingWithFallback<SettingValue<Path>>;
export function settingAt<Path extends SettingPath>(path: Path): Setting<SettingValue<Path>>;
export function settingAt(path: SettingPath): Setting<unknown> {
  return findSetting(path) ?? toSetting(path, TABLE[path]);
}

/** The setting at `path`, where the table has one. */
export function findSetting(path: string): Setting<unknown> | undefined {
  return BY_PATH.get(path);
}

/** `noAdmin` → `--no-admin`. */
export function toFlagName(flag: string): string {
  return `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
