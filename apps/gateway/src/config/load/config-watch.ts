import { EVENT_DCC_MCP_CONFIGURATION_CHANGE } from '@dcc-mcp/semantic-conventions';
import type { Log, LogFields } from '../../protocol/log.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import type { GatewayConfig } from '../reader/gateway-config.ts';
import { SECTIONS } from '../table/table.ts';
import type { LoadedConfiguration } from './load-configuration.ts';
import { pollFile } from './poll-file.ts';
import { type SettingView, settingViews } from './setting-views.ts';

/** How often the file is looked at; a person who saves it doesn't wait for long. */
const DEFAULT_POLL_MILLIS = 1_000;
const CHANGE: LogFields = { event: EVENT_DCC_MCP_CONFIGURATION_CHANGE };
const PROBLEM: LogFields = { ...CHANGE, severity: 'warn' };
/** Sections that a running gateway takes over. */
const LIVE: ReadonlySet<string> = new Set(Object.keys(SECTIONS).filter((name) => SECTIONS[name]?.isLive === true));

function isLive({ name }: SettingView): boolean {
  return LIVE.has(name.replace(/\..*/, ''));
}

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

/** What people have written where a section differs: no file has a key for that of `OTEL_*`. */
function writtenAs(section: string, { origins }: LoadedConfiguration): string {
  const otel = origins['OTEL_CONFIG_FILE']?.source === 'env' ? 'OTEL_CONFIG_FILE' : 'observability';
  return section === 'otel' ? otel : section;
}

export interface ConfigWatchOptions {
  readonly file: string;
  readonly current: LoadedConfiguration;
  /** Reads everything again. */
  readonly load: () => LoadedConfiguration;
  /** Takes over what is in force from now on: of the file only what a running gateway can change. */
  readonly apply: (config: GatewayConfig, settings: readonly SettingView[]) => void;
  /** Says the issues of a changed file; false when it must not be used. */
  readonly report: (issues: LoadedConfiguration['issues']) => boolean;
  readonly log: Log;
  /** Told of each line that is logged. */
  readonly onOutcome?: (outcome: ConfigOutcome, line: string) => void;
  /** How often the file is looked at; default 1000. */
  readonly pollMillis?: number | undefined;
}

/** What came of a look at the file: taken over, left out, only a restart brings it, or nothing has changed. */
export type ConfigOutcome = 'applied' | 'refused' | 'restart_needed' | 'unchanged';

/** A configuration file that is watched. */
export interface ConfigWatch {
  /** Looks at the file at once, and says what came of it also when nothing has changed. */
  reload(): void;
  stop(): void;
}

/**
 * Watches the configuration file and applies what it can, also of what was saved since `current` was read. A file that is
 * missing, unreadable or empty leaves everything as it is, and is told of once.
 */
export function watchConfiguration(options: ConfigWatchOptions): ConfigWatch {
  const { file, current, pollMillis = DEFAULT_POLL_MILLIS } = options;
  const watched = new WatchedConfiguration(options);
  const look = (isAsked: boolean): void => {
    try {
      watched.look(isAsked);
    } catch (error) {
      watched.tell('refused', `${file} could not be taken over: ${messageOf(error)}`);
    }
  };
  const poll = pollFile(file, { from: current.stamp ?? '', pollMillis, onChange: () => look(false) });
  return { reload: () => look(true), stop: () => poll.stop() };
}

/** What is in force, and what was said of the file last. */
class WatchedConfiguration {
  readonly #options: ConfigWatchOptions;
  #inForce: GatewayConfig;
  #settings: readonly SettingView[];
  #waiting = '';
  /** The issues of the last look, so that each is said once. */
  #told = '';

  constructor(options: ConfigWatchOptions) {
    this.#options = options;
    this.#inForce = options.current.values;
    this.#settings = settingViews(options.current);
  }

  look(isAsked: boolean): void {
    const { file, load } = this.#options;
    const loaded = load();
    if (!this.#isUsable(loaded, isAsked)) {
      return;
    }
    const isNews = this.#takeOver(loaded);
    if (!isNews && isAsked) {
      this.tell('unchanged', `${file} was read again: nothing has changed`);
    }
  }

  tell(outcome: ConfigOutcome, line: string): void {
    const { log, onOutcome } = this.#options;
    log(line, outcome === 'refused' ? PROBLEM : CHANGE);
    onOutcome?.(outcome, line);
  }

  #isUsable({ issues, isFileEmpty }: LoadedConfiguration, isAsked: boolean): boolean {
    const { file, report } = this.#options;
    const said = JSON.stringify([isFileEmpty, issues]);
    const isSilent = said === this.#told && !isAsked;
    this.#told = said;
    if (isSilent) {
      return !isFileEmpty && issues.every(({ severity }) => severity !== 'fatal');
    }
    const isUsable = report(issues);
    if (isFileEmpty) {
      const line = `${file} holds no settings; the gateway goes on with what it had ({} takes everything away)`;
      this.tell('refused', line);
    } else if (!isUsable) {
      this.tell('refused', `${file} has changed and can't be used; the gateway goes on with what it had`);
    }
    return isUsable && !isFileEmpty;
  }

  /** @returns Whether there was anything to say. */
  #takeOver(loaded: LoadedConfiguration): boolean {
    const { values } = loaded;
    const { file, apply } = this.#options;
    const { live, restart } = changedSections(this.#inForce, values);
    this.#inForce = {
      ...this.#inForce,
      ...Object.fromEntries(Object.entries(values).filter(([key]) => LIVE.has(key))),
    };
    this.#settings = [...this.#settings.filter((setting) => !isLive(setting)), ...settingViews(loaded).filter(isLive)];
    if (live.length > 0) {
      apply(this.#inForce, this.#settings);
      this.tell('applied', `${file} has changed: ${live.join(', ')} taken over`);
    }
    const sections = new Set(restart);
    const wanted = JSON.stringify(Object.entries(values).filter(([key]) => sections.has(key)));
    const mustRestart = restart.length > 0 && wanted !== this.#waiting;
    if (mustRestart) {
      const names = restart.map((section) => writtenAs(section, loaded));
      this.tell('restart_needed', `${file} has changed: ${names.join(', ')} need a restart of the gateway`);
    }
    this.#waiting = wanted;
    return live.length > 0 || mustRestart;
  }
}
