import type { TokenFailureCode } from '@dcc-mcp/http-adapter/jwt';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';

/** A token that was refused, and what it was checked against. */
export interface RefusedToken {
  readonly token: string;
  readonly code: TokenFailureCode;
  readonly message: string;
  readonly audience: string | undefined;
  readonly issuer: string | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Why a token is not valid, with what it says of itself; of the token itself nothing else. */
export function describeRefusal(refused: RefusedToken): string {
  const { token, code, message, audience, issuer, now } = refused;
  const [header, claims] = token.split('.', 2).map(decode);
  if (header === undefined) {
    return `${message}: it is not three parts in base64url, joined by dots`;
  }
  if (/^"none"$/i.test(JSON.stringify(header['alg']) ?? '')) {
    return 'the token is not signed (alg none); such tokens are never taken';
  }
  const details: Partial<Record<TokenFailureCode, string | undefined>> = {
    expired_token: at(claims?.['exp'], now),
    token_not_active: at(claims?.['nbf'], now),
    wrong_audience: wanted('aud', claims?.['aud'], audience),
    wrong_issuer: wanted('iss', claims?.['iss'], issuer),
    invalid_signature: 'another secret signed it, or it was changed',
    algorithm_not_allowed: `it says alg ${JSON.stringify(header['alg'])}`,
  };
  const detail = details[code];
  return detail === undefined ? message : `${message}: ${detail}`;
}

function decode(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The longest span of time that a date can hold. */
const MAX_SECONDS = 8_640_000_000_000;

function at(seconds: unknown, now: number): string | undefined {
  if (typeof seconds !== 'number' || Math.abs(seconds) > MAX_SECONDS) {
    return undefined;
  }
  const isPast = seconds * 1000 <= now;
  const away = Math.abs(seconds * 1000 - now) / 1000;
  const { unit, size } = UNITS.find((each) => away >= 2 * each.size) ?? { unit: 'seconds', size: 1 };
  const span = `${Math.floor(away / size)} ${unit}`;
  return `${new Date(seconds * 1000).toISOString()}, ${isPast ? `${span} ago` : `in ${span}`}`;
}

const UNITS = [
  { unit: 'days', size: 86_400 },
  { unit: 'hours', size: 3_600 },
  { unit: 'minutes', size: 60 },
];

function wanted(claim: string, given: unknown, expected: string | undefined): string {
  return `${claim} ${expected === undefined ? 'is another one' : `must be ${JSON.stringify(expected)}`}, and it has ${given === undefined ? 'none' : JSON.stringify(given)}`;
}
