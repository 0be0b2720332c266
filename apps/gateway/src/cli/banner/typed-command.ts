import type { Environment } from '@dcc-mcp/telemetry-config';
import { basename, relative } from 'node:path';
import type { Screen } from '../terminal.ts';

/** How a person has called this program, as it is typed before its flags. */
export function typedCommand(env: Environment, { script, cwd }: Pick<Screen, 'script' | 'cwd'>): string {
  if (env['npm_lifecycle_event'] === 'start') {
    return 'npm start --';
  }
  const name = basename(script);
  if (env['npm_command'] === 'exec') {
    return 'npx dcc-mcp-gateway';
  }
  return /^main\.[jt]s$/.test(name) ? `node ${relative(cwd, script)}` : name;
}

/** A word as a shell takes it. */
export function quotedWord(word: string): string {
  return /^[\w./@:+,~=…-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
