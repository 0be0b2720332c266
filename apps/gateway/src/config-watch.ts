import type { GatewayConfig } from '@dcc-mcp/telemetry-config';
import { unwatchFile, watchFile } from 'node:fs';
import type { LoadedConfiguration } from './load-configuration.ts';

const POLL_MILLIS = 1_000;
/** Sections that a running gateway takes over. */
const LIVE: ReadonlySet<string> = new Set(['mcpServers', 'policy', 'limits']);

/** What a changed file means: what is taken over, and what only a restart brings. */
export function changedSections(
  before: GatewayConfig,
  after: GatewayConfig,
): { readonly live: readonly string[]; readonly restart: readonly string[] } {
  const old = new Map<string, unknown>(Object.entries(before));
  const keys = Object.entries(after)
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(old.get(key)))
    .map(([key]) => key);
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
}

/** Watches the configuration file (by polling: editors and mounts replace files in too many ways) and applies what it can. */
export function watchConfiguration(options: ConfigWatchOptions): { stop(): void } {
  const { file, load, apply, report, log } = options;
  let { current } = options;
  const onChange = (): void => {
    const { values, issues } = load();
    if (!report(issues)) {
      log(`${file} has changed and can't be used; the gateway goes on with what it had`);
      return;
    }
    const { live, restart } = changedSections(current, values);
    current = values;
    if (live.length > 0) {
      apply(values);
      log(`${file} has changed: ${live.join(', ')} taken over`);
    }
    if (restart.length > 0) {
      log(`${file} has changed: ${restart.join(', ')} need a restart of the gateway`);
    }
  };
  watchFile(file, { interval: POLL_MILLIS, persistent: false }, onChange);
  return { stop: () => unwatchFile(file, onChange) };
}
