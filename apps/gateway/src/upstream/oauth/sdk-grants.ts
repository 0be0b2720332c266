// What the official SDK does of OAuth without a human. Loaded when the first token is asked for: it costs memory and time.
import {
  type AuthorizationServerMetadata,
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
  discoverOAuthServerInfo,
  extractWWWAuthenticateParams,
  fetchToken,
  OAuthError,
  type OAuthClientProvider,
  type OAuthProtectedResourceMetadata,
  refreshAuthorization,
  selectResourceURL,
} from '@modelcontextprotocol/client';
import { boundedFetch } from './bounded-fetch.ts';
import type { OauthSettings } from './oauth-settings.ts';
import type { Discovery, TokenAnswer, TokenRecord } from './token-record.ts';

/** An upstream and how its tokens are had. */
export interface Place {
  readonly url: string;
  readonly settings: OauthSettings | undefined;
}

/**
 * What `WWW-Authenticate` says of where the metadata is: with the server itself, or at an HTTPS address. A server must not
 * make the gateway ask around in the network behind it.
 */
function metadataUrlOf(url: string, challenge: string | undefined): URL | undefined {
  if (challenge === undefined) {
    return undefined;
  }
  const answer = new Response(null, { status: 401, headers: { 'www-authenticate': challenge } });
  const { resourceMetadataUrl: found } = extractWWWAuthenticateParams(answer);
  return found?.protocol === 'https:' || found?.origin === new URL(url).origin ? found : undefined;
}

/** Whether the upstream says that it is a resource of OAuth (RFC 9728). Never rejects. */
export async function isProtectedResource(url: string, challenge: string | undefined): Promise<boolean> {
  const resourceMetadataUrl = metadataUrlOf(url, challenge);
  try {
    await discoverOAuthProtectedResourceMetadata(
      url,
      resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl },
      boundedFetch,
    );
    return true;
  } catch {
    return false;
  }
}

/** Finds the authorization server of an upstream: the one of its settings, else the one that the upstream names. */
export async function discover({ url, settings }: Place, challenge: string | undefined): Promise<Discovery> {
  const resourceMetadataUrl = metadataUrlOf(url, challenge);
  const where = resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl };
  if (settings?.issuer === undefined) {
    const found = await discoverOAuthServerInfo(url, { fetchFn: boundedFetch, ...where });
    return toDiscovery(found.authorizationServerUrl, found.authorizationServerMetadata, found.resourceMetadata);
  }
  const { issuer } = settings;
  const metadata = await discoverAuthorizationServerMetadata(issuer, { fetchFn: boundedFetch });
  const resource = await discoverOAuthProtectedResourceMetadata(url, where, boundedFetch).catch(() => undefined);
  return toDiscovery(issuer, metadata, resource);
}

function toDiscovery(
  authorizationServerUrl: string,
  authorizationServerMetadata: AuthorizationServerMetadata | undefined,
  resourceMetadata: OAuthProtectedResourceMetadata | undefined,
): Discovery {
  return {
    authorizationServerUrl,
    ...(authorizationServerMetadata && { authorizationServerMetadata }),
    ...(resourceMetadata && { resourceMetadata }),
  };
}

function metadataOf({ authorizationServerMetadata }: Discovery): { readonly metadata?: AuthorizationServerMetadata } {
  return authorizationServerMetadata === undefined ? {} : { metadata: authorizationServerMetadata };
}

const NO_PROVIDER: OAuthClientProvider = {
  redirectUrl: undefined,
  clientMetadata: { redirect_uris: [] },
  clientInformation: () => undefined,
  tokens: () => undefined,
  saveTokens: () => {},
  redirectToAuthorization: () => {},
  saveCodeVerifier: () => {},
  codeVerifier: () => '',
};

/** What tokens are asked for (RFC 8707): the setting, else what the upstream says of itself, as it writes it. */
async function resourceOf(
  { url, settings }: Place,
  { resourceMetadata }: Discovery,
): Promise<{ readonly resource?: string }> {
  if (settings?.resource !== undefined) {
    return { resource: settings.resource };
  }
  const selected = await selectResourceURL(url, NO_PROVIDER, resourceMetadata);
  return selected === undefined || resourceMetadata === undefined ? {} : { resource: resourceMetadata.resource };
}

/** Trades a refresh token for the next token (RFC 6749, section 6). */
export async function refresh(place: Place, { client, discovery, token }: TokenRecord): Promise<TokenAnswer> {
  return refreshAuthorization(discovery.authorizationServerUrl, {
    ...metadataOf(discovery),
    clientInformation: client,
    refreshToken: token?.refreshToken ?? '',
    ...(await resourceOf(place, discovery)),
    fetchFn: boundedFetch,
  });
}

/** A token for the gateway itself (RFC 6749, section 4.4). */
export function clientCredentials(place: Place, discovery: Discovery): Promise<TokenAnswer> {
  return requestToken(place, discovery, new URLSearchParams({ grant_type: 'client_credentials' }));
}

/** A token for the user of another one (RFC 8693). */
export function exchange(place: Place, discovery: Discovery, subjectToken: string): Promise<TokenAnswer> {
  const params = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: subjectToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
  if (place.settings?.audience !== undefined) {
    params.set('audience', place.settings.audience);
  }
  return requestToken(place, discovery, params);
}

async function requestToken(place: Place, discovery: Discovery, params: URLSearchParams): Promise<TokenAnswer> {
  const { resourceMetadata } = discovery;
  const { clientId = '', clientSecret, scopes = [] } = place.settings ?? {};
  const client = { client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }) };
  const scope = scopes.join(' ') || resourceMetadata?.scopes_supported?.join(' ');
  if (scope !== undefined && scope !== '') {
    params.set('scope', scope);
  }
  const provider: OAuthClientProvider = {
    ...NO_PROVIDER,
    clientInformation: () => client,
    prepareTokenRequest: () => params,
  };
  return fetchToken(provider, discovery.authorizationServerUrl, {
    ...metadataOf(discovery),
    ...(await resourceOf(place, discovery)),
    fetchFn: boundedFetch,
  });
}

/** The code of an error that an authorization server answered with (`invalid_grant`); `undefined` for any other. */
export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof OAuthError ? error.code : undefined;
}
