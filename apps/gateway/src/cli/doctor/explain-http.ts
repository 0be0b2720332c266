import { looksLikeKeyOrUuid, maskPath, maskUrl } from '@dcc-mcp/telemetry-config/settings';
import type { HopFailure, UpstreamSettings } from '../../upstream/upstream.ts';
import { findMcpPath, offersSse, speaksTls } from './http-probes.ts';
import type { Explanation } from './server-check.ts';

type Http = UpstreamSettings['transport'] & { readonly type: 'http' };

export interface HttpTrial {
  readonly failure: HopFailure;
  readonly timeoutMillis: number;
}

/** Why a URL is no usable server, and what to do; where the failure leaves it open, the port is asked further. */
export async function explainHttp(http: Http, { failure, timeoutMillis }: HttpTrial): Promise<Explanation> {
  const message = failure.message
    .replace(/^The upstream can not be reached: /, '')
    .replace(/^The upstream died while it worked: the host closes/, 'it closes')
    .replace(/^The upstream answered another request$/, 'it answers JSON that is no MCP')
    .replace(/^The upstream /, 'it ');
  return (
    whyNoToken(message) ??
    whyNotThroughProxy(http, message) ??
    whyNotConnected(http, message) ??
    (await whyRefused(http, message, failure)) ??
    (await whyNoAnswer(http, {
      message,
      lateMillis: lateMillisOf(message, { failure, timeoutMillis }),
      isRefused: failure.rpcError !== undefined,
    }))
  );
}

/** How long was waited in vain; a handshake may have less time than the doctor. `undefined` where something came. */
function lateMillisOf(message: string, { failure, timeoutMillis }: HttpTrial): number | undefined {
  const told = /^No answer within (\d+) ms/.exec(message)?.[1];
  if (told !== undefined) {
    return Number(told);
  }
  return failure.kind === 'not-ready' || failure.kind === 'timeout' ? timeoutMillis : undefined;
}

/** Of a server that takes tokens of an authorization server. */
function whyNoToken(message: string): Explanation | undefined {
  const login = /^needs login: (run .*)$/.exec(message)?.[1];
  if (login !== undefined) {
    return { cause: 'unauthorized', message: 'it asks for a login', action: login };
  }
  return message.startsWith('no token (')
    ? {
        cause: 'unauthorized',
        message,
        action: 'see that the authorization server runs, and that oauth of the entry is right',
      }
    : undefined;
}

/** Of the proxy that the environment names for it. */
function whyNotThroughProxy({ url }: Http, message: string): Explanation | undefined {
  const invalid = /^(\w+) names no proxy/.exec(message)?.[1];
  if (invalid !== undefined) {
    return { cause: 'proxy', message, action: `correct ${invalid}, or unset it` };
  }
  const [, what = '', variable = ''] = /^its proxy (.*) \((\w+): \S+\)$/.exec(message) ?? [];
  if (variable === '') {
    return undefined;
  }
  const { hostname } = new URL(url);
  const action = what.startsWith('answered 407')
    ? `write user and password into ${variable}: http://USER:PASSWORD@HOST:PORT`
    : what.startsWith('answered')
      ? `let ${hostname} pass the proxy, or name it in NO_PROXY`
      : `start the proxy or correct ${variable}; where ${hostname} needs none, name it in NO_PROXY`;
  return { cause: 'proxy', message, action };
}

function whyNotConnected({ url }: Http, message: string): Explanation | undefined {
  const { host, hostname } = new URL(url);
  if (message.includes('connection refused')) {
    return {
      cause: 'connection_refused',
      message: `nothing listens on ${host}`,
      action: 'start the server, or correct the port in url',
    };
  }
  if (/no such host|name could not be looked up/.test(message)) {
    return {
      cause: 'dns',
      message: `${message}: ${hostname}`,
      action: 'correct the host in url, or what resolves names on this machine',
    };
  }
  if (message.includes('does not speak TLS')) {
    return {
      cause: 'tls',
      message: `TLS was spoken to ${host}, and it speaks plain HTTP`,
      action: 'write http:// in url',
    };
  }
  if (message.includes('TLS certificate')) {
    const action = /self-signed|verified/.test(message)
      ? 'give Node the certificate of its authority: NODE_EXTRA_CA_CERTS=/path/ca.pem'
      : 'renew the certificate, or write the host that it is for';
    return { cause: 'tls', message, action };
  }
  return /no route|no connection in time/.test(message)
    ? { cause: 'unreachable', message: `${message}: ${host}`, action: 'check the address, the network and firewalls' }
    : undefined;
}

const BY_STATUS: Readonly<Record<number, Pick<Explanation, 'cause' | 'action'>>> = {
  402: { cause: 'forbidden', action: 'the account behind it has to be paid for' },
  403: {
    cause: 'forbidden',
    action: 'the credentials in headers may not use it, or it refuses this Host or Origin: look into its settings',
  },
  407: { cause: 'unauthorized', action: 'the proxy wants credentials' },
  429: { cause: 'server_error', action: 'it has had too many requests: wait, then try again' },
};

async function whyRefused(http: Http, message: string, { httpStatus }: HopFailure): Promise<Explanation | undefined> {
  if (httpStatus === undefined || httpStatus < 300) {
    return undefined;
  }
  if (httpStatus === 401) {
    const hasCredentials = Object.keys(http.headers).some((name) => /authorization|key|token/i.test(name));
    const action = hasCredentials
      ? 'the credentials in headers are not taken: renew them, and see that their variable is set'
      : 'give it credentials: headers: { Authorization: "Bearer ${TOKEN}" }';
    return { cause: 'unauthorized', message, action };
  }
  if (httpStatus < 400) {
    return { cause: 'redirect', message, action: 'write the URL that it redirects to' };
  }
  const { hostname } = new URL(http.url);
  const orProxy = /\(or its proxy did, /.test(message)
    ? `; or let ${hostname} pass the proxy, or name it in NO_PROXY`
    : '';
  const known = BY_STATUS[httpStatus];
  if (known !== undefined) {
    return { ...known, message, action: known.action + orProxy };
  }
  if (httpStatus >= 500) {
    const isProxy = httpStatus === 502 || httpStatus === 503 || httpStatus === 504;
    return {
      cause: 'server_error',
      message,
      action:
        (isProxy ? 'start what is behind it: a proxy answers in its place' : "look into the server's own log") +
        orProxy,
    };
  }
  return whyNotFound(http, message, httpStatus);
}

async function whyNotFound(http: Http, message: string, status: number): Promise<Explanation> {
  const path = maskPath(new URL(http.url).pathname, looksLikeKeyOrUuid);
  if (await wantsTls(http)) {
    return TO_HTTPS;
  }
  const sse = await offersSse(http);
  const mcp = await findMcpPath(http);
  if (mcp !== undefined) {
    return {
      cause: 'wrong_path',
      message: `it has no MCP at ${path} (HTTP ${status})`,
      action: `write url: ${maskUrl(mcp, looksLikeKeyOrUuid)}`,
    };
  }
  if (sse !== undefined) {
    return toSseOnly(sse);
  }
  return status === 404 || status === 405 || status === 410
    ? {
        cause: 'wrong_path',
        message: `it has no MCP at ${path} (HTTP ${status})`,
        action: "write the path of the server's MCP endpoint, often /mcp",
      }
    : { cause: 'not_mcp', message, action: 'see that url is that of an MCP server (Streamable HTTP)' };
}

const TO_HTTPS: Explanation = {
  cause: 'tls',
  message: 'plain HTTP was spoken to a port that speaks TLS',
  action: 'write https:// in url',
};

async function wantsTls({ url }: Http): Promise<boolean> {
  return url.startsWith('http:') && (await speaksTls(url));
}

function toSseOnly(url: string): Explanation {
  return {
    cause: 'sse_only',
    message: 'it speaks only HTTP+SSE of 2024-11-05, which is not offered here',
    action: `use its Streamable HTTP URL; or bridge it: command: npx, args: [-y, mcp-remote, ${maskUrl(url, looksLikeKeyOrUuid)}, --transport, sse-only]`,
  };
}

interface Silence {
  readonly message: string;
  /** Absent where something came. */
  readonly lateMillis: number | undefined;
  /** It speaks JSON-RPC, and refuses to begin. */
  readonly isRefused: boolean;
}

async function whyNoAnswer(http: Http, { message, lateMillis, isRefused }: Silence): Promise<Explanation> {
  const { host } = new URL(http.url);
  if (await wantsTls(http)) {
    return TO_HTTPS;
  }
  const sse = await offersSse(http);
  if (sse !== undefined) {
    return toSseOnly(sse);
  }
  if (lateMillis !== undefined) {
    return {
      cause: 'timeout',
      message: `${host} takes the connection and did not answer within ${Number((lateMillis / 1000).toFixed(1))} s`,
      action: 'see whether the server hangs, and whether it is an MCP server that listens there',
    };
  }
  if (isRefused || /protocolVersion|revision|initialize/i.test(message)) {
    const action = 'use a version of the server that speaks MCP 2025-03-26 or later';
    return { cause: 'wrong_protocol', message: `it refuses to begin: ${message}`, action };
  }
  return {
    cause: 'not_mcp',
    message,
    action: `see that an MCP server listens on ${host}: what answers there is something else`,
  };
}
