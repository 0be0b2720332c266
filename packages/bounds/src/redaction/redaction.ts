export { isPrivateText, isSecretKey, isSensitiveKey, redactText, REDACTED } from './redact-text.ts';
export { type SanitizedMetadata, sanitizeMetadata } from './sanitize-metadata.ts';
export { sanitizeText } from './sanitize-text.ts';
