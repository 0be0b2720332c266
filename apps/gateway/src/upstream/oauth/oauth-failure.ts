import type { OauthRefreshResult } from '@dcc-mcp/semantic-conventions';
import { toPrintableLine } from '../../protocol/printable-text.ts';
import { messageOf } from '../../protocol/thrown-error.ts';

/** Why there is no token. */
export interface OauthFailure {
  readonly result: Exclude<OauthRefreshResult, 'success'>;
  /** For people; what an authorization server said is cut and made printable, and no secret. */
  readonly message: string;
}

/** Codes with which an authorization server says that what it was given is no longer good. */
const FINAL: ReadonlySet<string> = new Set(['invalid_grant']);

/** @param code The error code of the authorization server, where it answered with one. */
export function toOauthFailure(error: unknown, code: string | undefined): OauthFailure {
  if (code !== undefined) {
    const message = `the authorization server answered ${toPrintableLine(code, MAX_WORDS)}`;
    return { result: FINAL.has(code) ? 'failed_invalid_grant' : 'failed_other', message };
  }
  const words = messageOf(error);
  if (NETWORK_ERRORS.has(nameOf(error))) {
    const cause = causeOf(error);
    const why = cause === undefined ? words : `${words}: ${messageOf(cause)}`;
    return { result: 'failed_network', message: `the authorization server can not be reached (${printable(why)})` };
  }
  return { result: 'failed_other', message: whyUnreadable(error) ?? printable(words) };
}

/** Of an answer that is no JSON. A parser shows where it failed: that may be the token. */
export function whyUnreadable(error: unknown): string | undefined {
  return nameOf(error) === 'SyntaxError' ? 'the authorization server gave no JSON' : undefined;
}

const MAX_WORDS = 200;

function printable(text: string): string {
  return toPrintableLine(text, MAX_WORDS);
}

/** What `fetch` throws where there is no answer, by name. */
const NETWORK_ERRORS: ReadonlySet<string> = new Set(['TypeError', 'TimeoutError', 'AbortError']);

function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
}

function causeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
}

/** A text as one word of a command line, for people to paste. */
function shellWord(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** What an upstream without a login says of itself. */
export function needsLogin(key: string): string {
  return `needs login: run dcc-mcp-gateway login ${shellWord(key)}`;
}
