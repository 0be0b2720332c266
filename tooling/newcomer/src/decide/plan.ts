// What each block of a document is, decided from its words alone: what is done with it, and with which parts of it.
import type { Block } from '../read/blocks.ts';
import { isObject, readJsonValues } from '../read/json.ts';
import { type ClientServer, toClientServers } from './client-config.ts';
import { type Command, isSettings, looksTyped, toCommands } from './commands.ts';

/** A command of a recorded terminal and what it shows there. */
export interface RecordedCommand {
  readonly command: Command;
  readonly output: string;
}

/** What is done with a block. */
export type Plan =
  | { readonly kind: 'commands'; readonly commands: readonly Command[] }
  | { readonly kind: 'recorded'; readonly steps: readonly RecordedCommand[] }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'settings'; readonly text: string }
  | { readonly kind: 'scrape-config'; readonly name: string; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'clients'; readonly servers: readonly ClientServer[] }
  | { readonly kind: 'message'; readonly message: Readonly<Record<string, unknown>> }
  | { readonly kind: 'log-line'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly kind: 'query'; readonly text: string }
  | { readonly kind: 'program'; readonly text: string }
  | { readonly kind: 'part-of'; readonly source: string; readonly text: string }
  /** The document says that it needs something that is not here. */
  | { readonly kind: 'needs'; readonly service: string; readonly text: string }
  /** Nothing that a reader types: code that only names something. */
  | { readonly kind: 'prose' }
  | { readonly kind: 'unknown'; readonly why: string };

const FILE_NAME = /^(?:(?:#|\/\/)\s*)?([\w./-]+\.(?:ya?ml|jsonc?|toml))$/;
const PROGRAM_LANGUAGES = new Set(['js', 'mjs', 'ts', 'javascript', 'typescript']);

/** The file that a block is written to: named in its first line, else last in the paragraph above it. */
export function fileNameOf({ text, before }: Pick<Block, 'text' | 'before'>): string | undefined {
  const first = FILE_NAME.exec(text.split('\n')[0]?.trim() ?? '')?.[1];
  const named = [...before.matchAll(/`([^`]+)`/g)].map(([, code]) => FILE_NAME.exec(code ?? '')?.[1]);
  return first ?? named.findLast((name) => name !== undefined);
}

function decideRow(codes: readonly string[]): Plan {
  const typed = codes.filter(looksTyped);
  if (typed.length > 0) {
    return { kind: 'commands', commands: typed.flatMap((code) => toCommands(code)) };
  }
  return codes.length > 0 && codes.every(isSettings) && !codes.every((code) => code.endsWith('='))
    ? { kind: 'settings', text: codes.join(' ') }
    : { kind: 'prose' };
}

function decideYaml(block: Block): Plan {
  const { text } = block;
  const name = fileNameOf(block);
  if (/^scrape_configs:/m.test(text)) {
    return { kind: 'scrape-config', name: name ?? 'prometheus.yml', text };
  }
  return name === undefined
    ? { kind: 'unknown', why: 'nothing says which file this is: name it in its first line or right above' }
    : { kind: 'file', name, text };
}

function decideJson(block: Block): Plan {
  const values = readJsonValues(block.text);
  if (values === undefined || values.length === 0) {
    return { kind: 'unknown', why: 'this is no JSON' };
  }
  const [first] = values;
  if (isObject(first) && typeof first['method'] === 'string') {
    return { kind: 'message', message: first };
  }
  if (isObject(first) && typeof first['event'] === 'string') {
    return { kind: 'log-line', fields: first };
  }
  const name = block.text.trim().startsWith('//') ? undefined : fileNameOf(block);
  if (name !== undefined) {
    return { kind: 'file', name, text: block.text };
  }
  const servers = values.map(toClientServers);
  return servers.every((each) => each !== undefined)
    ? { kind: 'clients', servers: servers.flat() }
    : { kind: 'unknown', why: 'neither the servers of a client, nor a message, nor a named file' };
}

function decideRecorded(text: string): Plan {
  const steps: { command: Command; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const [command] = line.startsWith('$ ') ? toCommands(line.slice(2)) : [];
    if (command !== undefined) {
      steps.push({ command, lines: [] });
    } else {
      steps.at(-1)?.lines.push(line);
    }
  }
  return steps.length === 0
    ? { kind: 'output', text }
    : { kind: 'recorded', steps: steps.map(({ command, lines }) => ({ command, output: lines.join('\n') })) };
}

function decideShell(text: string): Plan {
  return toCommands(text).some(({ text: command }) => isSettings(command))
    ? { kind: 'unknown', why: 'variables alone reach no program: write `export` before them' }
    : { kind: 'commands', commands: toCommands(text) };
}

function decideFence(block: Block): Plan {
  const { language, text } = block;
  if (['sh', 'bash', 'shell'].includes(language)) {
    return decideShell(text);
  }
  if (['console', 'text', ''].includes(language)) {
    return decideRecorded(text);
  }
  if (['yaml', 'yml'].includes(language)) {
    return decideYaml(block);
  }
  if (['json', 'jsonc', 'json5'].includes(language)) {
    return decideJson(block);
  }
  if (language === 'promql') {
    return { kind: 'query', text };
  }
  return PROGRAM_LANGUAGES.has(language)
    ? { kind: 'program', text }
    : { kind: 'unknown', why: `nothing is known about ${language}` };
}

/** A mark says more than the block can: what it needs, or which file of the repository it is a part of. */
function decideMarked(block: Block, mark: string): Plan {
  const needs = /^needs (.+)$/.exec(mark)?.[1];
  if (needs !== undefined) {
    return { kind: 'needs', service: needs, text: block.text };
  }
  const source = /^part of (\S+)$/.exec(mark)?.[1];
  return source === undefined
    ? { kind: 'unknown', why: `the mark "${mark}" is neither "needs …" nor "part of <file>"` }
    : { kind: 'part-of', source, text: block.text };
}

/** Decides what is done with a block. */
export function decide(block: Block): Plan {
  if (block.mark !== undefined && (block.kind !== 'inline' || looksTyped(block.text))) {
    return decideMarked(block, block.mark);
  }
  if (block.kind === 'fence') {
    return decideFence(block);
  }
  return decideRow(block.kind === 'row' ? block.text.split('\n') : [block.text].filter(looksTyped));
}
