// Plain node:http, ES module: the names are imported, not taken from the default export.
import { createServer, get } from 'node:http';

const [behaviour = ''] = process.argv.slice(2);
const server = createServer((request, response) => void answer(request, response));

async function answer(request, response) {
  if (request.url === '/out') {
    await fetch(`http://127.0.0.1:${server.address().port}/inner`);
    await new Promise((resolve) =>
      get(`http://127.0.0.1:${server.address().port}/inner`, (inner) => inner.resume().on('end', resolve)),
    );
  }
  if (request.url.startsWith('/secrets')) {
    const { search } = new URL(request.url, 'http://host');
    const inner = `http://127.0.0.1:${server.address().port}/inner${search}`;
    await fetch(inner);
    await new Promise((resolve) => get(inner, (answered) => answered.resume().on('end', resolve)));
  }
  if (request.url === '/slow') {
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  response.end('ok');
  if (request.url === '/exit') {
    setTimeout(() => process.exit(3), 10);
  }
  if (request.url === '/throw') {
    setTimeout(() => {
      throw new Error('boom');
    }, 10);
  }
}
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
if (behaviour === 'own-handler') {
  process.on('SIGTERM', () => server.close(() => setTimeout(() => process.exit(7), 400)));
}
if (behaviour === 'exit-at-once') {
  process.on('SIGTERM', () => process.exit(8));
}
