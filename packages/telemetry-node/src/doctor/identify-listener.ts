import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What a port answers with; `unknown` when it says nothing that can be told. */
export type ListenerKind = 'tls' | 'http1' | 'http2' | 'unknown';

const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** An empty SETTINGS frame: length 0, type 4, no flags, stream 0. */
const EMPTY_SETTINGS = Uint8Array.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const SETTINGS_FRAME = 4;

/** Asks a port which protocol it speaks: a TLS handshake first, then the opening of HTTP/2. */
export async function identifyListener(host: string, port: number, timeoutMillis: number): Promise<ListenerKind> {
  if (await speaksTls(host, port, timeoutMillis)) {
    return 'tls';
  }
  return kindOfAnswer(await askHttp2(host, port, timeoutMillis));
}

function kindOfAnswer(answer: Buffer): ListenerKind {
  if (answer.length >= 9 && answer[3] === SETTINGS_FRAME) {
    return 'http2';
  }
  return answer.subarray(0, 5).toString('latin1') === 'HTTP/' ? 'http1' : 'unknown';
}

function speaksTls(host: string, port: number, timeoutMillis: number): Promise<boolean> {
  return new Promise((resolve) => {
    // Only the protocol is asked for, no secret is sent: whose certificate it is does not matter.
    const socket = connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] });
    const end = (result: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(end, timeoutMillis, false);
    socket.once('secureConnect', () => {
      end(true);
    });
    socket.on('error', (error) => {
      // A server that asks for a client certificate speaks TLS, too.
      end('code' in error && typeof error.code === 'string' && error.code.startsWith('ERR_SSL_TLSV1'));
    });
    socket.once('close', () => {
      end(false);
    });
  });
}

function askHttp2(host: string, port: number, timeoutMillis: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host, port });
    const chunks: Buffer[] = [];
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(chunks));
    };
    const timer = setTimeout(end, timeoutMillis);
    socket.once('connect', () => {
      socket.write(HTTP2_PREFACE);
      socket.write(EMPTY_SETTINGS);
    });
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (Buffer.concat(chunks).length >= 9) {
        end();
      }
    });
    socket.on('error', end);
    socket.once('close', end);
  });
}
