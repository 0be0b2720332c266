import type {
  AuthorizationServerMetadata,
  OAuthProtectedResourceMetadata,
  StoredOAuthClientInformation,
} from '@modelcontextprotocol/client';
import { isJsonObject } from '../../protocol/json-rpc.ts';

/** A token that an upstream takes. Times in epoch milliseconds. */
export interface AccessToken {
  readonly accessToken: string;
  /** Absent: nobody said when it ends. */
  readonly expiresAt?: number;
  readonly obtainedAt: number;
}

/** The same with what gets the next one. */
export interface GrantedToken extends AccessToken {
  readonly refreshToken?: string;
  readonly scope?: string;
}

/** What is known of the authorization server of an upstream, in the words of RFC 8414 and RFC 9728. */
export interface Discovery {
  readonly authorizationServerUrl: string;
  readonly authorizationServerMetadata?: AuthorizationServerMetadata;
  readonly resourceMetadata?: OAuthProtectedResourceMetadata;
}

/** What a login leaves behind. */
export interface TokenRecord {
  /** Of the upstream that the tokens are for: they are sent nowhere else. */
  readonly url: string;
  /** The client that they were granted to, in the words of RFC 7591. */
  readonly client: StoredOAuthClientInformation;
  readonly discovery: Discovery;
  /** Absent once they were withdrawn. */
  readonly token?: GrantedToken;
}

/** Reads what {@link serializeRecord} wrote; `undefined` for anything else. */
export function parseRecord(text: string): TokenRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value) || value['version'] !== VERSION) {
    return undefined;
  }
  const { url, client, discovery, token } = value;
  if (typeof url !== 'string' || !isClient(client) || !isDiscovery(discovery)) {
    return undefined;
  }
  return { url, client, discovery, ...(isToken(token) ? { token } : {}) };
}

const VERSION = 1;

/** The text of the file of a record. */
export function serializeRecord(record: TokenRecord): string {
  return `${JSON.stringify({ version: VERSION, ...record }, undefined, 2)}\n`;
}

function isClient(value: unknown): value is StoredOAuthClientInformation {
  return isJsonObject(value) && isText(value['client_id']) && isAbsentOr(isText, value['client_secret']);
}

/** The metadata were checked by the SDK before they were written. */
function isDiscovery(value: unknown): value is Discovery {
  return (
    isJsonObject(value) &&
    typeof value['authorizationServerUrl'] === 'string' &&
    isAbsentOr(isJsonObject, value['authorizationServerMetadata']) &&
    isAbsentOr(isJsonObject, value['resourceMetadata'])
  );
}

function isToken(value: unknown): value is GrantedToken {
  return (
    isJsonObject(value) &&
    typeof value['accessToken'] === 'string' &&
    isHeaderText(value['accessToken']) &&
    typeof value['obtainedAt'] === 'number' &&
    isAbsentOr(isNumber, value['expiresAt']) &&
    isAbsentOr(isText, value['refreshToken']) &&
    isAbsentOr(isText, value['scope'])
  );
}

function isAbsentOr(is: (value: unknown) => boolean, value: unknown): boolean {
  return value === undefined || is(value);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** Whether a token can stand in a header (RFC 6750, section 2.1, read widely). */
function isHeaderText(text: string): boolean {
  return /^[\u0021-\u007e]+$/.test(text);
}

/** A token as a token endpoint gives it (RFC 6749, section 5.1). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type?: string;
  readonly expires_in?: number | undefined;
  readonly refresh_token?: string | undefined;
  readonly scope?: string | undefined;
}

/**
 * @param before The token that is replaced: what the answer says nothing of stays (RFC 6749, section 6).
 * @throws {Error} When no header can carry the token.
 */
export function toGrantedToken(answer: TokenAnswer, now: number, before?: GrantedToken): GrantedToken {
  if (!isHeaderText(answer.access_token)) {
    throw new Error('the authorization server gave a token that no header can carry');
  }
  const { expires_in: lifeSeconds } = answer;
  const refreshToken = answer.refresh_token ?? before?.refreshToken;
  const scope = answer.scope ?? before?.scope;
  return {
    accessToken: answer.access_token,
    obtainedAt: now,
    // Of a token that is over when it comes nobody knows how long it lives.
    ...(lifeSeconds === undefined || !(lifeSeconds > 0) ? {} : { expiresAt: now + lifeSeconds * 1_000 }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(scope === undefined ? {} : { scope }),
  };
}

/** The longest time before its end that a token is replaced. */
const MAX_LEAD_MILLIS = 60_000;
/** The part of its life that is left then, of a short one. */
const LEAD_PART = 0.2;
/** Of a very short one it is more, because nobody looks every moment: as long, but not more than half of its life. */
const MIN_LEAD_MILLIS = 2_000;

/** When a token is to be replaced, in epoch milliseconds: well before its end, so that no call meets it. */
export function renewalAt({ expiresAt, obtainedAt }: AccessToken): number {
  if (expiresAt === undefined) {
    return Number.POSITIVE_INFINITY;
  }
  const life = expiresAt - obtainedAt;
  return expiresAt - Math.min(MAX_LEAD_MILLIS, Math.max(life * LEAD_PART, Math.min(MIN_LEAD_MILLIS, life / 2)));
}
