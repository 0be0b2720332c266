import { unwatchFile, watchFile } from 'node:fs';
import type { GatewayConfig } from '../reader/gateway-config.ts';
import { SECTIONS } from '../table/table.ts';
import type { LoadedConfiguration } from './load-configuration.ts';

/** How often the file is looked at; a person who saves it doesn't wait for long. */
const DEFAULT_POLL_MILLIS = 1_000;
/** Sections that a running gateway takes over. */
const LIVE: ReadonlySet<string> = new Set(Object.keys(SECTIONS).filter((name) => SECTIONS[name]?.isLive === true));

/** What a changed file means: what is taken over, and what only a restart brings. */
export function changedSections(
  inForce: GatewayConfig,
  wanted: GatewayConfig,
): { readonly live: readonly string[]; readonly restart: readonly string[] } {
  const before = new Map<string, unknown>(Object.entries(inForce));
  const after = new Map<string, unknown>(Object.entries(wanted));
  const keys = [...new Set([...after.keys(), ...before.keys()])].filter(
    (key) => JSON.stringify(after.get(key)) !== JSON.stringify(before.get(key)),
  );
  return { live: keys.filter((key) => LIVE.has(key)), restart: keys.filter((key) => !LIVE.has(key)) };
}

export interface ConfigWatchOptions {
  readonly file: string;
  readonly current: GatewayConfig;
  /** Reads everything again. */
  readonly load: () => LoadedConfiguration;
  readonly apply: (config: GatewayConfig) => void;
  /** Says the issues of a changed file; false when it must not be used. */
  readonly report: (issues: LoadedConfiguration['issues']) => boolean;
  readonly log: (line: string) => void;
  /** How often the file is looked at; default 1000. */
  readonly pollMillis?: number | undefined;
}

/** Watches the configuration file (by polling: editors and mounts replace files in too many ways) and applies what it can. */
export function watchConfiguration(options: ConfigWatchOptions): { stop(): void } {
  const { file, load, apply, report, log, pollMillis = DEFAULT_POLL_MILLIS } = options;
  let inForce = options.current;
  let waiting = '';
  const onChange = (): void => {
    const { values, issues } = load();
    if (!report(issues)) {
      log(`${file} has changed and can't be used; the gateway goes on with what it had`);
      return;
    }
    const { live, restart } = changedSections(inForce, values);
    inForce = { ...inForce, ...Object.fromEntries(Object.entries(values).filter(([key]) => LIVE.has(key))) };
    if (live.length > 0) {
      apply(values);
      log(`${file} has changed: ${live.join(', ')} taken over`);
    }
    const sections = new Set(restart);
    const wanted = JSON.stringify(Object.entries(values).filter(([key]) => sections.has(key)));
    if (restart.length > 0 && wanted !== waiting) {
      log(`${file} has changed: ${restart.join(', ')} need a restart of the gateway`);
    }
    waiting = wanted;
  };
  watchFile(file, { interval: pollMillis, persistent: false }, onChange);
  return { stop: () => unwatchFile(file, onChange) };
}
