import { readFileSync } from 'node:fs';
import { messageOf } from '../../../protocol/thrown-error.ts';
import { parseExactJson } from './exact-json.ts';
import { formatPath, holds, type JsonPath, parsePath, withValue } from './json-path.ts';
import type { MissingPart, RecordedArguments } from './recorded-call.ts';

/** Arguments to send, or what keeps them from being sent. */
export type Prepared =
  | { readonly ok: true; readonly arguments: unknown }
  | { readonly ok: false; readonly issue: string };

interface Setting {
  readonly path: JsonPath;
  readonly value: unknown;
}

/** Puts what `--set` says in place of what was recorded; every part that was not kept must be among it. */
export function prepareArguments(recorded: RecordedArguments, sets: readonly string[]): Prepared {
  const settings: Setting[] = [];
  for (const text of sets) {
    const setting = readSetting(text);
    if ('issue' in setting) {
      return { ok: false, issue: setting.issue };
    }
    settings.push(setting);
  }
  const open = recorded.missing.filter((part) => !isGiven(part, settings));
  return open.length > 0 ? { ok: false, issue: describeMissing(open) } : applied(recorded.value, settings);
}

/** `path=value`: JSON, else text as it stands; `@FILE` is the text of a file. */
function readSetting(text: string): Setting | { readonly issue: string } {
  const [, name = '', written = ''] = /^((?:\\[^]|[^=\\])+)=([^]*)$/.exec(text) ?? [];
  const path = parsePath(name);
  if (path.length === 0) {
    return { issue: `--set ${text}: write path=value, such as --set frames.0=12` };
  }
  try {
    return { path, value: written.startsWith('@') ? readFileSync(written.slice(1), 'utf8') : readValue(written) };
  } catch (error) {
    return { issue: `--set ${name}: ${messageOf(error)}; a text that begins with @ is written in JSON: '"@…"'` };
  }
}

function readValue(written: string): unknown {
  try {
    return parseExactJson(written);
  } catch {
    return written;
  }
}

/** Where nothing was kept, anything that is given is the whole. */
function isGiven({ path, reason }: MissingPart, settings: readonly Setting[]): boolean {
  return reason === 'not kept' ? settings.length > 0 : settings.some(({ path: given }) => holds(given, path));
}

const REASONS: Readonly<Record<MissingPart['reason'], string>> = {
  redacted: 'was redacted',
  cut: 'was cut off, with all that came behind it',
  'not kept': 'were not kept',
};

function describeMissing(parts: readonly MissingPart[]): string {
  const [first] = parts;
  if (first?.reason === 'not kept') {
    return 'the arguments were not kept (a compact bundle, or the trace is let go); give all of them by --set path=value';
  }
  const told = parts.map(({ path, reason }) => `${formatPath(path) || 'the arguments'} ${REASONS[reason]}`).join(', ');
  const flags = parts.map(({ path }) => `--set ${formatPath(path) || 'NAME'}=…`).join(' ');
  return `what was sent is not known: ${told}; give it by ${flags} (=@FILE is the text of a file)`;
}

function applied(recorded: unknown, settings: readonly Setting[]): Prepared {
  let value = recorded;
  for (const { path, value: put } of settings) {
    const changed = withValue(value, path, put);
    if (changed === undefined) {
      return { ok: false, issue: `--set ${formatPath(path)}: the arguments have no such place` };
    }
    ({ value } = changed);
  }
  return { ok: true, arguments: value };
}
