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
  /** The newest row that is known each time that it is followed: it goes on behind that one. */
  readonly newest: () => string | undefined;
  /** A row, and its place among those that are sent. */
  readonly onRow: (row: Row, id: string | undefined) => void;
  /** It is followed from now on: rows that came before may be missing, and are not sent. */
  readonly onMissed: () => void;
  /** What keeps it from being followed, each time that it is tried; undefined when it is followed. */
  readonly onRefusal: (refusal: ApiRefusal | undefined) => void;
}

const AGAIN_MILLIS = [500, 1_000, 2_000, 5_000] as const;

/** Follows rows of one kind that match `q`, until `ending` is aborted. */
export async function follow<Row>(tail: Tail<Row>, ending: AbortSignal): Promise<void> {
  let isGap = false;
  for (let failures = 0; !ending.aborted; failures += 1) {
    const after = isGap ? undefined : tail.newest();
    isGap = false;
    try {
      const stream = await openStream(tail, after, ending);
      tail.onRefusal(undefined);
      if (after === undefined) {
        tail.onMissed();
      }
      for await (const { event, data, id } of messages(stream)) {
        failures = 0;
        if (event === 'gap') {
          // All that is kept would come one by one: the newest are read at once instead.
          isGap = true;
          break;
        }
        if (event === tail.kind) {
          tail.onRow(JSON.parse(data), id);
        }
      }
    } catch (error) {
      // It is tried again.
      if (error instanceof ApiRefusal) {
        tail.onRefusal(error);
      }
    }
    await pause(AGAIN_MILLIS[Math.min(failures, AGAIN_MILLIS.length - 1)] ?? 0, ending);
  }
}

type Stream = ReadableStream<Uint8Array<ArrayBuffer>> | null;

async function openStream(
  { kind, q }: Pick<Tail<unknown>, 'kind' | 'q'>,
  after: string | undefined,
  ending: AbortSignal,
): Promise<Stream> {
  const resume = after === undefined ? {} : { 'last-event-id': after };
  const headers = { accept: 'text/event-stream', ...resume };
  const { body } = await request(apiUrl('stream', { kinds: kind, q }), { signal: ending, headers });
  return body;
}

interface Message {
  readonly event?: string | undefined;
  readonly data: string;
  readonly id?: string | undefined;
}

/** What comes; whoever stops reading ends the stream. */
async function* messages(body: Stream): AsyncGenerator<Message> {
  const reader = body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
  try {
    for (;;) {
      const next = await reader?.read();
      if (next === undefined || next.done) {
        return;
      }
      yield next.value;
    }
  } finally {
    // One that broke is ended already.
    await reader?.cancel().catch(() => undefined);
  }
}

async function pause(millis: number, ending: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, millis);
    ending.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
