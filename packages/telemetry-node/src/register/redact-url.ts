/** Query parameters that OpenTelemetry's http instrumentation redacts: signatures of URLs that grant access. */
const SIGNATURES: readonly string[] = [
  'sig',
  'Signature',
  'AWSAccessKeyId',
  'X-Goog-Signature',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
];
const SIGNATURE = new RegExp(`([?&](?:${SIGNATURES.join('|')})=)[^&#]+`, 'g');

/** `url.full` as a span may hold it (OTel conventions, "HTTP client": user information and signatures are REDACTED). */
export function redactUrl(url: URL): string {
  const shown = new URL(url);
  if (url.username !== '') {
    shown.username = 'REDACTED';
  }
  if (url.password !== '') {
    shown.password = 'REDACTED';
  }
  return shown.href.replaceAll(SIGNATURE, '$1REDACTED');
}
