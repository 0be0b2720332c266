// What `npm run pack` says is what somebody has who knows this repository and no registry with our packages.
import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStrangersProject, publicPackages } from './stranger/project.ts';
import { run } from './stranger/run.ts';

const { installLines } = openStrangersProject();
const folder = mkdtempSync(join(tmpdir(), 'packed-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every package has a line', () => {
  expect([...installLines().keys()]).toEqual(publicPackages.map(({ manifest }) => manifest.name).toSorted());
});

// One that needs a few of ours, and the one that needs most.
test.each(['@dcc-mcp/prometheus-bridge', '@dcc-mcp/telemetry-node'])(
  'the line of %s is all that npm needs to install it into an empty folder',
  (name) => {
    const project = mkdtempSync(join(folder, 'project-'));
    // Else npm would take a folder above for the project.
    run('npm', ['init', '--yes'], project);
    run('sh', ['-c', `${installLines().get(name)} --prefer-offline --no-audit --no-fund`], project);
    const program = `console.log(Object.keys(await import('${name}')).length > 0)`;
    expect(run(process.execPath, ['--input-type=module', '-e', program], project)).toBe('true\n');
  },
  120_000,
);
