// Jest runs tests in a realm of its own, where an error that Node itself throws is no `Error`. Here it is one, as it is
// in the processes that users run.
import { types } from 'node:util';

const isOrdinaryInstance = Function.prototype[Symbol.hasInstance];

Object.defineProperty(Error, Symbol.hasInstance, {
  value(value) {
    return isOrdinaryInstance.call(this, value) || (this === Error && types.isNativeError(value));
  },
});
