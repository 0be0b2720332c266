import { nearest } from './nearest.ts';
import { type Environment, readVariable } from './reading.ts';

/** A variable that nothing reads, and the one it looks like. */
export interface MisspeltName {
  readonly name: string;
  readonly meant: string;
}

/** The variables beginning with `prefix` that are none of `known` and look like one of them; others belong to others. */
export function misspeltNames(env: Environment, prefix: string, known: ReadonlySet<string>): readonly MisspeltName[] {
  return Object.keys(env).flatMap((name) => {
    const upper = name.toUpperCase();
    if (known.has(name) || !upper.startsWith(prefix) || readVariable(env, name) === undefined) {
      return [];
    }
    // Where names have no case (Windows), it is the variable itself.
    if (name !== upper && readVariable(env, upper) !== undefined) {
      return [];
    }
    const meant = nearest(upper, known);
    return meant === undefined ? [] : [{ name, meant }];
  });
}
