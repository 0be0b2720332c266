import { createToken, JWT_ALGORITHMS, verifyToken } from '@dcc-mcp/http-adapter/jwt';
import type { Environment } from '@dcc-mcp/telemetry-config';
import { parseArgs } from 'node:util';
import { secretReader } from '../config/load/secret-reader.ts';
import { readGatewayConfig } from '../config/reader/read-gateway-config.ts';
import { codeOf } from '../protocol/thrown-error.ts';
import { describeArgumentIssue } from './flag-issue.ts';
import type { Terminal } from './terminal.ts';

const USAGE = `Usage: dcc-mcp-gateway token create --username U [--exp MINUTES, 0 = never] [--secret S | --secret-file F] [--algo HS256] [--aud A] [--iss I]
       dcc-mcp-gateway token verify TOKEN [--secret S | --secret-file F] [--aud A] [--iss I]

Without --secret the secret is DCC_MCP_METRICS_JWT_SECRET(_FILE), or JWT_SECRET_KEY as ContextForge names it.`;

const DEFAULT_EXPIRY_MINUTES = '60';

const OPTIONS = {
  username: { type: 'string' },
  exp: { type: 'string' },
  secret: { type: 'string' },
  'secret-file': { type: 'string' },
  algo: { type: 'string' },
  aud: { type: 'string' },
  iss: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Parsed = ReturnType<typeof parse>;

/** Makes or checks a token. Only the token (or what a checked one says) goes to stdout. */
export async function runTokenCommand(terminal: Terminal, args: readonly string[]): Promise<number> {
  let parsed: Parsed;
  try {
    parsed = parse(args);
  } catch (error) {
    return wrongUse(terminal, describeArgumentIssue(error, OPTIONS));
  }
  const [action, token, ...more] = parsed.positionals;
  if (parsed.values.help === true) {
    terminal.print(USAGE);
    return 0;
  }
  if (action === 'create' && token === undefined) {
    return create(terminal, parsed.values);
  }
  if (action === 'verify' && token !== undefined && more.length === 0) {
    return verify(terminal, parsed.values, token);
  }
  return wrongUse(terminal, 'say token create or token verify TOKEN');
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
}

async function create(terminal: Terminal, values: Parsed['values']): Promise<number> {
  const secret = readSecret(terminal.env, values);
  const algorithm = JWT_ALGORITHMS.find((known) => known === (values.algo ?? 'HS256'));
  if (values.username === undefined || !secret.ok || algorithm === undefined) {
    const issue =
      values.username === undefined
        ? 'token create needs --username'
        : secret.ok
          ? `--algo must be one of ${JWT_ALGORITHMS.join(', ')}`
          : secret.issue;
    return wrongUse(terminal, issue);
  }
  const expiresInMinutes = Number(values.exp ?? DEFAULT_EXPIRY_MINUTES);
  const created = await createToken({
    username: values.username,
    expiresInMinutes,
    secret: secret.text,
    algorithm,
    ...(values.aud === undefined ? {} : { audience: values.aud }),
    ...(values.iss === undefined ? {} : { issuer: values.iss }),
  });
  if (!created.ok) {
    return wrongUse(terminal, created.message);
  }
  if (expiresInMinutes === 0) {
    terminal.printError('warning: this token never expires; change the secret to withdraw it');
  }
  terminal.print(created.token);
  return 0;
}

async function verify(terminal: Terminal, values: Parsed['values'], token: string): Promise<number> {
  const secret = readSecret(terminal.env, values);
  if (!secret.ok) {
    return wrongUse(terminal, secret.issue);
  }
  const result = await verifyToken(token, {
    secret: secret.text,
    ...(values.aud === undefined ? {} : { audience: values.aud }),
    ...(values.iss === undefined ? {} : { issuer: values.iss }),
  });
  if (!result.ok) {
    terminal.printError(`invalid: ${result.message}`);
    return 1;
  }
  terminal.print(JSON.stringify(result.claims));
  return 0;
}

type SecretReading = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly issue: string };

function readSecret(env: Environment, values: Parsed['values']): SecretReading {
  try {
    if (values.secret !== undefined) {
      return { ok: true, text: values.secret };
    }
    if (values['secret-file'] !== undefined) {
      return { ok: true, text: secretReader({ file: values['secret-file'] })() };
    }
    const configured = readGatewayConfig(env).values.metrics.jwt?.secret;
    const text = configured === undefined ? env['JWT_SECRET_KEY'] : secretReader(configured)();
    return text === undefined || text === ''
      ? { ok: false, issue: 'no secret: give --secret, --secret-file or DCC_MCP_METRICS_JWT_SECRET' }
      : { ok: true, text };
  } catch (error) {
    return { ok: false, issue: `the secret's file can't be read (${codeOf(error)})` };
  }
}

function wrongUse(terminal: Terminal, issue: string): number {
  [`error: ${issue}`, ...USAGE.split('\n')].forEach((line) => terminal.printError(line));
  return 2;
}
