import type { Environment } from '@dcc-mcp/telemetry-config';
import { announcedGateways } from '../running-gateways.ts';

/** Where a gateway listens that nobody started otherwise. */
const DEFAULT_URL = 'http://127.0.0.1:9765';

/** The gateway that is meant, or why none is. */
export type FoundGateway =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly message: string };

/** `--url`, else the gateway of this user that runs, else the default address. */
export function findGateway(env: Environment, named: string | undefined): FoundGateway {
  if (named !== undefined) {
    const url = /^https?:\/\//i.test(named) ? named : `http://${named}`;
    return URL.canParse(url)
      ? { ok: true, url: url.replace(/\/+$/, '') }
      : { ok: false, message: `--url ${named}: expected a URL such as ${DEFAULT_URL}` };
  }
  const running = announcedGateways(env);
  const [only] = running;
  if (running.length > 1) {
    const urls = running.map(({ url }) => url).join(', ');
    return { ok: false, message: `several gateways run (${urls}); name one with --url` };
  }
  return { ok: true, url: only?.url ?? DEFAULT_URL };
}
