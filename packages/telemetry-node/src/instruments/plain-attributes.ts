import type { Attributes } from '@opentelemetry/api';
import { cleanAttributes } from '@opentelemetry/core';
import { cleanPart, MAX_TEXT_LENGTH } from '../spans/clean-values.ts';

const LIMITS = { attributeCountLimit: Infinity, attributeValueLengthLimit: MAX_TEXT_LENGTH };

/** The same attributes, or, where some of them have no form in OTLP, those that have one. Never throws. */
export function toPlainAttributes(attributes: Attributes): Attributes {
  try {
    if (isPlain(attributes)) {
      return attributes;
    }
  } catch {
    // A getter threw.
  }
  return cleanPart(attributes, LIMITS, cleanAttributes).attributes ?? {};
}

/** Nearly all attributes of measurements are short texts and numbers, which need no look inside. */
function isPlain(attributes: Attributes): boolean {
  for (const key in attributes) {
    const value = attributes[key];
    const isShort = typeof value === 'string' && value.length <= MAX_TEXT_LENGTH;
    if (!isShort && typeof value !== 'number' && typeof value !== 'boolean') {
      return false;
    }
  }
  return true;
}
