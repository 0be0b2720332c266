import { redactText } from '@dcc-mcp/bounds/redaction';
import { looksLikeKeyOrUuid, maskUrl, SECRET_NAME } from '@dcc-mcp/telemetry-config/settings';
import { basename } from 'node:path';
import { quotedWord } from '../banner/typed-command.ts';

/** Programs that run what an argument names. */
const LAUNCHERS = /^(?:npx|uvx|bunx|pipx|node|deno|bun|python\d?(?:\.\d+)?|uv|docker|podman)(?:\.\w+)?$/i;
/** Flags whose value is no program. */
const VALUE_FOLLOWS = /^(?:-e|-c|-p|--eval|--print)$/;
const MAX_LENGTH = 60;

/** A transport as a person would name it. */
type Named =
  | { readonly type: 'stdio'; readonly command: string; readonly args: readonly string[] }
  | { readonly type: 'http'; readonly url: string };

/** What is run or called, without what may be secret: of arguments only the one that says which program it is. */
export function targetOf(transport: Named): string {
  if (transport.type === 'http') {
    return maskUrl(transport.url, looksLikeKeyOrUuid);
  }
  const name = basename(transport.command);
  const program = LAUNCHERS.test(name)
    ? transport.args.find((_arg, index) => isProgram(transport.args, index))
    : undefined;
  return program === undefined ? name : `${name} ${program}`;
}

/** What is run as a person types it: flags, paths and plain words; `…` stands for everything that may be secret. */
export function commandLineOf({ command, args }: Pick<Extract<Named, { type: 'stdio' }>, 'command' | 'args'>): string {
  const program = args.findIndex((_arg, index) => isProgram(args, index));
  const shown = args.map((arg, index) => (index === program ? arg : shownArgument(arg, args[index - 1] ?? '')));
  return [command, ...shown].map(quotedWord).join(' ');
}

/** `-y`, `.`, `./models`, `serve`, `8080`. */
const PLAIN = /^(?:--?[a-z][\w-]*|~?\.{0,2}(?:[\\/][\w .@-]+)*[\\/]?|[a-z][a-z-]{0,15}|\d{1,5})$/i;

function shownArgument(arg: string, before: string): string {
  const isSecret = before.startsWith('-') && SECRET_NAME.test(before);
  const [, name] = /^([\w-]+)=/.exec(arg) ?? [];
  return !isSecret && PLAIN.test(arg) && redactText(arg) === arg ? arg : name === undefined ? '…' : `${name}=…`;
}

function isProgram(args: readonly string[], index: number): boolean {
  const arg = args[index] ?? '';
  const before = args[index - 1] ?? '';
  const isValue = before.startsWith('-') && (VALUE_FOLLOWS.test(before) || SECRET_NAME.test(before));
  return arg !== '' && !/^-|[=\s]/.test(arg) && arg.length <= MAX_LENGTH && !isValue;
}
