import type { Kind } from '@dcc-mcp/telemetry-config/settings';
import type { GatewayFlags } from '../reader/gateway-config.ts';

/** One row of the gateway's table: a key of its file, with the names it has elsewhere. */
export interface Setting<T> {
  /** The key in the file: `metrics.port`. */
  readonly path: string;
  /** Environment variables, the first one that is set counts. */
  readonly names: readonly string[];
  readonly flag?: keyof GatewayFlags;
  readonly kind: Kind<T>;
  /** How the variable and the flag are written, where that differs from the file (`DCC_MCP_NO_ADMIN`). */
  readonly textKind?: Kind<T>;
  readonly description: string;
  readonly fallback: T | undefined;
  readonly defaultText: string;
  /** It guards access: a wrong value is fatal, for to ignore it would open what was meant to be shut. */
  readonly isGuard: boolean;
}

/** A row that always has a value. */
export type SettingWithFallback<T> = Setting<T> & { readonly fallback: T };

/** A section of the table: rows that always have a value, and rows that may have none. */
export type SettingRows<Always, Optional> = {
  readonly [Key in keyof Always]: SettingWithFallback<Always[Key]>;
} & {
  readonly [Key in keyof Optional]: Setting<Optional[Key]>;
};

/** What a row says beside its names. */
export interface SettingOptions<T> {
  readonly kind: Kind<T>;
  readonly description: string;
  readonly flag?: keyof GatewayFlags;
  readonly fallback?: T;
  readonly defaultText?: string;
  readonly textKind?: Kind<T>;
  readonly isGuard?: boolean;
}

/** Makes a row of the table. @param names Environment variables, best first. */
export function setting<T>(
  path: string,
  names: string | readonly string[],
  options: SettingOptions<T> & { readonly fallback: T },
): SettingWithFallback<T>;
export function setting<T>(path: string, names: string | readonly string[], options: SettingOptions<T>): Setting<T>;
export function setting<T>(path: string, names: string | readonly string[], options: SettingOptions<T>): Setting<T> {
  const { kind, description, fallback, flag, textKind } = options;
  return {
    path,
    names: typeof names === 'string' ? [names] : names,
    kind,
    description,
    fallback,
    defaultText: options.defaultText ?? (fallback === undefined ? 'none' : kind.show(fallback)),
    isGuard: options.isGuard ?? false,
    ...(flag === undefined ? {} : { flag }),
    ...(textKind === undefined ? {} : { textKind }),
  };
}

/** `noAdmin` → `--no-admin`. */
export function toFlagName(flag: keyof GatewayFlags): string {
  return `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
