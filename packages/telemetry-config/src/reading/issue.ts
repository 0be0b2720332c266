/** How bad an issue is: `fatal` ones make a host refuse to start, `warning` ones leave the setting as if it were unset. */
export type IssueSeverity = 'warning' | 'fatal';

/** One thing that is wrong with a setting. Never holds a secret's value. */
export interface Issue {
  /** The environment variable, or the path in a file (`metrics.port`, `tracer_provider.processors[0]`). */
  readonly variable: string;
  readonly problem: string;
  /** What would be right, in words. */
  readonly expected?: string;
  /** What holds instead of the value that was not taken. */
  readonly instead?: string;
  /** What to do, ready to copy where it can be. */
  readonly fix?: string;
  readonly severity: IssueSeverity;
}

/** An issue before it is noted; it is a warning unless it says otherwise. */
export type NewIssue = Omit<Issue, 'severity'> & { readonly severity?: IssueSeverity };

/**
 * An issue in one line: `<variable>: <problem>; expected <what would be right>; <what holds instead>; <what to do>`. The
 * severity is the caller's to say.
 */
export function formatIssue({ variable, problem, expected, instead, fix }: Issue): string {
  const help = [expected === undefined ? undefined : `expected ${expected}`, instead, fix];
  return [`${variable}: ${problem}`, ...help.filter((part) => part !== undefined)].join('; ');
}
