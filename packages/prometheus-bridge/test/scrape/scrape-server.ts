import type { ScrapeHandler } from '@dcc-mcp/prometheus-bridge';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A target: what it answers, and what it was asked. */
export interface ScrapeServer {
  /** `host:port`, as Prometheus wants it. */
  readonly target: string;
  readonly requests: IncomingMessage['headers'][];
  readonly contentTypes: (string | undefined)[];
  close(): Promise<void>;
}

/**
 * Serves scrapes over a socket.
 *
 * @param accept Stands for what the client sends, where only one format is to be tried.
 */
export async function serveScrapes(handler: ScrapeHandler, accept?: string): Promise<ScrapeServer> {
  const requests: IncomingMessage['headers'][] = [];
  const contentTypes: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    answer(handler, { request, response, accept }).then(
      (contentType) => contentTypes.push(contentType),
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    target: typeof address === 'object' ? `127.0.0.1:${address?.port}` : '',
    requests,
    contentTypes,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly accept: string | undefined;
}

async function answer(handler: ScrapeHandler, { request, response, accept }: Exchange): Promise<string | undefined> {
  const { method = 'GET', headers } = request;
  const result = await handler.scrape({
    method,
    accept: accept ?? headers.accept,
    acceptEncoding: headers['accept-encoding']?.toString(),
    timeoutSeconds: headers['x-prometheus-scrape-timeout-seconds']?.toString(),
  });
  response.writeHead(result.status, result.headers);
  if (result.body instanceof ReadableStream) {
    await pipeline(Readable.fromWeb(result.body as never), response);
  } else {
    response.end(result.body);
  }
  return result.headers['content-type'];
}
