// Collectors of every temper on one port, chosen by the first segment of the path. Child process; port over IPC.
import { createServer } from 'node:http';

const PROTOBUF = { 'content-type': 'application/x-protobuf' };
/** `partial_success { rejected_spans: 5 }` */
const FIVE_REJECTED = Buffer.from('0a020805', 'hex');

const ANSWERS = {
  healthy: (response) => response.writeHead(200, PROTOBUF).end(),
  hanging: () => {},
  slow: (response) => setTimeout(() => response.writeHead(200, PROTOBUF).end(), 2_000),
  unavailable: (response) => response.writeHead(503).end(),
  throttling: (response) => response.writeHead(429, { 'retry-after': '1' }).end(),
  refusing: (response) => response.writeHead(400).end(),
  unauthorized: (response) => response.writeHead(401).end(),
  garbage: (response) => response.writeHead(200, PROTOBUF).end('\u0000\u00ff not protobuf'),
  partial: (response) => response.writeHead(200, PROTOBUF).end(FIVE_REJECTED),
};

/** `--moody MILLIS temper …`: at `/moody` one temper after the other, each for a while. */
const [, , flag, moodMillis, ...moods] = process.argv;
const moodNow = () => moods[Math.floor(performance.now() / Number(moodMillis)) % moods.length];
const temperOf = (path) => (flag === '--moody' && path === 'moody' ? moodNow() : path);

const server = createServer((request, response) => {
  const [, path] = request.url.split('/');
  request.resume().on('end', () => ANSWERS[temperOf(path)](response));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));
