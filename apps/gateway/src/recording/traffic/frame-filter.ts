import { namePattern } from '../../upstream/managed/tool-filter.ts';

/** Which messages are captured: rules as `tool:render_*`, `dcc:maya`, `method:tools/*`. */
export interface FrameRules {
  /** What every captured message must match; of several rules of one kind one is enough. Empty: all. */
  readonly include: readonly string[];
  /** What none may match. */
  readonly exclude: readonly string[];
}

/** What rules are about. */
export interface FrameSubject {
  readonly tool?: string | undefined;
  readonly dccType?: string | undefined;
  readonly method?: string | undefined;
}

type Subject = keyof FrameSubject;
interface Rule {
  readonly of: Subject;
  readonly matches: (text: string) => boolean;
}

const SUBJECTS: Readonly<Record<string, Subject>> = { tool: 'tool', dcc: 'dccType', method: 'method' };

/** Makes a decision of the rules. */
export function createFrameFilter({ include, exclude }: FrameRules): (subject: FrameSubject) => boolean {
  const wanted = Map.groupBy(include.flatMap(toRule), ({ of }) => of);
  const unwanted = exclude.flatMap(toRule);
  return (subject) =>
    [...wanted.values()].every((rules) => rules.some((rule) => holds(rule, subject))) &&
    !unwanted.some((rule) => holds(rule, subject));
}

function holds({ of, matches }: Rule, subject: FrameSubject): boolean {
  const text = subject[of];
  return text !== undefined && matches(text);
}

function toRule(text: string): readonly Rule[] {
  const colon = text.indexOf(':');
  const of = SUBJECTS[text.slice(0, colon)];
  const expression = new RegExp(namePattern(text.slice(colon + 1)), 'is');
  return of === undefined ? [] : [{ of, matches: (each) => expression.test(each) }];
}
