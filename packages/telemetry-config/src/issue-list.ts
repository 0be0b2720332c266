import type { Issue } from './reading.ts';

/** An issue before it is noted; it is a warning unless it says otherwise. */
export type NewIssue = Omit<Issue, 'severity'> & { readonly severity?: Issue['severity'] };

/** The issues of one reading; the same one counts once, however many settings look at its variable. */
export class IssueList {
  readonly #issues: Issue[] = [];

  note(issue: NewIssue): void {
    const isKnown = this.#issues.some(
      ({ variable, problem }) => variable === issue.variable && problem === issue.problem,
    );
    if (!isKnown) {
      this.#issues.push({ severity: 'warning', ...issue });
    }
  }

  /** In the order in which they were noted. */
  get all(): readonly Issue[] {
    return this.#issues;
  }
}
