import { maskUrl } from '@dcc-mcp/telemetry-config/settings';
import { basename } from 'node:path';
import { SECRET_NAME } from '../../protocol/printable-text.ts';

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
    return maskUrl(transport.url);
  }
  const name = basename(transport.command);
  const program = LAUNCHERS.test(name)
    ? transport.args.find((_arg, index) => isProgram(transport.args, index))
    : undefined;
  return program === undefined ? name : `${name} ${program}`;
}

function isProgram(args: readonly string[], index: number): boolean {
  const arg = args[index] ?? '';
  const before = args[index - 1] ?? '';
  const isValue = before.startsWith('-') && (VALUE_FOLLOWS.test(before) || SECRET_NAME.test(before));
  return arg !== '' && !/^-|[=\s]/.test(arg) && arg.length <= MAX_LENGTH && !isValue;
}
