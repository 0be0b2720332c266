import type { Attributes, Span } from '@opentelemetry/api';
import { hasValue, type PlainValue, setPresent } from './span-attributes.ts';

/** Takes one attribute; one without a value is left out. */
export type SetAttribute = (key: string, value: PlainValue | undefined) => void;

/** What `say` sets, as an object that spans share: frozen, so that whoever records them can know it again. */
export function toSharedAttributes(say: (set: SetAttribute) => void): Attributes {
  const attributes: Attributes = {};
  say((key, value) => {
    if (hasValue(value)) {
      attributes[key] = Array.isArray(value) ? Object.freeze([...value]) : value;
    }
  });
  return Object.freeze(attributes);
}

/** Sets what `describe` says of something. Of what is frozen it is said once, and all spans share it. */
export function createDescriber<Given extends object>(
  describe: (given: Given, set: SetAttribute) => void,
): (span: Span, given: Given) => void {
  const shared = new WeakMap<Given, Attributes>();
  return (span, given) => {
    const known = shared.get(given);
    if (known !== undefined) {
      span.setAttributes(known);
    } else if (Object.isFrozen(given)) {
      const attributes = toSharedAttributes((set) => describe(given, set));
      shared.set(given, attributes);
      span.setAttributes(attributes);
    } else {
      describe(given, (key, value) => setPresent(span, key, value));
    }
  };
}
