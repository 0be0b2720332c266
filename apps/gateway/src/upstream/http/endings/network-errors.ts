import { ADDRESS_NOT_ALLOWED } from '../reach/reach.ts';

/** The code of a network error, also of one that is wrapped. */
function networkCodeOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return '';
  }
  if ('code' in error && typeof error.code === 'string') {
    return error.code;
  }
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return networkCodeOf(inner);
}

export const CONNECTION_REFUSED = 'connection refused';

/** Nobody took the connection. */
const NEVER_REACHED: Readonly<Record<string, string>> = {
  ECONNREFUSED: CONNECTION_REFUSED,
  [ADDRESS_NOT_ALLOWED]: 'its address is none that a registered instance may have (registry.registerAllow)',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  ETIMEDOUT: 'no connection in time',
};

const NEVER_CONNECTED: Readonly<Record<string, string>> = {
  ...NEVER_REACHED,
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its TLS certificate chain is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its TLS certificate can not be verified',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another host',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};

/** Why there was no connection at all (nothing was sent), in a few words; `undefined` when there was one. */
export function whyNeverConnected(error: Error): string | undefined {
  return NEVER_CONNECTED[networkCodeOf(error)];
}

/**
 * Why there is no connection by way of a proxy, in a few words; `undefined` when there was one. What a proxy answered stands
 * in undici's words.
 *
 * @param proxy As people may read of it.
 */
export function whyNotThroughProxy(error: Error, proxy: string): string | undefined {
  const status = /^Proxy [\w ]+\((\d{3})\)/.exec(error.message)?.[1];
  if (status !== undefined) {
    const wish = status === '407' ? ', it wants a user and password in its URL' : '';
    return `its proxy answered ${status}${wish} (${proxy})`;
  }
  const unreached = NEVER_REACHED[networkCodeOf(error)];
  if (unreached !== undefined) {
    return `its proxy can not be reached: ${unreached} (${proxy})`;
  }
  const unsecured = whyNeverConnected(error);
  return unsecured === undefined ? undefined : `${unsecured} (by way of ${proxy})`;
}

/** What happened on the network, for people. */
export function toReason(error: Error): string {
  const code = networkCodeOf(error);
  return whyNeverConnected(error) ?? (code === '' ? error.message : `${error.message} (${code})`);
}
