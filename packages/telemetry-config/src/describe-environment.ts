import { toFlagName, type Setting } from './gateway/setting.ts';
import { GATEWAY_SETTINGS, CONFIG_VARIABLE, SERVERS_VARIABLE } from './gateway/settings/table.ts';
import { OTEL_VARIABLES } from './variables/table.ts';

/** One row of the reference, and of `doctor`. */
export interface EnvironmentRow {
  readonly name: string;
  /** `OTEL: …` for telemetry, `Gateway: …` for the gateway's own. */
  readonly group: string;
  readonly kind: string;
  readonly default: string;
  readonly expected: string;
  readonly description: string;
  /** Further spellings that are read. */
  readonly olderNames: readonly string[];
  /** The key of the gateway's file, where there is one. */
  readonly setting?: string;
  /** The flag of the command line, where there is one. */
  readonly flag?: string;
}

/** Every variable there is, in the order of the tables. */
export function describeEnvironment(): readonly EnvironmentRow[] {
  return [...telemetryRows(), ...FILE_ROWS, ...GATEWAY_SETTINGS.map(toGatewayRow)];
}

function telemetryRows(): readonly EnvironmentRow[] {
  return OTEL_VARIABLES.map((variable) => ({
    name: variable.name,
    group: `OTEL: ${variable.group}`,
    kind: variable.kind.name,
    default: variable.defaultText,
    expected: variable.kind.expected,
    description: variable.description,
    olderNames: variable.olderNames,
  }));
}

const FILE_ROWS: readonly EnvironmentRow[] = [
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
    description: 'The MCP servers, in place of those of the file.',
    olderNames: [],
    setting: 'mcpServers',
  },
];

function toGatewayRow(setting: Setting<unknown>): EnvironmentRow {
  const [name = '', ...others] = setting.names;
  const [section = ''] = setting.path.split('.');
  const kind = setting.textKind ?? setting.kind;
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
