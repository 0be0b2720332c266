import type { Issue } from '@dcc-mcp/telemetry-config';
import type { Terminal } from './terminal.ts';

/** One issue in one line. */
export function issueLine({ variable, problem, expected, fix, severity }: Issue): string {
  const wanted = expected === undefined ? '' : `; expected ${expected}`;
  const advice = fix === undefined ? '' : `; ${fix}`;
  return `${severity === 'fatal' ? 'error' : 'warning'}: ${variable}: ${problem}${wanted}${advice}`;
}

/** Says all issues at once. @returns True when none of them forbids to start. */
export function reportIssues(terminal: Terminal, issues: readonly Issue[]): boolean {
  for (const issue of issues) {
    terminal.complain(issueLine(issue));
  }
  return issues.every(({ severity }) => severity !== 'fatal');
}
