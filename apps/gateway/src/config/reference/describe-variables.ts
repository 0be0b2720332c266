import { describeEnvironment, type EnvironmentRow } from '@dcc-mcp/telemetry-config';
import { SETTINGS, toFlagName, type Setting } from '../table/setting.ts';
import { CONFIG_VARIABLE, SERVERS_VARIABLE } from '../table/table.ts';

/** One variable of the reference: `OTEL: …` for telemetry, `Gateway: …` for the gateway's own. */
export interface VariableRow extends EnvironmentRow {
  /** The key of the gateway's file, where there is one. */
  readonly setting?: string;
  /** The flag of the command line, where there is one. */
  readonly flag?: string;
}

/** Every variable there is, in the order of the tables. */
export function describeVariables(): readonly VariableRow[] {
  return [...describeEnvironment(), ...FILE_ROWS, ...SETTINGS.map(toRow)];
}

const FILE_ROWS: readonly VariableRow[] = [
  {
    name: CONFIG_VARIABLE,
    group: 'Gateway: file',
    kind: 'file path',
    default: 'none',
    expected: 'the path of a JSON, JSONC or YAML file',
    description: "The gateway's file.",
    olderNames: [],
    flag: '--config',
  },
  {
    name: SERVERS_VARIABLE,
    group: 'Gateway: file',
    kind: 'JSON',
    default: 'none',
    expected: 'an object of servers by name',
    description:
      'The MCP servers, in place of those of the file; ${VAR} and ${VAR:-default} stand for variables, as there.',
    olderNames: [],
    setting: 'mcpServers',
  },
];

function toRow(setting: Setting<unknown>): VariableRow {
  const [name, ...others] = setting.names;
  const [section = ''] = setting.path.split('.');
  const kind = setting.textKind;
  return {
    name,
    group: `Gateway: ${setting.path.includes('.') ? section : 'further'}`,
    kind: kind.name,
    default: setting.defaultText,
    expected: kind.expected,
    description: setting.description,
    olderNames: others,
    setting: setting.path,
    ...(setting.flag === undefined ? {} : { flag: toFlagName(setting.flag) }),
  };
}
