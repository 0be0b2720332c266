import { useEffect, useRef } from 'preact/hooks';
import { answerKeys, type KeyAction, type KeyHandlers, KEYS } from './keys.ts';

const pass = (): boolean => false;

/** Answers keys while the component is shown. */
export function useKeys(handlers: KeyHandlers): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  const actions = Object.keys(handlers).join();
  useEffect(() => {
    const names = KEYS.map(({ action }) => action).filter((action) => latest.current[action] !== undefined);
    // One that is drawn anew may have no answer any more.
    const answerOf = (name: KeyAction) => (key: string) => (latest.current[name] ?? pass)(key);
    return answerKeys(Object.fromEntries(names.map((name) => [name, answerOf(name)])));
  }, [actions]);
}
