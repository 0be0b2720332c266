import type { OtlpExporterConfig } from '@dcc-mcp/telemetry-config';
import type { Agent, ClientRequest } from 'node:http';
import { createFailure } from '../health/export-failure.ts';
import { readAnswer, type Finish } from './http-answer.ts';
import { loadHttpClient } from './http-client.ts';
import { failureOfError } from './http-failure.ts';
import { toRequestHeaders } from './http-transport.ts';
import { proxyEnvironment } from './proxy-environment.ts';
import type { Route } from './proxy-failure.ts';
import { TlsFiles } from './tls-files.ts';

/** What a request asks of its agent; the published type of Node's agents leaves it out. */
interface TakesRequests {
  /** What it connects with. */
  readonly options: object;
  addRequest(request: ClientRequest, options: object): void;
}

function takesRequests(agent: Agent): agent is Agent & TakesRequests {
  return 'options' in agent && 'addRequest' in agent && typeof agent.addRequest === 'function';
}

/** Headers that Node or the exporter sets by itself. */
const OWN_HEADERS: readonly string[] = [
  'host',
  'user-agent',
  'transfer-encoding',
  'proxy-authorization',
  'proxy-connection',
];

/** Longer than any deadline, in seconds: the exporter gives up rather than wait so long. */
const NO_RETRY_SECONDS = '9999999999';

/** An agent that can be told to take nothing more. */
export interface WatchingAgent {
  readonly agent: Agent;
  /** Ends the requests that are under way. */
  cancel(): void;
  /** Ends what is under way and refuses what comes. */
  close(): void;
}

/**
 * Node's agent for an exporter that sends by itself. Requests leave with the certificates as they are on disk now and
 * with the headers of `config` alone, because the official exporters add those of the environment. How each request
 * ended is told, because the official exporters keep the answer to themselves. The exporter is kept from trying again: it
 * does so at once when a collector asks for no time, and by timers that hold the process.
 *
 * @param onEnd Called once for each request that began.
 */
export function createWatchingAgent(config: OtlpExporterConfig, onEnd: Finish): WatchingAgent {
  const url = new URL(config.endpoint);
  const isSecure = url.protocol === 'https:';
  const tls = new TlsFiles(config);
  const headers = toRequestHeaders(config);
  // Node makes an authorization of the endpoint's user and password.
  const kept = url.username === '' ? OWN_HEADERS : [...OWN_HEADERS, 'authorization'];
  const proxyEnv = proxyEnvironment();
  const agent = loadHttpClient(isSecure).createAgent({});
  if (!takesRequests(agent)) {
    throw new TypeError('this version of Node has agents that take no requests');
  }
  const addRequest = agent.addRequest.bind(agent);
  const underWay = new Set<ClientRequest>();
  const cancel = (): void => {
    for (const request of underWay) {
      request.destroy(new Error('given up'));
    }
  };
  let isClosed = false;
  agent.addRequest = (request, options) => {
    if (isClosed) {
      throw new Error('the exporter is closed');
    }
    // Connections are pooled by certificate: new files mean new connections.
    Object.assign(agent.options, isSecure ? tls.read().material : {});
    setHeaders(request, headers, kept);
    underWay.add(request);
    request.once('close', () => underWay.delete(request));
    watch(request, { url, proxyEnv }, onEnd);
    addRequest(request, options);
  };
  return {
    agent,
    cancel,
    close: () => {
      isClosed = true;
      cancel();
      agent.destroy();
    },
  };
}

function setHeaders(request: ClientRequest, headers: Readonly<Record<string, string>>, kept: readonly string[]): void {
  // Said aloud, because Node frames no body of which a header about its framing was taken away.
  request.setHeader('transfer-encoding', 'chunked');
  for (const name of request.getHeaderNames()) {
    if (!kept.includes(name)) {
      request.removeHeader(name);
    }
  }
  for (const [name, value] of Object.entries(headers)) {
    request.setHeader(name, value);
  }
}

function watch(request: ClientRequest, route: Route, onEnd: Finish): void {
  let isSettled = false;
  const finish: Finish = (result) => {
    if (!isSettled) {
      isSettled = true;
      onEnd(result);
    }
  };
  request.once('timeout', () => {
    finish({ ok: false, failure: createFailure('timeout', 'no answer in time', { isRetryable: true }) });
  });
  request.once('error', (error: NodeJS.ErrnoException) => {
    finish({ ok: false, failure: failureOfError(error, route) });
    // By this code the exporter would try again.
    delete error.code;
  });
  request.once('response', (response) => {
    readAnswer(response, { route, target: request.path }, finish);
    response.headers['retry-after'] = NO_RETRY_SECONDS;
  });
}
