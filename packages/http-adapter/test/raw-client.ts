import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP client that says exactly what it is told and keeps what it hears. */
export async function connectRaw(port: number): Promise<{ socket: Socket; heard: () => string }> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, heard: () => text };
}

/** Long for anything that is to come true at once, on a busy machine too. */
const UNTIL_MILLIS = 15_000;

/** Waits until `condition` holds; fails after 15 s. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + UNTIL_MILLIS;
  while (!condition()) {
    if (Date.now() > deadline) {
      throw new Error('the condition did not come true within 15 s');
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}
