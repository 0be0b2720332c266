// The port that the documents type.
import { createServer } from 'node:net';

/** Where the gateway is in every document. */
export const GATEWAY_URL = 'http://127.0.0.1:9765';
/** Its port. */
export const GATEWAY_PORT = 9765;

/** Whether nobody listens on `port` of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** Whether a GET gives a 2xx. */
export function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
