#!/usr/bin/env node
// The last line of CI: `N passed, N failed`. Reads the folder that `.ci/run` fills: `steps`, one "<exit code> <name>"
// a line, and `<name>.log`. A step whose log holds jest summaries counts as its tests, any other step as one.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const SUMMARY = /^.*?\b(Test Suites|Tests):\s+(.*)$/gm;
const count = (summary, word) => Number(summary.match(new RegExp(`(\\d+) ${word}`))?.[1] ?? 0);

/** Adds up the jest summaries of a log. A suite that could not even run counts as one failure. */
function countTests(log) {
  const total = { passed: 0, failed: 0, summaries: 0 };
  let failedSuites = 0;
  for (const [, what, summary] of stripVTControlCharacters(log).matchAll(SUMMARY)) {
    if (what === 'Test Suites') {
      failedSuites = count(summary, 'failed');
      continue;
    }
    total.passed += count(summary, 'passed');
    total.failed += Math.max(count(summary, 'failed'), failedSuites);
    total.summaries += 1;
  }
  return total;
}

/** What one step adds: a step that failed adds at least one failure, whatever its log says. */
function countStep(exitCode, log) {
  const { passed, failed, summaries } = countTests(log);
  const isOk = exitCode === 0;
  if (summaries === 0) {
    return { passed: isOk ? 1 : 0, failed: isOk ? 0 : 1 };
  }
  return { passed, failed: isOk ? failed : Math.max(failed, 1) };
}

const folder = process.argv[2];
const stepsFile = join(folder, 'steps');
const steps = existsSync(stepsFile) ? readFileSync(stepsFile, 'utf8').trim().split('\n') : [];
const counts = steps.map((line) => {
  const [exitCode, name] = line.split(' ');
  return countStep(Number(exitCode), readFileSync(join(folder, `${name}.log`), 'utf8'));
});
const sum = (key) => counts.reduce((total, each) => total + each[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 && steps.length > 0 ? 0 : 1;
