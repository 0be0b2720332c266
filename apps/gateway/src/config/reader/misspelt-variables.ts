import { misspeltNames } from '@dcc-mcp/telemetry-config/settings';
import { SETTINGS } from '../table/setting.ts';
import { CONFIG_VARIABLE, SERVERS_VARIABLE } from '../table/table.ts';
import type { SettingReader } from './setting-reader.ts';

const GUARDS: ReadonlySet<string> = new Set(
  SETTINGS.filter((setting) => setting.isGuard).flatMap((setting) => setting.names),
);
const KNOWN: ReadonlySet<string> = new Set([
  CONFIG_VARIABLE,
  SERVERS_VARIABLE,
  ...SETTINGS.flatMap((setting) => setting.names),
]);

/** Names variables with our prefix that nothing reads but that look like one that is read; dcc-mcp-core has others of its own. */
export function noteMisspeltVariables(reader: SettingReader): void {
  for (const { name, meant } of misspeltNames(reader.env, 'DCC_MCP_', KNOWN)) {
    const problem = 'no such variable; it has no effect';
    const severity = GUARDS.has(meant) ? 'fatal' : 'warning';
    reader.note({ variable: name, problem, fix: `did you mean ${meant}?`, severity });
  }
}
