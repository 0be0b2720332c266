import { formatIssue, type Issue } from '@dcc-mcp/telemetry-config';
import type { Terminal } from './terminal.ts';

/** One issue in one line, begun with how bad it is. */
export function issueLine(issue: Issue): string {
  return `${issue.severity === 'fatal' ? 'error' : 'warning'}: ${formatIssue(issue)}`;
}

/** Says all issues at once. @returns True when none of them forbids to start. */
export function reportIssues(terminal: Terminal, issues: readonly Issue[]): boolean {
  for (const issue of issues) {
    terminal.printError(issueLine(issue));
  }
  return issues.every(({ severity }) => severity !== 'fatal');
}
