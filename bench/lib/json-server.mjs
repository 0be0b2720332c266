// The listener of every upstream of ours: loopback, keep-alive, JSON. Its process is a child, and says its port over IPC.
import { createServer } from 'node:http';

function send(response, { json, headers }) {
  const body = Buffer.from(JSON.stringify(json));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length, ...headers }).end(body);
}

/**
 * Listens at a free port.
 *
 * @param answer What is answered to a POST, by the parsed body and the request: `{ json, headers }`, or `undefined` for 202.
 * @param look What is answered to a GET, by its path; absent: 405.
 */
export function listen(answer, look = () => undefined) {
  const server = createServer((request, response) => {
    if (request.method !== 'POST') {
      const json = look(request.url);
      if (json === undefined) {
        response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
      } else {
        send(response, { json });
      }
      return;
    }
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const answered = answer(JSON.parse(Buffer.concat(chunks).toString()), request);
      if (answered === undefined) {
        response.writeHead(202).end();
      } else {
        send(response, answered);
      }
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
  process.on('disconnect', () => process.exit(0));
  return server;
}
