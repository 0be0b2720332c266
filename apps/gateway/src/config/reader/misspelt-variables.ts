import { misspeltNames, readVariable } from '@dcc-mcp/telemetry-config/settings';
import { SETTINGS } from '../table/setting.ts';
import { CONFIG_VARIABLE, SERVERS_VARIABLE } from '../table/table.ts';
import type { SettingReader } from './setting-reader.ts';

const PREFIX = 'DCC_MCP_';
const FILE = '_FILE';
const GUARDS: ReadonlySet<string> = namesOf(({ isGuard }) => isGuard);
/** What may lie in a file of its own, or is so grave that it is missed where it was meant to. */
const FILED: ReadonlySet<string> = namesOf(({ isGuard, kind }) => isGuard || kind.isSecret);
const KNOWN: ReadonlySet<string> = new Set([CONFIG_VARIABLE, SERVERS_VARIABLE, ...namesOf(() => true)]);

function namesOf(isMeant: (setting: (typeof SETTINGS)[number]) => boolean): ReadonlySet<string> {
  return new Set(SETTINGS.filter(isMeant).flatMap(({ names }) => names));
}

/** Names variables with our prefix that nothing reads but that look like one that is read; dcc-mcp-core has others of its own. */
export function noteMisspeltVariables(reader: SettingReader): void {
  const files = Object.keys(reader.env).filter((name) => isUnknownFile(reader, name));
  for (const name of files) {
    noteUnknownFile(reader, name);
  }
  for (const { name, meant } of misspeltNames(reader.env, PREFIX, KNOWN)) {
    if (!files.includes(name)) {
      noteMisspelt(reader, { name, meant, fix: `did you mean ${meant}?` });
    }
  }
}

interface Misspelt {
  readonly name: string;
  /** The setting that it was meant for. */
  readonly meant: string;
  readonly fix: string;
}

function noteMisspelt(reader: SettingReader, { name, meant, fix }: Misspelt): void {
  const problem = 'no such variable; it has no effect';
  reader.note({ variable: name, problem, fix, severity: GUARDS.has(meant) ? 'fatal' : 'warning' });
}

/** A setting's name with `_FILE` behind it, where no file is read for that setting. */
function isUnknownFile({ env }: SettingReader, name: string): boolean {
  return !KNOWN.has(name) && FILED.has(settingOf(name)) && name.endsWith(FILE) && readVariable(env, name) !== undefined;
}

function settingOf(name: string): string {
  return name.slice(0, -FILE.length);
}

/** A part of the setting may be read from a file: of user and password, the password. */
function noteUnknownFile(reader: SettingReader, name: string): void {
  const meant = settingOf(name);
  const file = [...KNOWN].find((known) => known.startsWith(`${meant}_`) && known.endsWith(FILE));
  const fix = file === undefined ? `no file is read for it; set ${meant}` : `did you mean ${file}?`;
  noteMisspelt(reader, { name, meant, fix });
}
