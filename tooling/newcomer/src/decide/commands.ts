// A shell block as commands: what is typed, what the comment behind it promises, and whether it ends by itself.

/** One command line. */
export interface Command {
  /** As it is typed, continued lines joined. */
  readonly text: string;
  /** The comment behind it or above it, without `#`. */
  readonly comment: string | undefined;
  /** It runs until somebody ends it. */
  readonly isLongRunning: boolean;
}

const COMMENT_BEHIND = /\s{2,}#\s+(.*)$/;
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;
const SUBCOMMANDS = new Set([
  'doctor',
  'token',
  'config',
  'help',
  'calls',
  'traces',
  'workflows',
  'stats',
  'bundle',
  'report',
  'export',
  'replay',
  'instances',
  'search-quality',
]);
const ENDS_AT_ONCE = new Set(['--version', '-v', '--help', '-h', '--stdio']);

/** The words of a command without the variables in front of it; quotes stay where they are. */
export function wordsOf(command: string): readonly string[] {
  const words = command.trim().split(/\s+/);
  const first = words.findIndex((word) => !ASSIGNMENT.test(word));
  return first === -1 ? [] : words.slice(first);
}

/** The variables in front of a command, or the whole of it when it is nothing else. */
export function assignmentsOf(text: string): Readonly<Record<string, string>> {
  const words = text.trim().split(/\s+/);
  const end = words.findIndex((word) => !ASSIGNMENT.test(word));
  const pairs = (end === -1 ? words : words.slice(0, end)).map((word) => {
    const at = word.indexOf('=');
    return [word.slice(0, at), word.slice(at + 1)] as const;
  });
  return Object.fromEntries(pairs);
}

function gatewayArguments(words: readonly string[]): readonly string[] | undefined {
  if (words[0] === 'npm' && words[1] === 'start') {
    return words.slice(2).filter((word) => word !== '--');
  }
  const rest = words[0] === 'npx' ? words.slice(1) : words;
  return rest[0] === 'dcc-mcp-gateway' ? rest.slice(1) : undefined;
}

/** Whether a command goes on until it is ended: the gateway without a subcommand, a Prometheus. */
export function isLongRunning(command: string): boolean {
  const words = wordsOf(command);
  if (command.includes('|')) {
    return false;
  }
  const gateway = gatewayArguments(words);
  if (gateway !== undefined) {
    return !SUBCOMMANDS.has(gateway[0] ?? '') && !gateway.some((word) => ENDS_AT_ONCE.has(word));
  }
  return words[0] === 'prometheus' && !words.includes('--version');
}

function toCommand(line: string, above: string | undefined): Command {
  const comment = COMMENT_BEHIND.exec(line)?.[1] ?? above;
  const text = line.replace(COMMENT_BEHIND, '').trim();
  return { text, comment: comment?.trim(), isLongRunning: isLongRunning(text) };
}

/** The command lines of a shell block, in order. */
export function toCommands(block: string): readonly Command[] {
  const commands: Command[] = [];
  let above: string | undefined;
  for (const line of block
    .replaceAll(/\\\n\s*/g, '')
    .replaceAll(/(\||&&)[ ]*\n\s*/g, '$1 ')
    .split('\n')) {
    const trimmed = line.trim();
    if (trimmed.startsWith('#')) {
      above = trimmed.replace(/^#+\s*/, '');
    } else if (trimmed !== '') {
      commands.push(toCommand(trimmed, above));
      above = undefined;
    }
  }
  return commands;
}

const PROGRAMS = new Set([
  'npm',
  'npx',
  'node',
  'curl',
  'dcc-mcp-gateway',
  'promtool',
  'prometheus',
  'claude',
  'openssl',
]);

/** Whether code inside a sentence or a table is a whole command that a reader would type. */
export function looksTyped(code: string): boolean {
  const words = wordsOf(code);
  return words.length > 1 && PROGRAMS.has(words[0] ?? '');
}

/** Whether code in a table is nothing but variables to set. */
export function isSettings(code: string): boolean {
  return ASSIGNMENT.test(code) && wordsOf(code).length === 0;
}
