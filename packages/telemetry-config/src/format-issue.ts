import type { Issue } from './reading.ts';

/** An issue in one line: `<variable>: <problem>; expected <what would be right>; <what to do>`. The severity is the caller's to say. */
export function formatIssue({ variable, problem, expected, fix }: Issue): string {
  const help = [expected === undefined ? '' : `; expected ${expected}`, fix === undefined ? '' : `; ${fix}`];
  return `${variable}: ${problem}${help.join('')}`;
}
