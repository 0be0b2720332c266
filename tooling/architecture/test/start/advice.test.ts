// What `npm start` says when its install or its build fails: each cause gets the step that helps.
import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../workspace.ts';

/** The script is for any Node, so it is asked in a process of its own; one for all cases. */
function adviceFor(outputs: readonly string[]): readonly (string | null)[] {
  const url = pathToFileURL(join(root, 'scripts/up/advice.mjs')).href;
  const place = { root: '/repo', packageManager: 'pnpm@1.2.3' };
  const program = `import { adviceFor } from ${JSON.stringify(url)};
    console.log(JSON.stringify(${JSON.stringify(outputs)}.map((each) => adviceFor(each, ${JSON.stringify(place)}) ?? null)));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  return JSON.parse(stdout) as readonly (string | null)[];
}

describe('a failed install is told with what to do', () => {
  const cases = [
    ['ERR_PNPM_ENOSPC  ENOSPC: no space left on device, write', 'The disk is full.'],
    ['ERR_PNPM_FETCH_403  GET https://registry.example/zod: Forbidden - 403', 'The registry refuses'],
    ['npm error code E401', 'The registry refuses'],
    ['npm error code E404\nnpm error 404 Not Found - GET https://registry.example/pnpm', 'does not have a package'],
    ['npm error code ENOTFOUND\nnpm error network request failed', 'can not be reached'],
    ['request to https://registry.example failed, reason: connect ECONNREFUSED 127.0.0.1:9', 'can not be reached'],
    ['ERR_PNPM_META_FETCH_FAIL  fetch failed', 'can not be reached'],
    ['npm error code ENOTCACHED', 'can not be reached'],
    ['unable to verify the first certificate: UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS'],
    ["EACCES: permission denied, mkdir '/repo/node_modules'", 'must belong to you'],
    ['ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"', '`npx pnpm@1.2.3 install`'],
    ['ERR_PNPM_TARBALL_INTEGRITY  Got unexpected checksum', 'has come damaged'],
  ] as const;
  const advice = adviceFor(cases.map(([output]) => output));

  test.each(cases.map(([output, words], index) => [output, words, advice[index]]))('%s', (_output, words, told) => {
    expect(told).toContain(words);
  });

  test('of an error of the compiler the output says all', () => {
    expect(adviceFor(['src/index.ts(1,7): error TS2322: Type string is not assignable to type number.'])).toEqual([
      null,
    ]);
  });
});
