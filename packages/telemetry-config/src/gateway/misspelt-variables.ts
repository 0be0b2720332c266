import { nearest } from '../nearest.ts';
import { textOf } from '../variable-reader.ts';
import type { SettingReader } from './setting-reader.ts';
import { CONFIG_VARIABLE, GATEWAY_SETTINGS, SERVERS_VARIABLE } from './settings/table.ts';

const PREFIX = 'DCC_MCP_';

/** Names variables with our prefix that nothing reads but that look like one that is read; dcc-mcp-core has others of its own. */
export function noteMisspeltVariables(reader: SettingReader): void {
  const known = new Set([CONFIG_VARIABLE, SERVERS_VARIABLE, ...GATEWAY_SETTINGS.flatMap((setting) => setting.names)]);
  const guards = new Set(GATEWAY_SETTINGS.filter((setting) => setting.isGuard).flatMap((setting) => setting.names));
  for (const name of Object.keys(reader.env)) {
    if (known.has(name) || !name.toUpperCase().startsWith(PREFIX) || textOf(reader.env, name) === undefined) continue;
    // Where names have no case (Windows), it is the variable itself.
    if (name !== name.toUpperCase() && textOf(reader.env, name.toUpperCase()) !== undefined) continue;
    const meant = nearest(name.toUpperCase(), known);
    if (meant === undefined) continue;
    const severity = guards.has(meant) ? 'fatal' : 'warning';
    reader.note({
      variable: name,
      problem: 'no such variable; it has no effect',
      fix: `did you mean ${meant}?`,
      severity,
    });
  }
}
