import { redactText } from '@dcc-mcp/bounds/redaction';
import { looksLikeKey } from '@dcc-mcp/telemetry-config/settings';
import { commandWords, secretStart, wantsSecret } from './secret-words.ts';

/** Stands for everything that may be secret. */
const HIDDEN = '…';
/** `-y`, `.`, `./models`, `serve`, `8080`. */
const PLAIN = /^(?:--?[a-z][\w-]*|~?\.{0,2}(?:[\\/][\w .@-]+)*[\\/]?|[a-z][a-z-]{0,15}|\d{1,5})$/i;
/** The rest of a path that has a blank in it: `C:\Program Files\nodejs\node.exe`. */
const REST_OF_PATH = /^[\w.@()-]+(?:[\\/][\w.@()-]+)+$/;
/** Flags whose value is no program. */
const VALUE_FOLLOWS = /^(?:-e|-c|-p|--eval|--print)$/;
const MAX_LENGTH = 60;

/** An argument as people may see it: flags, paths and plain words; of what a name is given only the name. */
export function shownArgument(arg: string, before: string): string {
  const [, name] = /^([\w-]+)=/.exec(arg) ?? [];
  const isShown = !wantsSecret(before) && PLAIN.test(arg) && isOpen(arg);
  return isShown ? arg : name === undefined ? HIDDEN : `${name}=${HIDDEN}`;
}

/** Whether an argument may say which program is run. */
export function isProgram(arg: string, before: string): boolean {
  const isValue = VALUE_FOLLOWS.test(before) || wantsSecret(before);
  return arg !== '' && !/^-|[=\s]/.test(arg) && arg.length <= MAX_LENGTH && !isValue && isOpen(arg);
}

function isOpen(word: string): boolean {
  return redactText(word) === word && word.split(/[\\/]/).every((part) => !looksLikeKey(part));
}

/**
 * What is run as people may see it. A program alone and a path stay as they are, with their blanks; of a whole command
 * line, which somebody may have written in its place, what {@link shownArgument} shows, up to the first word that may be
 * secret.
 */
export function shownCommand(command: string): string {
  const [program, ...args] = commandWords(command);
  const end = secretStart(command);
  if (program === undefined || program.index === end) {
    return shownArgument(command.split(/\s/)[0] ?? '', '');
  }
  if (args.length === 0) {
    return command;
  }
  const beforeOf = (position: number): string => args[position - 1]?.text ?? '';
  const name = args.findIndex(({ text }, position) => isProgram(text, beforeOf(position)));
  const words = args.map(({ text, index }, position) => {
    const isName = position === name || (REST_OF_PATH.test(text) && isOpen(text));
    return index >= end ? HIDDEN : isName ? text : shownArgument(text, beforeOf(position));
  });
  const hidden = words.findIndex((word) => word.endsWith(HIDDEN));
  return [
    command.slice(program.index, args[0]?.index).trim(),
    ...(hidden === -1 ? words : words.slice(0, hidden + 1)),
  ].join(' ');
}

/** The same without the folder of the program. */
export function shownProgram(command: string): string {
  const shown = shownCommand(command);
  const isPath = /^(?:[./~\\]|[A-Za-z]:\\)/.test(shown) && /[\\/]\S*$/.test(shown) && !/\s-|…/.test(shown);
  return shown.replace(isPath ? /^.*[\\/]/s : /^\S*[\\/]/, '');
}
