import type { Issue, NewIssue } from './issue.ts';
import { NOT_USED, type Origins } from './reading.ts';

/** The setting that an issue has left without the value it was given. */
export interface RefusedSetting {
  /** Its name among the origins. */
  readonly name: string;
  /** What its having no value means. */
  readonly without?: string;
  /** Names of the settings that choose exporters, where it is for these alone: of no use unless one of them is OTLP. */
  readonly exporters?: readonly string[];
}

interface NotedIssue extends Issue {
  readonly refused: RefusedSetting | undefined;
}

/** The issues of one reading; the same one counts once, however many settings look at its variable. */
export class IssueList {
  readonly #issues: NotedIssue[] = [];

  /** @param refused Where its value was not taken; what holds instead is known once all is read. */
  note(issue: NewIssue, refused?: RefusedSetting): void {
    const isKnown = this.#issues.some(
      ({ variable, problem }) => variable === issue.variable && problem === issue.problem,
    );
    if (!isKnown) {
      this.#issues.push({ severity: 'warning', ...issue, refused });
    }
  }

  /** In the order in which they were noted. @param origins Of all that was read. */
  all(origins: Origins): readonly Issue[] {
    return this.#issues.map(({ refused, ...issue }) => {
      const isOpen = refused === undefined || issue.severity === 'fatal';
      const instead = isOpen ? undefined : insteadOf(refused, issue.variable, origins);
      return instead === undefined ? issue : { ...issue, instead };
    });
  }
}

/** @param given The variable that was refused; some are of use for one signal and refused for another. */
function insteadOf(
  { name, without = 'it counts as unset', exporters }: RefusedSetting,
  given: string,
  origins: Origins,
): string | undefined {
  const origin = Object.hasOwn(origins, name) ? origins[name] : undefined;
  if (origin === undefined || origin.source === 'ignored' || origin.variable === given) {
    return undefined;
  }
  if (exporters?.every((exporter) => !isOtlp(origins[exporter]?.text)) === true) {
    return without;
  }
  const { source, variable, text } = origin;
  if (source !== 'default') {
    return `${text} of ${variable ?? 'the file'} is used`;
  }
  if (text === NOT_USED) {
    return 'nothing uses it here';
  }
  if (text === 'none') {
    return without;
  }
  return text.includes(' ') ? `the default is used: ${text}` : `the default ${text} is used`;
}

function isOtlp(exporters = ''): boolean {
  return exporters.split(',').includes('otlp');
}
