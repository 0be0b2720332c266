// A live OTLP/HTTP receiver that accepts everything, decodes nothing and counts bytes. Child process; port over IPC.
import { createServer } from 'node:http';

const received = { requests: 0, bytes: 0 };
const server = createServer((request, response) => {
  request.on('data', (chunk) => (received.bytes += chunk.length));
  request.on('end', () => {
    received.requests += 1;
    response.writeHead(200, { 'content-type': 'application/x-protobuf', 'content-length': 0 }).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('message', () => process.send?.(received));
process.on('disconnect', () => process.exit(0));
