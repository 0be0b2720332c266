import { parseArgs } from 'node:util';
import type { GatewayFlags } from '../config/reader/gateway-config.ts';
import type { HelpTopic } from './help-text.ts';
import { HISTORY_VERBS, type HistoryVerb } from './history/commands/history-verbs.ts';

export type Command =
  | { readonly name: 'serve'; readonly configFile?: string; readonly flags: GatewayFlags }
  | { readonly name: 'doctor'; readonly configFile?: string; readonly flags: GatewayFlags; readonly isJson: boolean }
  | {
      readonly name: 'config';
      readonly action: 'print';
      readonly configFile?: string;
      readonly flags: GatewayFlags;
      readonly isJson: boolean;
      readonly hasOrigins: boolean;
    }
  | { readonly name: 'config'; readonly action: 'schema' }
  | { readonly name: (typeof OWN_COMMANDS)[number]; readonly arguments: readonly string[] }
  | { readonly name: 'history'; readonly verb: HistoryVerb; readonly arguments: readonly string[] }
  | { readonly name: 'help'; readonly topic?: HelpTopic }
  | { readonly name: 'version' };

export type CommandLine =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly message: string };

const OPTIONS = {
  config: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  stdio: { type: 'boolean' },
  expose: { type: 'string' },
  metrics: { type: 'boolean' },
  'no-admin': { type: 'boolean' },
  'admin-path': { type: 'string' },
  wait: { type: 'boolean' },
  workers: { type: 'string' },
  json: { type: 'boolean' },
  origins: { type: 'boolean' },
  version: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
} as const;

const TOPICS = ['serve', 'doctor', 'login', 'logout', 'token', 'config', 'approvals', ...HISTORY_VERBS] as const;
const KNOWN_WORDS: readonly string[] = [...TOPICS, 'help', 'version'];
/** Commands that read their arguments themselves. */
const OWN_COMMANDS = ['token', 'approvals', 'login', 'logout'] as const;

const READS_ITSELF: ReadonlySet<string> = new Set([...OWN_COMMANDS, ...HISTORY_VERBS]);

type Values = ReturnType<typeof parse>['values'];

/** Reads the arguments after the program's name. Never rejects. */
export async function parseCommandLine(args: readonly string[]): Promise<CommandLine> {
  const own = OWN_COMMANDS.find((each) => each === args[0]);
  if (own !== undefined) {
    return { ok: true, command: { name: own, arguments: args.slice(1) } };
  }
  const verb = HISTORY_VERBS.find((each) => each === args[0]);
  if (verb !== undefined) {
    return { ok: true, command: { name: 'history', verb, arguments: args.slice(1) } };
  }
  try {
    const { values, positionals } = parse(args);
    return toCommand(values, positionals) ?? refused(await commandIssue(positionals));
  } catch (error) {
    const late = args.find((arg) => READS_ITSELF.has(arg));
    if (late !== undefined) {
      return refused(commandFirst(late));
    }
    const word = commandWord(args);
    if (word !== undefined && !KNOWN_WORDS.includes(word)) {
      return refused(await commandIssue([word]));
    }
    const { describeArgumentIssue } = await import('./flag-issue.ts');
    return refused(describeArgumentIssue(error, optionsOf(args)));
  }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
}

/** The word in the place of the command; behind a flag that is not known a word may be its value. */
function commandWord(args: readonly string[]): string | undefined {
  const parsing = { options: OPTIONS, allowPositionals: true, strict: false, tokens: true } as const;
  const first = parseArgs({ args: [...args], ...parsing }).tokens.find(
    (token) => token.kind === 'positional' || (token.kind === 'option' && !Object.hasOwn(OPTIONS, token.name)),
  );
  return first?.kind === 'positional' ? first.value : undefined;
}

/** Flags that the command takes; those of serve where none is named. */
function optionsOf(args: readonly string[]): Partial<typeof OPTIONS> {
  const { json: _json, origins: _origins, ...ofServe } = OPTIONS;
  const name = args.find((arg) => !arg.startsWith('-')) ?? 'serve';
  return name === 'config' ? OPTIONS : name === 'doctor' ? { ...ofServe, json: OPTIONS.json } : ofServe;
}

/** `undefined` where there is no such command. */
function toCommand(values: Values, positionals: readonly string[]): CommandLine | undefined {
  if (values.help === true || positionals[0] === 'help') {
    return toHelpCommand(positionals[0] === 'help' ? positionals.slice(1) : positionals);
  }
  if (values.version === true || positionals[0] === 'version') {
    return canStand(positionals) ? { ok: true, command: { name: 'version' } } : undefined;
  }
  const [name = 'serve', action, ...rest] = positionals;
  const common = { flags: toFlags(values), ...(values.config === undefined ? {} : { configFile: values.config }) };
  const isJson = values.json === true;
  if (name === 'config' && (action === 'print' || action === 'schema') && rest.length === 0) {
    const hasOrigins = values.origins === true;
    return action === 'schema'
      ? toSchemaCommand(values)
      : { ok: true, command: { name, action, isJson, hasOrigins, ...common } };
  }
  if (values.origins === true && (name === 'serve' || name === 'doctor')) {
    return refused('--origins belongs to config print; write dcc-mcp-gateway config print --origins');
  }
  if (action === undefined && name === 'serve') {
    return isJson
      ? refused('--json belongs to doctor and config print; write dcc-mcp-gateway doctor --json')
      : { ok: true, command: { name, ...common } };
  }
  if (action === undefined && name === 'doctor') {
    return { ok: true, command: { name, isJson, ...common } };
  }
  return undefined;
}

/** Whether the words are those of a command, of which the version is that of the program. */
function canStand([name = 'serve', action, ...rest]: readonly string[]): boolean {
  return name === 'config'
    ? rest.length === 0 && ['print', 'schema', undefined].includes(action)
    : action === undefined && ['serve', 'doctor', 'version'].includes(name);
}

/** `help config print` is help for `config`. */
function toHelpCommand([word]: readonly string[]): CommandLine | undefined {
  const topic = TOPICS.find((known) => known === word);
  if (word === undefined) {
    return { ok: true, command: { name: 'help' } };
  }
  return topic && { ok: true, command: { name: 'help', topic } };
}

/** The schema is JSON and the same whatever is configured. */
function toSchemaCommand(values: Values): CommandLine {
  const others = Object.keys(values).filter((name) => name !== 'json');
  return others.length === 0
    ? { ok: true, command: { name: 'config', action: 'schema' } }
    : refused(`config schema takes no flag but --json, not --${others[0]}`);
}

async function commandIssue(positionals: readonly string[]): Promise<string> {
  const [first = '', second = ''] = positionals;
  const [name, rest] = first === 'help' ? [second, positionals.slice(2)] : [first, positionals.slice(1)];
  if (name === 'config') {
    return 'say config print or config schema';
  }
  if (name === 'serve' || name === 'doctor' || name === 'version') {
    return `${name} takes flags only, not '${rest.join(' ')}'`;
  }
  if (READS_ITSELF.has(name)) {
    return commandFirst(name);
  }
  // Loaded here, because only a mistake needs the names that are near.
  const { nearest } = await import('@dcc-mcp/telemetry-config');
  const meant = nearest(name, KNOWN_WORDS);
  if (meant !== undefined) {
    return `there is no command '${name}'; did you mean ${meant}?`;
  }
  return /\.(?:jsonc?|ya?ml)$/i.test(name)
    ? `'${name}' is no command; a configuration file is named by --config ${name}`
    : `there is no command '${name}'; there are ${TOPICS.slice(0, -1).join(', ')} and ${TOPICS.at(-1)}`;
}

/** It reads its flags itself. */
function commandFirst(name: string): string {
  return `the command comes before its flags: dcc-mcp-gateway ${name} …`;
}

function toFlags(values: Values): GatewayFlags {
  return {
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.port === undefined ? {} : { port: values.port }),
    ...(values.expose === undefined ? {} : { expose: values.expose }),
    ...(values.stdio === undefined ? {} : { stdio: values.stdio }),
    ...(values.metrics === undefined ? {} : { metrics: values.metrics }),
    ...(values['no-admin'] === undefined ? {} : { noAdmin: values['no-admin'] }),
    ...(values['admin-path'] === undefined ? {} : { adminPath: values['admin-path'] }),
    ...(values.wait === undefined ? {} : { wait: values.wait }),
    ...(values.workers === undefined ? {} : { workers: values.workers }),
  };
}

function refused(issue: string): CommandLine {
  return { ok: false, message: `${issue} (see dcc-mcp-gateway --help)` };
}
