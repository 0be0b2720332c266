import { createToken, JWT_ALGORITHMS, verifyToken } from '@dcc-mcp/http-adapter/jwt';
import type { Environment } from '@dcc-mcp/telemetry-config';
import { parseArgs } from 'node:util';
import { loadConfiguration } from '../config/load/load-configuration.ts';
import { secretReader } from '../config/load/secret-reader.ts';
import { codeOf } from '../protocol/thrown-error.ts';
import { describeArgumentIssue } from './flag-issue.ts';
import { helpText } from './help-text.ts';
import type { Terminal } from './terminal.ts';
import { shortSecretWarning } from './token/secret-length.ts';
import { describeRefusal } from './token/token-verdict.ts';

const DEFAULT_EXPIRY_MINUTES = '60';
/** No header of HTTP takes a longer one. */
const MAX_TOKEN_LENGTH = 64 * 1024;

const OPTIONS = {
  username: { type: 'string' },
  exp: { type: 'string' },
  secret: { type: 'string' },
  'secret-file': { type: 'string' },
  algo: { type: 'string' },
  aud: { type: 'string' },
  iss: { type: 'string' },
  token: { type: 'string' },
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What a token is made with; a check of one reads it from the token. */
const OF_CREATE = ['username', 'exp', 'algo'] as const;

type Parsed = ReturnType<typeof parse>;

/** Makes or checks a token. Only the token (or what a checked one says) goes to stdout. */
export async function runTokenCommand(terminal: Terminal, args: readonly string[]): Promise<number> {
  let parsed: Parsed;
  try {
    parsed = parse(args);
  } catch (error) {
    return wrongUse(terminal, describeArgumentIssue(error, OPTIONS));
  }
  const [action, ...rest] = parsed.positionals;
  if (parsed.values.help === true || action === 'help') {
    terminal.print(helpText('token'));
    return 0;
  }
  if (action === 'create') {
    const [extra] = parsed.values.token === undefined ? rest : ['--token'];
    return extra === undefined
      ? create(terminal, parsed.values)
      : wrongUse(terminal, `token create takes no ${extra}; it makes a token`);
  }
  if (action === 'verify') {
    const idle = OF_CREATE.find((flag) => parsed.values[flag] !== undefined);
    return idle === undefined
      ? verify(terminal, parsed.values, rest)
      : wrongUse(terminal, `token verify takes no --${idle}; it checks a token`);
  }
  return wrongUse(terminal, 'say token create or token verify TOKEN');
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
}

async function create(terminal: Terminal, values: Parsed['values']): Promise<number> {
  const { username, exp = DEFAULT_EXPIRY_MINUTES, algo = 'HS256' } = values;
  const algorithm = JWT_ALGORITHMS.find((known) => known.toLowerCase() === algo.toLowerCase());
  if (username === undefined) {
    return wrongUse(terminal, 'token create needs --username');
  }
  if (algorithm === undefined) {
    return wrongUse(terminal, `--algo must be one of ${JWT_ALGORITHMS.join(', ')}`);
  }
  const key = readKey(terminal.env, values);
  if (!key.ok) {
    return wrongUse(terminal, key.issue);
  }
  const { ok: _ok, ...signed } = key;
  // A blank would be the number 0, which is for ever.
  const expiresInMinutes = exp.trim() === '' ? Number.NaN : Number(exp);
  const created = await createToken({ username, expiresInMinutes, algorithm, ...signed });
  if (!created.ok) {
    return wrongUse(terminal, created.message);
  }
  const warnings = [
    shortSecretWarning(key.secret, algorithm),
    expiresInMinutes === 0 ? 'warning: this token never expires; change the secret to withdraw it' : undefined,
  ];
  warnings.forEach((warning) => warning !== undefined && terminal.printError(warning));
  terminal.print(created.token);
  return 0;
}

async function verify(terminal: Terminal, values: Parsed['values'], rest: readonly string[]): Promise<number> {
  const given = [...rest, ...(values.token === undefined ? [] : [values.token])].filter((each) => each !== '-');
  if (given.length > 1) {
    return wrongUse(terminal, 'token verify checks one token');
  }
  const key = readKey(terminal.env, values);
  if (!key.ok) {
    return wrongUse(terminal, key.issue);
  }
  const token = (given[0] ?? (await readInput(terminal))).trim().replace(/^Bearer\s+/i, '');
  if (token === '') {
    return wrongUse(terminal, 'there is no token: write it behind verify, or give it on stdin');
  }
  const { ok: _ok, ...options } = key;
  const result = await verifyToken(token, options);
  if (result.ok) {
    terminal.print(JSON.stringify(result.claims));
    return 0;
  }
  const { audience, issuer } = key;
  terminal.printError(`invalid: ${describeRefusal({ ...result, token, audience, issuer, now: Date.now() })}`);
  return 1;
}

/** What comes on stdin; nothing where a person would have to type it. */
async function readInput({ stdin }: Terminal): Promise<string> {
  let text = '';
  if (!('isTTY' in stdin && stdin.isTTY === true)) {
    for await (const chunk of stdin) {
      text += String(chunk);
      if (text.length > MAX_TOKEN_LENGTH) {
        break;
      }
    }
  }
  return text;
}

/** What a token is signed with or checked against. */
interface TokenKey {
  readonly secret: string;
  readonly audience?: string;
  readonly issuer?: string;
}

type KeyReading = ({ readonly ok: true } & TokenKey) | { readonly ok: false; readonly issue: string };

/** The secret of the flags, else the one that the gateway would check tokens with, and what goes with it. */
function readKey(env: Environment, values: Parsed['values']): KeyReading {
  const ofFlags = {
    ...(values.aud === undefined ? {} : { audience: values.aud }),
    ...(values.iss === undefined ? {} : { issuer: values.iss }),
  };
  try {
    if (values.secret !== undefined) {
      return { ok: true, secret: values.secret, ...ofFlags };
    }
    if (values['secret-file'] !== undefined) {
      return { ok: true, secret: secretReader({ file: values['secret-file'] })(), ...ofFlags };
    }
    return readConfiguredKey(env, values.config, ofFlags);
  } catch (error) {
    return { ok: false, issue: `the secret's file can't be read (${codeOf(error)})` };
  }
}

/** @throws {Error} When the file of the secret can't be read. */
function readConfiguredKey(
  env: Environment,
  configFile: string | undefined,
  ofFlags: Omit<TokenKey, 'secret'>,
): KeyReading {
  const { values: config, issues, file } = loadConfiguration({ env, configFile });
  const unreadable = issues.find(({ severity, variable }) => severity === 'fatal' && variable === file);
  if (unreadable !== undefined) {
    return { ok: false, issue: `${unreadable.variable}: ${unreadable.problem}` };
  }
  const { secret: configured, audience, issuer } = config.metrics.jwt ?? {};
  const secret = configured === undefined ? '' : secretReader(configured)();
  return secret === ''
    ? { ok: false, issue: 'no secret: give --secret, --secret-file or DCC_MCP_METRICS_JWT_SECRET' }
    : {
        ok: true,
        secret,
        ...(audience === undefined ? {} : { audience }),
        ...(issuer === undefined ? {} : { issuer }),
        ...ofFlags,
      };
}

function wrongUse(terminal: Terminal, issue: string): number {
  terminal.printError(`error: ${issue} (see dcc-mcp-gateway token --help)`);
  return 2;
}
