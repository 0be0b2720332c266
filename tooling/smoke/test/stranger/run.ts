import { execFile, execFileSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export const root: string = join(import.meta.dirname, '../../../..');

/** The environment of a stranger with Node 24: Jest's own flags would change what that does. */
export const strangersEnv: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
  NO_PROXY: ['127.0.0.1', process.env['NO_PROXY']].join(','),
};
delete strangersEnv['NODE_OPTIONS'];

function toError(command: readonly string[], cause: unknown): Error {
  const { stdout, stderr } = cause as { stdout?: string; stderr?: string };
  return new Error(`${command.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause });
}

/** Runs a program to its end and gives its stdout; throws, with both outputs, when it fails. */
export function run(file: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(file, args, { cwd, encoding: 'utf8', env: strangersEnv, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    throw toError([file, ...args], error);
  }
}

/** The same while this process goes on, for programs that talk to it. */
export async function runAside(
  file: string,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  try {
    return await promisify(execFile)(file, args, { cwd, encoding: 'utf8', env: strangersEnv });
  } catch (error) {
    throw toError([file, ...args], error);
  }
}
