export { isPrivateText, isSecretKey, isSensitiveKey, redactText, REDACTED, SECRET_KEY_PARTS } from './redact-text.ts';
export { type SanitizedMetadata, sanitizeMetadata } from './sanitize-metadata.ts';
export { sanitizeText } from './sanitize-text.ts';
