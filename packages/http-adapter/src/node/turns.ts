import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Connection } from './connections.ts';
import { answerBrokenRequest, refuseTunnel } from './wire-answers.ts';

/** Requests of one connection that may wait behind the one that is answered; past it nothing more is read. */
const MAX_WAITING = 64;

/** Past it the connection is cut: what stood in one read (64 KiB) may be more than {@link MAX_WAITING} requests. */
const MAX_WAITING_IN_ONE_READ = 256;

interface Line {
  readonly connection: Connection;
  /** The answer that is under way. */
  running: ServerResponse | undefined;
  /** The request that came last. */
  last: IncomingMessage | undefined;
  /** Nothing more is read until some requests are answered. */
  isHeld: boolean;
}

/** The requests of each connection that Node's own server reads: how many wait, and that they are answered one by one. */
export class Turns {
  readonly #lines = new Map<Socket, Line>();

  constructor(server: Server) {
    server.on('clientError', (error, socket: Socket) => answerBrokenRequest(error, socket, this.#lines.get(socket)));
    server.on('connect', (_message, socket: Socket) => refuseTunnel(socket));
  }

  /** Begins with a connection, once Node's server has it. */
  open(socket: Socket, connection: Connection): void {
    const line: Line = { connection, running: undefined, last: undefined, isHeld: false };
    this.#lines.set(socket, line);
    socket.once('close', () => this.#lines.delete(socket));
    // Node resumes a socket with each answer.
    socket.on('resume', () => holdBack(socket, line));
  }

  /** Runs `answer` when its turn comes: requests that are sent without waiting for answers are answered one by one. */
  onRequest(message: IncomingMessage, target: ServerResponse, answer: () => void): void {
    const { socket } = message;
    const line = this.#lines.get(socket);
    if (line === undefined) {
      // It is closed: nobody waits for the answer.
      message.resume();
      return;
    }
    const { connection } = line;
    connection.unanswered += 1;
    line.last = message;
    target.on('close', () => {
      connection.unanswered -= 1;
      if (line.running === target) {
        line.running = undefined;
      }
      letOn(socket, line);
    });
    const run = (): void => {
      line.running = target;
      answer();
    };
    // Node gives an answer its socket when all before it are written.
    if (target.socket !== null) {
      run();
    } else if (connection.unanswered > MAX_WAITING_IN_ONE_READ) {
      socket.destroy();
    } else {
      target.once('socket', run);
      holdBack(socket, line);
    }
  }
}

function holdBack(socket: Socket, line: Line): void {
  if (line.connection.unanswered > MAX_WAITING) {
    line.isHeld = true;
    socket.pause();
  }
}

function letOn(socket: Socket, line: Line): void {
  if (line.isHeld && line.connection.unanswered <= MAX_WAITING) {
    line.isHeld = false;
    socket.resume();
  }
}
