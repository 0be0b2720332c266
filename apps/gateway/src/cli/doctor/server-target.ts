import { looksLikeKeyOrUuid, maskUrl } from '@dcc-mcp/telemetry-config/settings';
import { isProgram, shownArgument, shownCommand, shownProgram } from '../../protocol/shown/shown-command.ts';
import { quotedWord } from '../banner/typed-command.ts';

/** Programs that run what an argument names. */
const LAUNCHERS = /^(?:npx|uvx|bunx|pipx|node|deno|bun|python\d?(?:\.\d+)?|uv|docker|podman)(?:\.\w+)?$/i;

/** A transport as a person would name it. */
type Named =
  | { readonly type: 'stdio'; readonly command: string; readonly args: readonly string[] }
  | { readonly type: 'http'; readonly url: string };

/** What is run or called, without what may be secret: of arguments only the one that says which program it is. */
export function targetOf(transport: Named): string {
  if (transport.type === 'http') {
    return shownUrl(transport.url);
  }
  const { command, args } = transport;
  const name = shownProgram(command);
  const program = LAUNCHERS.test(name) ? args[indexOfProgram(args)] : undefined;
  return program === undefined ? name : `${name} ${shownUrl(program)}`;
}

/** What is run as a person types it: flags, paths and plain words; `…` stands for everything that may be secret. */
export function commandLineOf({ command, args }: Pick<Extract<Named, { type: 'stdio' }>, 'command' | 'args'>): string {
  const program = indexOfProgram(args);
  const shown = args.map((arg, index) =>
    index === program ? shownUrl(arg) : shownArgument(arg, args[index - 1] ?? ''),
  );
  return [shownCommand(command), ...shown].map(quotedWord).join(' ');
}

function indexOfProgram(args: readonly string[]): number {
  return args.findIndex((arg, index) => isProgram(arg, args[index - 1] ?? ''));
}

function shownUrl(text: string): string {
  return maskUrl(text, looksLikeKeyOrUuid);
}
