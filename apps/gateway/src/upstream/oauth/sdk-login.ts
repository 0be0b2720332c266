// What the official SDK does of OAuth with a human. Loaded by the command that logs in.
import {
  auth,
  discoverOAuthServerInfo,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import { randomBytes } from 'node:crypto';
import { boundedFetch } from './bounded-fetch.ts';
import type { Place } from './sdk-grants.ts';
import { toGrantedToken, type TokenRecord } from './token-record.ts';

/** What came back from the browser. */
export interface AuthorizationResponse {
  readonly code: string;
  /** Who answers (RFC 9207). */
  readonly iss: string | undefined;
}

export interface LoginOptions {
  readonly place: Place;
  readonly redirectUrl: string;
  /** Asked for in place of the scopes of the settings. */
  readonly scope?: string | undefined;
  /** The client of an earlier login, to be used once more. */
  readonly client?: StoredOAuthClientInformation | undefined;
  /** Shows the page of the authorization server, and waits for what comes back with `state`. */
  authorize(page: URL, state: string): Promise<AuthorizationResponse>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const CLIENT_NAME = 'dcc-mcp-gateway';

/**
 * Logs in: authorization code with PKCE, for the resource that the upstream says it is, by a client that is known or
 * registers itself.
 *
 * @throws {Error} When the upstream asks for no login, names no authorization server, or that one refuses.
 */
export async function logIn(options: LoginOptions): Promise<TokenRecord> {
  const { place, now } = options;
  await checkAsksForLogin(place);
  const provider = new LoginProvider(options);
  const common = { serverUrl: place.url, fetchFn: boundedFetch, ...scopeOf(options) };
  await auth(provider, { ...common, forceReauthorization: true });
  const { page, state } = provider;
  if (page === undefined) {
    throw new Error('the authorization server has no page to log in at');
  }
  const { code, iss } = await options.authorize(page, state());
  await auth(provider, { ...common, authorizationCode: code, ...(iss === undefined ? {} : { iss }) });
  const { granted, discovery, client } = provider;
  if (granted === undefined || discovery === undefined || client === undefined) {
    throw new Error('the authorization server gave no token');
  }
  const { authorizationServerUrl, authorizationServerMetadata, resourceMetadata } = discovery;
  return {
    url: place.url,
    client,
    discovery: {
      authorizationServerUrl,
      ...(authorizationServerMetadata && { authorizationServerMetadata }),
      ...(resourceMetadata && { resourceMetadata }),
    },
    token: toGrantedToken(granted, now()),
  };
}

/** What says that a login is wanted, or that this is no place for anybody unknown (RFC 9110, 15.5). */
const ASKS_FOR_LOGIN: ReadonlySet<number> = new Set([401, 403, 407]);

/**
 * The SDK takes a server that says nothing of OAuth for its own authorization server, and fails with whatever that one
 * makes of being asked to register a client.
 *
 * @throws {Error} When nothing there asks for a login: no metadata, and no answer to somebody unknown.
 */
async function checkAsksForLogin({ url, settings }: Place): Promise<void> {
  if (settings?.issuer !== undefined || (await hasMetadata(url))) {
    return;
  }
  const status = await statusForUnknown(url);
  const isServed = status !== undefined && (status < 300 || (status >= 400 && status < 500));
  if (isServed && !ASKS_FOR_LOGIN.has(status)) {
    throw new Error(`the server asks for no login: it answers HTTP ${status} to a request without one`);
  }
}

/** Whether it says that it is a resource of OAuth, or has an authorization server with it. */
async function hasMetadata(url: string): Promise<boolean> {
  try {
    const found = await discoverOAuthServerInfo(url, { fetchFn: boundedFetch });
    return found.resourceMetadata !== undefined || found.authorizationServerMetadata !== undefined;
  } catch {
    return false; // a page, or nothing at all
  }
}

const ANSWER_MILLIS = 10_000;

/** How it answers a request of MCP without credentials, one that opens no session; `undefined` where it does not. */
async function statusForUnknown(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MILLIS),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}

function scopeOf({ scope, place: { settings } }: LoginOptions): { readonly scope?: string } {
  const wanted = scope ?? settings?.scopes.join(' ') ?? '';
  return wanted === '' ? {} : { scope: wanted };
}

/** What the SDK keeps between the two halves of a login. */
class LoginProvider implements OAuthClientProvider {
  readonly redirectUrl: string;
  page: URL | undefined;
  granted: StoredOAuthTokens | undefined;
  discovery: OAuthDiscoveryState | undefined;
  client: StoredOAuthClientInformation | undefined;
  /** Present where the setting says what tokens are for. */
  readonly validateResourceURL?: NonNullable<OAuthClientProvider['validateResourceURL']>;
  readonly #state = randomBytes(32).toString('base64url');
  readonly #isPublic: boolean;
  readonly #isRegistered: boolean;
  #codeVerifier = '';

  constructor({ place: { settings }, redirectUrl, client }: LoginOptions) {
    this.redirectUrl = redirectUrl;
    const { clientId, clientSecret, resource, issuer } = settings ?? {};
    this.#isPublic = clientSecret === undefined;
    this.#isRegistered = clientId === undefined;
    this.client =
      clientId === undefined
        ? client
        : { client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }) };
    if (resource !== undefined) {
      this.validateResourceURL = async () => new URL(resource);
    }
    if (issuer !== undefined) {
      this.discovery = { authorizationServerUrl: issuer };
    }
  }

  get clientMetadata(): OAuthClientProvider['clientMetadata'] {
    return {
      client_name: CLIENT_NAME,
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: this.#isPublic ? 'none' : 'client_secret_basic',
      application_type: 'native',
    };
  }

  readonly state = (): string => this.#state;

  clientInformation(): StoredOAuthClientInformation | undefined {
    return this.client;
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.client = client;
  }

  /** A client that registered itself may be forgotten at the other end; then it registers anew. */
  invalidateCredentials(what: string): void {
    if (this.#isRegistered && (what === 'client' || what === 'all')) {
      this.client = undefined;
    }
  }

  tokens(): undefined {
    return undefined;
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.granted = tokens;
  }

  redirectToAuthorization(page: URL): void {
    this.page = page;
  }

  saveCodeVerifier(codeVerifier: string): void {
    this.#codeVerifier = codeVerifier;
  }

  codeVerifier(): string {
    return this.#codeVerifier;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.discovery;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.discovery = state;
  }
}
