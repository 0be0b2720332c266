// Asks itself: a request from outside to /front makes it ask /back with fetch and with node:http; prints what /back got.
import { createServer, get } from 'node:http';

const server = createServer((request, response) => {
  if (request.url === '/back') {
    process.stdout.write(`${JSON.stringify(request.headers)}\n`);
  }
  void (request.url === '/front' ? askBack() : Promise.resolve()).then(() => response.end());
});

async function askBack() {
  const url = `http://127.0.0.1:${server.address().port}/back`;
  await fetch(url);
  await new Promise((resolve) => get(url, (answer) => answer.resume().on('end', resolve)));
}
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
