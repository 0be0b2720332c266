import { useEffect, useRef } from 'preact/hooks';
import { answerKeys, KEYS, type KeyHandlers } from './keys.ts';

/** Answers keys while the component is shown. */
export function useKeys(handlers: KeyHandlers): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  const actions = Object.keys(handlers).join();
  useEffect(() => {
    const names = KEYS.map(({ action }) => action).filter((action) => latest.current[action] !== undefined);
    return answerKeys(Object.fromEntries(names.map((name) => [name, (key: string) => latest.current[name]?.(key)])));
  }, [actions]);
}
