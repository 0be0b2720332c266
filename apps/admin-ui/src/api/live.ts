// The live tail: one stream for each list that is open, filtered by the gateway, resumed where it broke.
import { type Signal, signal } from '@preact/signals';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { ApiRefusal, apiUrl, request } from './client.ts';

/** Whether what is seen follows what happens. */
export const isLive: Signal<boolean> = signal(true);

/** Counts how often the reader asked for everything anew. */
export const refreshes: Signal<number> = signal(0);

/** What is followed, and who is told of it. */
export interface Tail<Row> {
  readonly kind: string;
  readonly q?: string | undefined;
  readonly onRow: (row: Row) => void;
  /** Rows that were let go before they could be sent. */
  readonly onGap: (missed: number) => void;
  /** What keeps it from being followed, each time that it is tried; undefined when it is followed. */
  readonly onRefusal: (refusal: ApiRefusal | undefined) => void;
}

const AGAIN_MILLIS = [500, 1_000, 2_000, 5_000] as const;

/** Follows rows of one kind that match `q`, until `ending` is aborted. */
export async function follow<Row>({ kind, q, onRow, onGap, onRefusal }: Tail<Row>, ending: AbortSignal): Promise<void> {
  const url = apiUrl('stream', { kinds: kind, q });
  let lastId = '';
  for (let failures = 0; !ending.aborted; failures += 1) {
    try {
      const resume = lastId === '' ? {} : { 'last-event-id': lastId };
      const { body } = await request(url, { signal: ending, headers: { accept: 'text/event-stream', ...resume } });
      onRefusal(undefined);
      for await (const { event, data, id } of messages(body)) {
        failures = 0;
        lastId = id ?? lastId;
        if (event === 'gap') {
          onGap(Number(JSON.parse(data).missed ?? 1));
        } else if (event === kind) {
          onRow(JSON.parse(data));
        }
      }
    } catch (error) {
      // It is tried again.
      if (error instanceof ApiRefusal) {
        onRefusal(error);
      }
    }
    await pause(AGAIN_MILLIS[Math.min(failures, AGAIN_MILLIS.length - 1)] ?? 0, ending);
  }
}

interface Message {
  readonly event?: string | undefined;
  readonly data: string;
  readonly id?: string | undefined;
}

async function* messages(body: ReadableStream<Uint8Array<ArrayBuffer>> | null): AsyncGenerator<Message> {
  const reader = body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
  for (;;) {
    const next = await reader?.read();
    if (next === undefined || next.done) {
      return;
    }
    yield next.value;
  }
}

async function pause(millis: number, ending: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, millis);
    ending.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
