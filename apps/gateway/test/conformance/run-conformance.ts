// Runs the official conformance suite against a server.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COMMAND = join(import.meta.dirname, '../../node_modules/@modelcontextprotocol/conformance/dist/index.js');

/** What a run gives: `complaints` is empty when everything scored passed, else the suite's own summary. */
export interface ConformanceRun {
  readonly exitCode: number;
  readonly complaints: string;
}

/** Runs every scenario that `revision` requires of the server at `url`. */
export function runRequirements(url: string, revision: string, ...more: readonly string[]): Promise<ConformanceRun> {
  return run('--url', url, '--requirements', revision, ...more);
}

/** Runs one scenario, required or not, as a client of `revision`. */
export function runScenario(
  url: string,
  revision: string,
  scenario: string,
  ...more: readonly string[]
): Promise<ConformanceRun> {
  return run('--url', url, '--scenario', scenario, '--spec-version', revision, ...more);
}

async function run(...what: readonly string[]): Promise<ConformanceRun> {
  const results = mkdtempSync(join(tmpdir(), 'conformance-'));
  const args = [COMMAND, 'server', '-o', results, ...what];
  const options = { maxBuffer: 2 ** 26, env: { ...process.env, NODE_OPTIONS: '' } };
  const ended = await new Promise<ConformanceRun>((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const summary = (stdout + stderr).split('=== SUMMARY ===').at(-1)!;
      const skipped = /^SKIPPED: scenario .*/m.exec(stdout + stderr)?.[0] ?? '';
      resolve(
        error === null ? { exitCode: 0, complaints: skipped } : { exitCode: Number(error.code), complaints: summary },
      );
    });
  });
  rmSync(results, { recursive: true, force: true });
  return ended;
}
