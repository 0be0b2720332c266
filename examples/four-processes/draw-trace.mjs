/** Draws spans as a tree: process, kind, name, duration. Children stand in the order in which they started. */
export function drawTrace(spans) {
  const roots = spans.filter(({ parentSpanId }) => !spans.some(({ spanId }) => spanId === parentSpanId));
  const lines = roots.flatMap((root) => draw(root, spans, { own: '', below: '' }));
  const width = Math.max(...lines.map(([tree]) => tree.length));
  const service = Math.max(...lines.map(([, name]) => name.length));
  return lines
    .map(([tree, name, kind, millis]) => `${tree.padEnd(width)}  ${name.padEnd(service)}  ${kind.padEnd(8)}  ${millis}`)
    .join('\n');
}

function draw(span, spans, { own, below }) {
  const children = spans.filter(({ parentSpanId }) => parentSpanId === span.spanId);
  children.sort((a, b) => (a.start < b.start ? -1 : 1));
  const line = [`${own}${span.name}`, span.service, span.kind, `${span.millis.toFixed(1).padStart(6)} ms`];
  const subtrees = children.flatMap((child, index) => {
    const isLast = index === children.length - 1;
    return draw(child, spans, {
      own: `${below}${isLast ? '└─ ' : '├─ '}`,
      below: `${below}${isLast ? '   ' : '│  '}`,
    });
  });
  return [line, ...subtrees];
}
