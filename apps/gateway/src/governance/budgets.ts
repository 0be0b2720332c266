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

/** What budgets say to a call. */
export type BudgetDecision = { readonly outcome: 'allowed' } | SpentBudget;

/** A budget that is used up. */
export interface SpentBudget {
  readonly outcome: 'throttled';
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

const ALLOWED: BudgetDecision = { outcome: 'allowed' };

/** The budgets of calls, by what the tools say of themselves and by their names. */
export class Budgets {
  readonly #budgets: readonly Budget[];

  constructor(budgets: readonly Budget[]) {
    this.#budgets = budgets;
  }

  /** Counts one call in each budget that it falls under, up to one that is used up. @returns `undefined` where there is none. */
  async consume(principal: string, tool: BudgetSubject): Promise<BudgetDecision | undefined> {
    let said: BudgetDecision | undefined;
    for (const { perMinute, quotas, nameOf } of this.#budgets) {
      const what = nameOf(tool);
      if (what === undefined) {
        continue;
      }
      const decision = await quotas.consume(`${what} ${principal}`);
      if (decision.outcome === 'throttled') {
        return { outcome: 'throttled', what, perMinute, retryAfterSecs: decision.retryAfterSecs };
      }
      said = ALLOWED;
    }
    return said;
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
