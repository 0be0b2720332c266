import type { OtlpExporterConfig } from '@dcc-mcp/telemetry-config';
import type { Agent, ClientRequest } from 'node:http';
import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { createFailure, type ExportFailure } from '../health/export-failure.ts';
import { VERSION } from '../start/version.ts';
import { readAnswer, type Finish } from './http-answer.ts';
import { loadHttpClient, type HttpClient } from './http-client.ts';
import { failureOfError } from './http-failure.ts';
import { proxyEnvironment } from './proxy-environment.ts';
import { TlsFiles } from './tls-files.ts';
import { failureOfThrown, type OtlpTransport, type SendResult, type UnsentRequest } from './transport.ts';

const CONTENT_TYPES = { 'http/protobuf': 'application/x-protobuf', 'http/json': 'application/json' } as const;
const compress = promisify(gzip);

/** OTLP over HTTP/1.1 with its own connections; of the environment only its proxies are read. */
export class HttpTransport implements OtlpTransport {
  readonly answerType: string;
  readonly #url: URL;
  readonly #config: OtlpExporterConfig;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #tls: TlsFiles;
  readonly #client: HttpClient;
  #agent: Agent | undefined;
  #agentVersion = '';

  /** @throws {TypeError} When the endpoint is not a URL. */
  constructor(config: OtlpExporterConfig) {
    this.#config = config;
    this.answerType = toContentType(config);
    this.#url = new URL(config.endpoint);
    this.#tls = new TlsFiles(config);
    this.#client = loadHttpClient(this.#url.protocol === 'https:');
    this.#headers = { 'user-agent': `dcc-mcp-telemetry-node/${VERSION}`, ...toRequestHeaders(config) };
  }

  async send(body: Uint8Array, timeoutMillis: number, signal: AbortSignal): Promise<SendResult> {
    const payload = this.#config.compression === 'gzip' ? await compress(body) : body;
    try {
      return await this.#post(payload, timeoutMillis, signal);
    } catch (error) {
      return { ok: false, failure: failureOfThrown(error) };
    }
  }

  prepare(body: Uint8Array): UnsentRequest {
    return {
      url: this.#url.href,
      headers: this.#headers,
      body: this.#config.compression === 'gzip' ? gzipSync(body) : body,
      proxyEnv: proxyEnvironment(),
      tls: this.#url.protocol === 'https:' ? this.#tls.read().material : {},
    };
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  #post(payload: Uint8Array, timeoutMillis: number, signal: AbortSignal): Promise<SendResult> {
    const agent = this.#currentAgent();
    const headers = { ...this.#headers, 'content-length': payload.length };
    const route = { url: this.#url, proxyEnv: proxyEnvironment() };
    return new Promise((resolve) => {
      const request = this.#client.request(this.#url, { method: 'POST', agent, headers });
      const finish = settleOnce(request, { timeoutMillis, signal }, resolve);
      request.on('error', (error) => {
        finish({ ok: false, failure: failureOfError(error, route) });
      });
      request.on('response', (response) => {
        readAnswer(response, { route, target: request.path }, finish);
      });
      request.end(payload);
    });
  }

  /** Connections belong to one version of the certificate files; new files mean new connections. */
  #currentAgent(): Agent {
    const isSecure = this.#url.protocol === 'https:';
    const { material, version } = isSecure ? this.#tls.read() : { material: {}, version: 'plain' };
    if (this.#agent === undefined || version !== this.#agentVersion) {
      this.#agent?.destroy();
      this.#agent = this.#client.createAgent(material);
      this.#agentVersion = version;
    }
    return this.#agent;
  }
}

/** Ends a request exactly once: by its result, by its bound, or by the signal. */
function settleOnce(
  request: ClientRequest,
  { timeoutMillis, signal }: { readonly timeoutMillis: number; readonly signal: AbortSignal },
  resolve: Finish,
): Finish {
  let isSettled = false;
  const finish: Finish = (result) => {
    if (isSettled) {
      return;
    }
    isSettled = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    resolve(result);
  };
  const stop = (failure: ExportFailure): void => {
    finish({ ok: false, failure });
    request.destroy();
  };
  const giveUp = (): void => {
    stop(createFailure('timeout', 'given up at the end of shutdown'));
  };
  const timer =
    timeoutMillis === 0
      ? undefined
      : setTimeout(() => {
          stop(createFailure('timeout', `no answer within ${timeoutMillis} ms`, { isRetryable: true }));
        }, timeoutMillis);
  if (signal.aborted) {
    queueMicrotask(giveUp);
  } else {
    signal.addEventListener('abort', giveUp);
  }
  return finish;
}

function toContentType({ protocol }: Pick<OtlpExporterConfig, 'protocol'>): string {
  return protocol === 'http/json' ? CONTENT_TYPES['http/json'] : CONTENT_TYPES['http/protobuf'];
}

/**
 * The headers of every request. How the body is framed and packed is for the exporter to say: a header that says
 * otherwise spoils each request, so that it is left out.
 */
export function toRequestHeaders({ headers, protocol, compression }: OtlpExporterConfig): Record<string, string> {
  const {
    'transfer-encoding': _framing,
    'content-encoding': _packing,
    'content-length': _length,
    ...given
  } = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    ...given,
    'content-type': toContentType({ protocol }),
    ...(compression === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
  };
}
