import type { OtlpExporterConfig } from '@dcc-mcp/telemetry-config';
import type { Agent, ClientRequest } from 'node:http';
import { createFailure, isCollectorAbsent } from '../health/export-failure.ts';
import { readAnswer, type Finish } from './http-answer.ts';
import { loadHttpClient } from './http-client.ts';
import { failureOfError } from './http-failure.ts';
import { toRequestHeaders } from './http-transport.ts';
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
const OWN_HEADERS: readonly string[] = ['host', 'user-agent', 'transfer-encoding'];

/** The exporter's side of its agent. */
export interface RequestWatcher {
  /** Called once for each request that began. */
  readonly onEnd: Finish;
  /** Whether the process is about to end, so that an absent collector isn't worth a next try. */
  readonly isEnding: () => boolean;
}

/** An agent that can be told to take nothing more. */
export interface WatchingAgent {
  readonly agent: Agent;
  /** Ends what is under way and refuses what comes. */
  close(): void;
}

/**
 * Node's agent for an exporter that sends by itself. Requests leave with the certificates as they are on disk now and
 * with the headers of `config` alone, because the official exporters add those of the environment. How each request
 * ended is told, because the official exporters keep the answer to themselves.
 */
export function createWatchingAgent(config: OtlpExporterConfig, watcher: RequestWatcher): WatchingAgent {
  const url = new URL(config.endpoint);
  const isSecure = url.protocol === 'https:';
  const tls = new TlsFiles(config);
  const headers = toRequestHeaders(config);
  // Node makes an authorization of the endpoint's user and password.
  const kept = url.username === '' ? OWN_HEADERS : [...OWN_HEADERS, 'authorization'];
  const agent = loadHttpClient(isSecure).createAgent({});
  if (!takesRequests(agent)) {
    throw new TypeError('this version of Node has agents that take no requests');
  }
  const addRequest = agent.addRequest.bind(agent);
  let isClosed = false;
  agent.addRequest = (request, options) => {
    if (isClosed) {
      throw new Error('the exporter is closed');
    }
    // Connections are pooled by certificate: new files mean new connections.
    Object.assign(agent.options, isSecure ? tls.read().material : {});
    setHeaders(request, headers, kept);
    watch(request, url.pathname, watcher);
    addRequest(request, options);
  };
  return {
    agent,
    close: () => {
      isClosed = true;
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

function watch(request: ClientRequest, path: string, { onEnd, isEnding }: RequestWatcher): void {
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
    const failure = failureOfError(error);
    finish({ ok: false, failure });
    if (isEnding() && isCollectorAbsent(failure)) {
      // By this code the exporter would try again later, and its timer would hold the process until then.
      delete error.code;
    }
  });
  request.once('response', (response) => {
    readAnswer(response, path, finish);
  });
}
