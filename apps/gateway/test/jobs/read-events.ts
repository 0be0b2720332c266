// Reads a stream of server-sent events as it comes.

export interface ReadEvent {
  readonly event: string;
  /** Empty where there is none. */
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface EventReader {
  /** Resolves with the next event of that name that was not waited for yet. */
  until(name: string): Promise<ReadEvent>;
  /** All events, once the stream has ended. */
  end(): Promise<readonly ReadEvent[]>;
  close(): Promise<void>;
}

/** Opens the stream. @throws {Error} When the answer is no stream. */
export async function readEvents(url: string, lastEventId?: string, token?: string): Promise<EventReader> {
  const leave = new AbortController();
  const response = await fetch(url, {
    signal: leave.signal,
    headers: {
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
  });
  if (response.status !== 200 || response.body === null) {
    throw new Error(`no stream: ${response.status} ${await response.text()}`);
  }
  const events: ReadEvent[] = [];
  let wake: (() => void) | undefined;
  const ended = read(response.body, (event) => {
    events.push(event);
    wake?.();
  }).catch(() => {});
  let seen = 0;
  return {
    async until(name) {
      for (;;) {
        const found = events.findIndex(({ event }, index) => index >= seen && event === name);
        if (found !== -1) {
          seen = found + 1;
          return events[found]!;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    async end() {
      await ended;
      return events;
    },
    async close() {
      leave.abort();
      await ended;
    },
  };
}

async function read(body: ReadableStream<Uint8Array>, onEvent: (event: ReadEvent) => void): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    blocks.filter((block) => block.includes('data: ')).forEach((block) => onEvent(toEvent(block)));
  }
}

function toEvent(block: string): ReadEvent {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
  );
  return {
    event: fields.get('event') ?? 'message',
    id: fields.get('id') ?? '',
    data: JSON.parse(fields.get('data')!) as ReadEvent['data'],
  };
}
