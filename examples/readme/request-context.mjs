import {
  createRequestContextSettings,
  errorEnvelope,
  injectHop,
  readRequestContext,
  responseHeaders,
} from '@dcc-mcp/request-context';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { hash } from 'node:crypto';
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 8080);

// Once per process. A wrong network in trustedProxies throws here, not at the first request.
const settings = createRequestContextSettings({
  propagator: new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  trustedProxies: ['10.0.0.0/8'],
  baggageAllow: ['session.id'],
  sha256: (text) => hash('sha256', text),
});

createServer(({ headers, socket }, response) => {
  const context = readRequestContext({ transport: 'rest', headers, peerAddress: socket.remoteAddress ?? '' }, settings);
  console.log(context.requestId, context.sourceIp, JSON.stringify(context.agent));

  // For the request to the server behind: into its headers and its params._meta.
  const { carrier } = injectHop(context.spanContext, context, settings);
  console.log('hop', carrier.traceparent);

  response.writeHead(502, { 'content-type': 'application/json', ...responseHeaders(context) });
  response.end(JSON.stringify(errorEnvelope({ kind: 'backend-error', message: 'nobody is behind' }, context)));
}).listen(port, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}`));
