import { isIP, type LookupFunction } from 'node:net';
import { isNeverAllowed, Reach, type ReachRule } from '../../upstream/http/reach/reach.ts';

/** How long looking a name up may take. */
const LOOKUP_MILLIS = 5_000;

/** Why no instance may be at `url`, as the end of a sentence; `undefined` where one may. Names are looked up. */
export async function whyUnsafe(url: URL, rule: ReachRule, resolve: LookupFunction): Promise<string | undefined> {
  const reach = new Reach(rule, resolve);
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  if (isIP(host) !== 0) {
    return reach.allows(host) ? undefined : isNeverAllowed(host) ? NEVER_ALLOWED : NOT_ALLOWED;
  }
  const outcome = await lookUp(host, reach);
  return outcome === 'ERR_DCC_MCP_ADDRESS_NOT_ALLOWED' ? NOT_ALLOWED : outcome && `its host is not found (${outcome})`;
}

const NOT_ALLOWED = "it is neither loopback nor the caller's own address, and registry.registerAllow does not name it";

const NEVER_ALLOWED = 'no setting allows unspecified, broadcast, link-local, multicast and metadata addresses';

/** @returns The code of what went wrong. */
function lookUp(host: string, reach: Reach): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const timer = setTimeout(() => resolve('no answer in time'), LOOKUP_MILLIS).unref();
  reach.lookup(host, { all: true }, (error) => {
    clearTimeout(timer);
    resolve(error === null ? undefined : (error.code ?? 'no address'));
  });
  return promise;
}
