import { existsSync } from 'node:fs';
import { shownCommand } from '../../protocol/shown/shown-command.ts';
import type { HopFailure, UpstreamSettings } from '../../upstream/upstream.ts';
import type { Explanation, ServerCause } from './server-check.ts';
import { commandLineOf } from './server-target.ts';

type Child = UpstreamSettings['transport'] & { readonly type: 'stdio' };

/** How a child failed to become a server. */
export interface ChildTrial {
  readonly failure: HopFailure;
  /** The last lines of its stderr. */
  readonly words: readonly string[];
  readonly timeoutMillis: number;
}

/** Why a program is no usable server, in one line with its own last words, and what to do. */
export function explainChild(
  child: Child,
  trial: ChildTrial,
  environment: Readonly<Record<string, string | undefined>>,
): Explanation {
  // A server that is started a second time may have said at its first end what is wrong.
  const message = trial.failure.message
    .replace(/^The upstream is still starting \((.*)\)$/s, '$1')
    .replace(/^The upstream (?:can not be reached|is gone): /, '');
  return whyNotStarted(child, message) ?? whyNoAnswer(child, message, trial) ?? whyEnded(child, message, environment);
}

/** Where programs that people lack come from. */
const INSTALL: Readonly<Record<string, string>> = {
  npx: 'install Node.js, which brings npx',
  node: 'install Node.js',
  uvx: 'install uv (https://docs.astral.sh/uv/), which brings uvx',
  uv: 'install uv (https://docs.astral.sh/uv/)',
  docker: 'install Docker',
  python: 'install Python, or write python3',
  bunx: 'install Bun, which brings bunx',
};

function whyNotStarted({ command: written }: Child, message: string): Explanation | undefined {
  const command = shownCommand(written);
  if (message.startsWith('no such folder')) {
    return { cause: 'folder_not_found', message, action: 'create it, or correct cwd' };
  }
  if (message.startsWith('command not found')) {
    return { cause: 'command_not_found', message, action: howToFind(command) };
  }
  if (message.endsWith('what its first line names is not there')) {
    const action = 'install what it is a script for, or correct its first line (#!)';
    return { cause: 'command_not_found', message, action };
  }
  if (message.startsWith('not allowed to run')) {
    const action = `make it executable (chmod +x ${command}), or run it with its interpreter`;
    return { cause: 'not_executable', message, action };
  }
  return message.startsWith('could not start')
    ? { cause: 'exited', message, action: 'correct command, args and cwd' }
    : undefined;
}

function howToFind(command: string): string {
  const [program = '', ...others] = command.trim().split(/\s+/);
  // A whole command line in one text is what people write who know shells.
  if (/^[A-Za-z_]\w*=/.test(program)) {
    return 'write the variables into env, the program alone as command, and the words behind it as a list in args';
  }
  if (others.length > 0 && (!/[/\\]/.test(program) || existsSync(program))) {
    return `write ${program} alone as command, and the words behind it as a list in args`;
  }
  if (/[/\\]/.test(command)) {
    return 'correct the path; one that is relative counts from cwd';
  }
  const where = 'write its full path, or start the gateway with a PATH that holds its folder';
  const install = INSTALL[command];
  return install === undefined ? where : `${install}; or ${where}`;
}

function whyNoAnswer(child: Child, message: string, trial: ChildTrial): Explanation | undefined {
  const { failure, words, timeoutMillis } = trial;
  const byHand = `run it by hand (${commandLineOf(child)}) and see what it waits for`;
  const stdout = /on stdout it (?:writes|wrote|goes on writing) what is no JSON-RPC message[:,]? ?(.*?)\)?$/s.exec(
    message,
  )?.[1];
  if (message.includes('Content-Length')) {
    return {
      cause: 'stdout_not_mcp',
      message: 'it writes Content-Length before its messages, as LSP does',
      action: 'use a server that speaks MCP: this one speaks the protocol of editors (LSP)',
    };
  }
  if (stdout !== undefined) {
    return toStdout(stdout);
  }
  const hasEnded = /^(?:exited|ended) /.test(message);
  if (hasEnded || (failure.kind !== 'not-ready' && !message.startsWith('No answer within'))) {
    return undefined;
  }
  const url = words.join(' ').match(/https?:\/\/[^\s'"]+/)?.[0];
  const said = words.length === 0 ? 'it wrote nothing' : `on stderr it wrote: ${words.slice(-2).join(' | ')}`;
  const action =
    url === undefined
      ? byHand
      : `it may serve HTTP: write url: ${url} instead of command, or start it with its flag for stdio`;
  return { cause: 'timeout', message: `no answer to initialize within ${seconds(timeoutMillis)}; ${said}`, action };
}

function toStdout(text: string): Explanation {
  return {
    cause: 'stdout_not_mcp',
    message: `it speaks no MCP on stdout: ${text}`,
    action:
      'start it with what makes it an MCP server over stdio (its README names the flag), and send its logs to stderr',
  };
}

function seconds(millis: number): string {
  return `${Number((millis / 1000).toFixed(1))} s`;
}

/** What last words point to: the first that fits. */
const HINTS: readonly (readonly [words: RegExp, cause: ServerCause, action: string])[] = [
  [
    /E404|404 Not Found.*(?:npm|registry)|No matching distribution|not found in the package registry/i,
    'exited',
    'correct the name of the package in args',
  ],
  [/Cannot connect to the Docker daemon|docker.*daemon running/i, 'exited', 'start Docker'],
  [
    /MODULE_NOT_FOUND|Cannot find module|can't open file|No such file|ModuleNotFoundError|No module named/i,
    'exited',
    'correct the path or the module in args (a relative path counts from cwd), or install what it needs',
  ],
  [
    /EADDRINUSE|address already in use/i,
    'exited',
    'it wants a port that is in use: end the other one, or give it another port',
  ],
  [
    /usage:|unknown (?:option|command|argument)|unrecognized argument|required argument|the following arguments/i,
    'exited',
    'correct args: it did not understand them',
  ],
  [
    /SyntaxError|Unsupported engine|requires (?:node|python)/i,
    'exited',
    'run it with the version of Node.js or Python that it needs',
  ],
  [
    /EAI_AGAIN|ENOTFOUND|ETIMEDOUT|getaddrinfo|network/i,
    'exited',
    'check the network: it could not fetch what it needs',
  ],
];

function whyEnded(
  child: Child,
  message: string,
  environment: Readonly<Record<string, string | undefined>>,
): Explanation {
  const name = missingVariable(message, { ...environment, ...child.env });
  if (name !== undefined) {
    const action = `set ${name} in its env: { ${name}: "\${${name}}" } passes yours on`;
    return { cause: 'missing_variable', message, action };
  }
  const [, cause, action] = HINTS.find(([words]) => words.test(message)) ?? [];
  const ofArgs = unreadTilde(child, message);
  if (ofArgs !== undefined || (cause !== undefined && action !== undefined)) {
    return { cause: cause ?? 'exited', message, action: ofArgs ?? action ?? '' };
  }
  const hasEnded = /^exited|^ended/.test(message);
  if (!hasEnded && /initialize|protocolVersion|revision|JSON-RPC|Method not found/i.test(message)) {
    const newer = 'use a version of the server that speaks MCP 2025-03-26 or later';
    return { cause: 'wrong_protocol', message, action: newer };
  }
  const isSilent = /^exited with code \d+$/.test(message);
  const check = 'check args: a server over stdio runs until its input ends (some need a word such as serve or --stdio)';
  return { cause: 'exited', message, action: isSilent ? check : 'mend what its last words say' };
}

/** What to do about an argument that somebody who knows shells wrote, where the server did not find a file. */
function unreadTilde({ args }: Child, message: string): string | undefined {
  const tilde = args.find((arg) => arg.startsWith('~/'));
  const isMissing = /~\/|no such file|ENOENT|not found|cannot find|not exist|can't open/i.test(message);
  return tilde !== undefined && isMissing
    ? `no shell reads ${shownCommand(tilde)} in args: write \${HOME}${shownCommand(tilde).slice(1)}`
    : undefined;
}

/** A variable in capitals that last words ask for, and that is not set. */
function missingVariable(message: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (
    !/environment|env var|variable|required|missing|must (?:be )?(?:set|provide)|not set|undefined|please (?:set|provide)|KeyError/i.test(
      message,
    )
  ) {
    return undefined;
  }
  const names = message.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? [];
  return names.find((name) => (env[name] ?? '') === '' && !/^(?:ERR_|E[A-Z]+$|MODULE_NOT_FOUND|UND_ERR)/.test(name));
}
