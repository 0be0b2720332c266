import type { ArgumentsForm } from '../../arguments/check/argument-form.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { Budgets } from '../../governance/budgets.ts';
import { counted } from '../../protocol/printable-text.ts';
import type { RunningOperation } from './core.ts';
import { fail, notePolicy, principalOf, type Refusal } from './govern.ts';

const ALLOWED = { outcome: 'allowed' } as const;

/** Notes a call that the caller repeats; one too many is refused where that is configured. */
export function checkLoop(running: RunningOperation, record: ToolRecord, form: ArgumentsForm): Refusal | undefined {
  const { core, caller } = running;
  const { loops } = core.governance;
  const waitMillis = loops.note(
    {
      tool: record.label,
      slug: record.slug,
      said: form.ok ? form.raw.text : form.message,
      session: caller.ctx.protocolSession,
      principalOf: () => principalOf(running),
    },
    core.now(),
  );
  const { loopCalls, loopWindowSecs, refuseLoops } = loops.settings;
  if (waitMillis === undefined) {
    if (refuseLoops) {
      notePolicy(running, ALLOWED);
    }
    return undefined;
  }
  const message = `The same call of ${record.label} was made more than ${loopCalls} times within ${loopWindowSecs} s and is refused as a loop`;
  return refused(running, { reason: 'loop', message, retryAfterSeconds: Math.ceil(waitMillis / 1_000) });
}

/** Counts the call against the budgets of its tool. @returns `undefined` where there are none. */
export function checkBudgets(running: RunningOperation, record: ToolRecord): Promise<Refusal | undefined> | undefined {
  const { budgets } = running.core.governance;
  return budgets && consume(budgets, running, record);
}

async function consume(budgets: Budgets, running: RunningOperation, record: ToolRecord): Promise<Refusal | undefined> {
  const decision = await budgets
    .consume(principalOf(running), record)
    .catch((error: unknown): never => fail(running, error));
  if (decision?.outcome !== 'throttled') {
    if (decision !== undefined) {
      notePolicy(running, ALLOWED);
    }
    return undefined;
  }
  const { what, perMinute, retryAfterSecs } = decision;
  const message = `The budget of ${what} is used up: ${counted(perMinute, 'call')} a minute`;
  return refused(running, { reason: 'quota', message, retryAfterSeconds: retryAfterSecs });
}

interface Told {
  readonly reason: 'loop' | 'quota';
  readonly message: string;
  readonly retryAfterSeconds: number;
}

/** A model knows no header: when it may come again stands in the words, too. */
function refused(running: RunningOperation, { reason, message, retryAfterSeconds }: Told): Refusal {
  notePolicy(running, { outcome: 'throttled', reason });
  running.core.governance.noteThrottled();
  const at = new Date(Date.now() + retryAfterSeconds * 1_000).toISOString().replace(/\.\d+/, '');
  const isLoop = reason === 'loop';
  const advice = 'Do something else: the same call again would be answered as before.';
  return {
    reason: 'quota',
    error: {
      kind: 'throttled',
      message: `${message}; it is possible again in ${retryAfterSeconds} s, at ${at}`,
      retryAfterSeconds,
      ...(isLoop ? { recommendedNextAction: advice } : {}),
    },
  };
}
