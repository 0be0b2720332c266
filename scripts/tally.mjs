#!/usr/bin/env node
// The last line of CI: `N passed, N failed`. Reads the folder that `.ci/run` fills: `steps`, one "<exit code> <name>"
// a line, and `<name>.log`. A step whose log holds jest summaries counts as its tests, any other step as one. Above that
// line stand, by name, what failed and which tests passed only at their second try.
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

const PACKAGE = /^(?:(\S+):\w+: )?/.source;
const FAILED_TEST = new RegExp(`${PACKAGE} {2}● (?!Console$)(.+)$`, 'gm');
const SECOND_TRY = new RegExp(`${PACKAGE} LOGGING RETRY ERRORS {2}(.+)$`, 'gm');

/** The tests that `pattern` finds in a log, each once, with the package that they belong to, named as in a retry. */
const namesOf = (log, pattern) => [
  ...new Set(
    [...log.matchAll(pattern)]
      .map(([, owner, test]) => [owner, test.replaceAll(' › ', ' ')])
      .map(([owner, test]) => (owner ? `${owner}: ${test}` : test)),
  ),
];

/** What a reader of the last page wants to know first: the names behind the numbers. */
function explainStep(exitCode, name, log) {
  const text = stripVTControlCharacters(log);
  const failed = namesOf(text, FAILED_TEST);
  const rescued = namesOf(text, SECOND_TRY).filter((test) => !failed.includes(test));
  return [
    ...(exitCode === 0 ? [] : [`step ${name} ended with ${exitCode}`]),
    ...failed.map((test) => `failed: ${test}`),
    ...rescued.map((test) => `passed at the second try: ${test}`),
  ];
}

const folder = process.argv[2];
const stepsFile = join(folder, 'steps');
const steps = existsSync(stepsFile) ? readFileSync(stepsFile, 'utf8').trim().split('\n') : [];
const runs = steps.map((line) => {
  const [exitCode, name] = line.split(' ');
  return { exitCode: Number(exitCode), name, log: readFileSync(join(folder, `${name}.log`), 'utf8') };
});
const counts = runs.map(({ exitCode, log }) => countStep(exitCode, log));
const sum = (key) => counts.reduce((total, each) => total + each[key], 0);
for (const line of runs.flatMap(({ exitCode, name, log }) => explainStep(exitCode, name, log))) {
  console.log(line);
}
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 && steps.length > 0 ? 0 : 1;
