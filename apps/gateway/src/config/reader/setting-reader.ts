import type { Environment, Issue, Origin, OriginSource, Origins } from '@dcc-mcp/telemetry-config';
import { IssueList, type NewIssue, type Parsed, readVariable } from '@dcc-mcp/telemetry-config/settings';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import { toFlagName, type Setting, type SettingWithFallback } from '../table/setting.ts';
import { valueAt } from './file-value.ts';
import type { GatewayFlags } from './gateway-config.ts';

/** A setting's value and the place that said it. */
export interface FoundSetting<T> {
  readonly value: T;
  readonly source: OriginSource;
  /** The flag, variable or key, as a person would look for it. */
  readonly place: string;
}

/** Where a value was written, and how bad a wrong one is there. */
interface Place {
  readonly place: string;
  readonly severity: Issue['severity'];
}

/** What a {@link SettingReader} knows besides environment and file. */
export interface ReaderOptions {
  readonly flags?: GatewayFlags;
  /** Default `.`. */
  readonly workingFolder?: string;
}

/** Reads the gateway's settings, flag before environment before file, and gathers every issue and origin once. */
export class SettingReader {
  readonly env: Environment;
  readonly file: JsonObject;
  readonly flags: GatewayFlags;
  /** What clients call the workspace, for what variables say. */
  readonly workingFolder: string;
  readonly #issues = new IssueList();
  readonly #origins = new Map<string, Origin>();
  readonly #parsed = new Map<string, Parsed<unknown>>();

  constructor(env: Environment, file: JsonObject, { flags = {}, workingFolder = '.' }: ReaderOptions = {}) {
    this.env = env;
    this.file = file;
    this.flags = flags;
    this.workingFolder = workingFolder;
  }

  /** The value in force; notes the origin. */
  read<T>(setting: SettingWithFallback<T>): T;
  read<T>(setting: Setting<T>): T | undefined;
  read<T>(setting: Setting<T>): T | undefined {
    const found = this.find(setting);
    if (found === undefined) {
      this.settle(setting.path, { source: 'default', text: setting.defaultText });
      return setting.fallback;
    }
    this.settleFound(setting.path, found, setting.kind.show(found.value));
    return found.value;
  }

  /** What is said, without the fallback. */
  find<T>(setting: Setting<T>): FoundSetting<T> | undefined {
    return this.findOutsideFile(setting) ?? this.#findKey(setting);
  }

  /** What a flag or a variable says. */
  findOutsideFile<T>(setting: Setting<T>): FoundSetting<T> | undefined {
    return this.#findFlag(setting) ?? this.#findVariable(setting);
  }

  settle(path: string, origin: Origin): void {
    this.#origins.set(path, origin);
  }

  settleFound(path: string, found: FoundSetting<unknown>, text: string): void {
    const { source, place } = found;
    this.settle(path, { source, text, ...(source === 'file' ? {} : { variable: place }) });
  }

  note(issue: NewIssue): void {
    this.#issues.note(issue);
  }

  get issues(): readonly Issue[] {
    return this.#issues.all(this.origins);
  }

  get origins(): Origins {
    return Object.fromEntries(this.#origins);
  }

  #findFlag<T>(setting: Setting<T>): FoundSetting<T> | undefined {
    if (setting.flag === undefined) {
      return undefined;
    }
    const given = this.flags[setting.flag];
    // A switch that is off was not given.
    if (given === undefined || given === false) {
      return undefined;
    }
    const place = toFlagName(setting.flag);
    if (typeof given === 'string' && given.trim() === '') {
      this.note({ variable: place, problem: 'it is empty', expected: setting.kind.expected, severity: 'fatal' });
      return undefined;
    }
    const kind = setting.textKind;
    const value = this.#take(setting, { place, severity: 'fatal' }, () => kind.parse(String(given).trim()));
    return value === undefined ? undefined : { value, source: 'flag', place };
  }

  #findVariable<T>(setting: Setting<T>): FoundSetting<T> | undefined {
    const kind = setting.textKind;
    for (const name of setting.names) {
      const text = readVariable(this.env, name);
      if (text === undefined) {
        continue;
      }
      const value = this.#take(setting, { place: name, severity: 'warning' }, () => kind.parse(text));
      if (value !== undefined) {
        return { value, source: 'env', place: name };
      }
    }
    return undefined;
  }

  #findKey<T>(setting: Setting<T>): FoundSetting<T> | undefined {
    const given = valueAt(this.file, setting.path);
    if (given === undefined || given === null) {
      return undefined;
    }
    if (typeof given === 'string' && given.trim() === '') {
      // A guard that was meant to be there must not vanish because a variable in the file is unset.
      if (setting.isGuard) {
        this.note({ variable: setting.path, problem: 'it is empty', severity: 'fatal' });
      }
      return undefined;
    }
    const value = this.#take(setting, { place: setting.path, severity: 'warning' }, () => setting.kind.fromJson(given));
    return value === undefined ? undefined : { value, source: 'file', place: setting.path };
  }

  /** Parses one place once. A wrong flag is wrong usage, hence fatal, as is a wrong value of what guards access. */
  #take<T>(setting: Setting<T>, { place, severity }: Place, parse: () => Parsed<T>): T | undefined {
    const known = this.#parsed.get(place);
    if (known !== undefined) {
      // oxlint-disable-next-line no-unsafe-type-assertion -- the same place is always parsed by the same kind
      return known.value as T | undefined;
    }
    const parsed = parse();
    this.#parsed.set(place, parsed);
    for (const issue of parsed.issues) {
      this.#issues.note(
        { variable: place, ...issue, severity: setting.isGuard ? 'fatal' : severity },
        parsed.value === undefined ? { name: setting.path } : undefined,
      );
    }
    return parsed.value;
  }
}
