import { acceptsEncoding, acceptsMediaType } from '@dcc-mcp/content-negotiation';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

const port = Number(process.env.PORT ?? 8080);
const body = JSON.stringify({ shot: 'sh010', frames: 48 });

createServer((request, response) => {
  const encodings = request.headers['accept-encoding']?.toString();
  response.setHeader('vary', 'accept, accept-encoding');
  if (!acceptsMediaType(request.headers.accept, 'application/json')) {
    response.writeHead(406).end('This server answers in application/json.\n');
  } else if (acceptsEncoding(encodings, 'gzip')) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(body));
  } else {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  }
}).listen(port, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}`));
