import type { Attributes, Exception } from '@opentelemetry/api';
import {
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
} from '@opentelemetry/semantic-conventions';

/** Type, message and stack of an exception; `undefined` when it has neither of the first two. */
export function toExceptionAttributes(exception: Exception): Attributes | undefined {
  try {
    return exception ? readException(exception) : undefined;
  } catch {
    // A getter of it threw.
    return undefined;
  }
}

function readException(exception: Exception): Attributes | undefined {
  if (typeof exception === 'string') {
    return { [ATTR_EXCEPTION_MESSAGE]: exception };
  }
  const { code, name, message, stack } = exception;
  const type = code ? String(code) : name;
  if (!type && !message) {
    return undefined;
  }
  return {
    ...(type && { [ATTR_EXCEPTION_TYPE]: type }),
    ...(message && { [ATTR_EXCEPTION_MESSAGE]: message }),
    ...(stack && { [ATTR_EXCEPTION_STACKTRACE]: stack }),
  };
}
