import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';

type Timer = Pick<NodeJS.Timeout, 'hasRef'>;

function isTimer(resource: object): resource is Timer {
  return 'hasRef' in resource && typeof resource.hasRef === 'function';
}

/**
 * Counts the timers that `work` began and left behind, of those that hold the process. Timers of others are not counted:
 * where Jest runs in the same process, its reporter begins one now and then.
 *
 * @throws What `work` throws.
 */
export async function timersLeftBy(work: () => Promise<void>): Promise<number> {
  const insideWork = new AsyncLocalStorage<true>();
  const timers = new Map<number, Timer>();
  const hook = createHook({
    init(asyncId, type, ...[, resource]) {
      if (type === 'Timeout' && insideWork.getStore() === true && isTimer(resource)) {
        timers.set(asyncId, resource);
      }
    },
    destroy(asyncId) {
      timers.delete(asyncId);
    },
  }).enable();
  try {
    await insideWork.run(true, work);
    // Node tells of what was destroyed at the end of a turn.
    await setImmediate();
    await setImmediate();
    return [...timers.values()].filter((timer) => timer.hasRef()).length;
  } finally {
    hook.disable();
  }
}
