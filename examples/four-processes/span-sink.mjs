// A collector small enough to read: it takes OTLP over HTTP as JSON and keeps the spans.
import { createServer } from 'node:http';

/** Starts it on a free port. `spans` grows as they come in. */
export async function startSpanSink() {
  const spans = [];
  const server = createServer((request, response) => {
    take(request, response, spans).catch(() => response.writeHead(400).end());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, spans, close: () => server.close() };
}

async function take(request, response, spans) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
  }
  spans.push(...toSpans(JSON.parse(text)));
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}

const KINDS = ['', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

function toSpans({ resourceSpans = [] }) {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue;
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => toSpan(service, span)));
  });
}

function toSpan(service, span) {
  const start = BigInt(span.startTimeUnixNano);
  return {
    service,
    name: span.name,
    kind: KINDS[span.kind],
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    start,
    millis: Number(BigInt(span.endTimeUnixNano) - start) / 1e6,
    isError: span.status?.code === 2,
  };
}
