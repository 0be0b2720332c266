import type { CreateQuotas, Quotas } from './quotas.ts';

/** How many calls of some tools each principal has in a minute; what is absent is unlimited. */
export interface BudgetSettings {
  /** Of tools that say `readOnlyHint: true`, together. */
  readonly readOnlyRatePerMinute?: number | undefined;
  /** Of tools that say `destructiveHint: true`, together. */
  readonly destructiveRatePerMinute?: number | undefined;
  /** Of each tool whose name or `<dcc>__<name>` fits the pattern, `*` for any characters. */
  readonly toolRatesPerMinute: Readonly<Record<string, number>>;
}

/** What a budget looks at of a tool. */
export interface BudgetSubject {
  /** `<dcc>__<tool>`. */
  readonly label: string;
  readonly backendTool: string;
  readonly annotations: Readonly<Record<string, unknown>>;
}

/** A budget that is used up. */
export interface SpentBudget {
  /** Of what: `read-only tools`, `destructive tools`, or the label of one tool. */
  readonly what: string;
  readonly perMinute: number;
  readonly retryAfterSecs: number;
}

interface Budget {
  readonly perMinute: number;
  readonly quotas: Quotas;
  /** What it counts the call under; `undefined` where the tool is none of its. */
  readonly nameOf: (tool: BudgetSubject) => string | undefined;
}

/** The budgets of calls, by what the tools say of themselves and by their names. */
export class Budgets {
  readonly #budgets: readonly Budget[];

  constructor(budgets: readonly Budget[]) {
    this.#budgets = budgets;
  }

  /** Counts one call in each budget that it falls under. @returns The first that is used up. */
  async consume(principal: string, tool: BudgetSubject): Promise<SpentBudget | undefined> {
    for (const { perMinute, quotas, nameOf } of this.#budgets) {
      const what = nameOf(tool);
      const decision = what === undefined ? undefined : await quotas.consume(`${what} ${principal}`);
      if (what !== undefined && decision?.outcome === 'throttled') {
        return { what, perMinute, retryAfterSecs: decision.retryAfterSecs };
      }
    }
    return undefined;
  }
}

/** @returns `undefined` where there is no budget: then nothing is counted. */
export function createBudgets(settings: BudgetSettings, createQuotas: CreateQuotas): Budgets | undefined {
  const { readOnlyRatePerMinute: readOnly, destructiveRatePerMinute: destructive, toolRatesPerMinute } = settings;
  const toBudget = (perMinute: number, name: string, nameOf: Budget['nameOf']): Budget => {
    return { perMinute, nameOf, quotas: createQuotas(perMinute, name) };
  };
  const toHinted = (perMinute: number, hint: string, what: string): Budget =>
    toBudget(perMinute, hint, saying(hint, what));
  const budgets = [
    ...(destructive === undefined ? [] : [toHinted(destructive, 'destructiveHint', 'destructive tools')]),
    ...(readOnly === undefined ? [] : [toHinted(readOnly, 'readOnlyHint', 'read-only tools')]),
    ...Object.entries(toolRatesPerMinute).map(([pattern, perMinute]) => {
      return toBudget(perMinute, `tools ${pattern}`, fitting(pattern));
    }),
  ];
  return budgets.length === 0 ? undefined : new Budgets(budgets);
}

function saying(hint: string, what: string): Budget['nameOf'] {
  return ({ annotations }) => (annotations[hint] === true ? what : undefined);
}

function fitting(pattern: string): Budget['nameOf'] {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  const whole = new RegExp(`^${parts.join('.*')}$`, 'is');
  return ({ label, backendTool }) => (whole.test(label) || whole.test(backendTool) ? label : undefined);
}
