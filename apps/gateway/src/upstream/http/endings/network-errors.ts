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

const NEVER_CONNECTED: Readonly<Record<string, string>> = {
  ECONNREFUSED: CONNECTION_REFUSED,
  [ADDRESS_NOT_ALLOWED]: 'its address is none that a registered instance may have (registry.registerAllow)',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  ETIMEDOUT: 'no connection in time',
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

/** Why a proxy made no connection, in a few words; `undefined` when it made one. As undici says it. */
export function whyNotThroughProxy({ message }: Error): string | undefined {
  const status = /^Proxy [\w ]+\((\d{3})\)/.exec(message)?.[1];
  const wish = status === '407' ? ', it wants a user and password in its URL' : '';
  return status === undefined ? undefined : `its proxy answered ${status}${wish}`;
}

/** What happened on the network, for people. */
export function toReason(error: Error): string {
  const code = networkCodeOf(error);
  return whyNeverConnected(error) ?? (code === '' ? error.message : `${error.message} (${code})`);
}
