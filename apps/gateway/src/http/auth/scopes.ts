/** What a token may be good for, in the words of OAuth: looking for tools, using them, looking at the history. */
export const SCOPES = ['mcp:read', 'mcp:call', 'admin:read'] as const;

/** One of {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** What a route needs of a token that has scopes; `message`: each message that is sent to it says it. */
export type Need = Scope | 'message';

/** What the token of a caller allows. */
export interface Grants {
  allows(scope: Scope): boolean;
  /** The value of `WWW-Authenticate` that asks for a token with the scope (RFC 6750, section 3.1). */
  challenge(scope: Scope): string;
}

/**
 * The scopes of a token: `scope` (RFC 9068), or `scp` as some servers write it. `undefined` for a token that says nothing of
 * scopes; one that says it in a way that can't be read has none.
 */
export function scopesOf(claims: Readonly<Record<string, unknown>>): ReadonlySet<string> | undefined {
  const said = claims['scope'] ?? claims['scp'];
  if (said === undefined) {
    return undefined;
  }
  const words: readonly unknown[] = typeof said === 'string' ? said.split(/\s+/) : Array.isArray(said) ? said : [];
  return new Set(words.filter((word): word is string => typeof word === 'string' && word !== ''));
}

/** What is needed for a route that does not say it itself: `mcp:read` for what is read, `mcp:call` for all else. */
export function needOfRoute(key: { readonly method: string; readonly template: string }): Scope {
  // A job is the one of the caller that made it by a call.
  const isReading = (key.method === 'GET' || key.method === 'HEAD') && !key.template.startsWith('/v1/jobs');
  return isReading ? 'mcp:read' : 'mcp:call';
}

/** The scope that is missing, if one is. */
export function missingScope(grants: Grants | undefined, needed: Need | undefined): Scope | undefined {
  if (grants === undefined || needed === undefined) {
    return undefined;
  }
  if (needed === 'message') {
    return grants.allows('mcp:read') || grants.allows('mcp:call') ? undefined : 'mcp:read';
  }
  return grants.allows(needed) ? undefined : needed;
}

/** What a caller whose token lacks a scope is told. */
export function scopeRefusal(scope: Scope): { readonly message: string; readonly advice: string } {
  return {
    message: `The token does not have the scope ${scope}`,
    advice: `Sign in again and ask for the scope ${scope}, or have an operator grant it.`,
  };
}
