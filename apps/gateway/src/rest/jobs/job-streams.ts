import { EventFeed } from '@dcc-mcp/admin-api';
import { headerText, type HttpContext } from '@dcc-mcp/http-adapter';
import type { Reply } from '../../http/reply.ts';
import type { FollowedJob } from '../../jobs/followed-job.ts';
import type { JobEvent } from '../../jobs/job-events.ts';
import { jobAnswer } from '../../operations/answers/job-answer.ts';
import { inOneLine } from '../../protocol/message-text.ts';

/** Streams at a time; each costs memory for as long as somebody reads. */
const MAX_STREAMS = 1_000;

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** A stream, or why there is none. `nothing-more`: the job is over and its reader knows that. */
export type OpenedStream =
  | { readonly kind: 'stream'; readonly reply: Reply }
  | { readonly kind: 'nothing-more' | 'wrong-id' | 'too-many' };

/** The events of jobs, as server-sent events. */
export class JobStreams {
  #open = 0;

  /** Begins behind `Last-Event-ID`; without one, and where events behind it were let go, with how the job stands. */
  open(job: FollowedJob, http: HttpContext): OpenedStream {
    const told = headerText(http.headers, 'last-event-id');
    if (told !== undefined && !/^\d{1,15}$/.test(told)) {
      return { kind: 'wrong-id' };
    }
    const last = Number(told ?? 0);
    if (job.hasTold(last)) {
      return { kind: 'nothing-more' };
    }
    if (http.method === 'HEAD') {
      return { kind: 'stream', reply: { status: 200, headers: HEADERS } };
    }
    if (this.#open >= MAX_STREAMS) {
      return { kind: 'too-many' };
    }
    this.#open += 1;
    const body = streamOf(job, last, () => (this.#open -= 1));
    return { kind: 'stream', reply: { status: 200, headers: HEADERS, body, isOpenEnded: true } };
  }
}

function streamOf(job: FollowedJob, last: number, onClose: () => void): ReadableStream<Uint8Array> {
  let stop: (() => void) | undefined;
  const feed = new EventFeed({
    onDrained: () => {},
    onClose: () => {
      stop?.();
      onClose();
    },
  });
  const send = ({ id, event, data }: JobEvent): void => {
    const json = event === 'end' ? jobAnswer(job.record, Date.now()).text : JSON.stringify(data);
    feed.send({ event, id: String(id), json: inOneLine(json) });
    // A reader that is too slow is one that comes back: it goes on behind the last event that it got.
    if (event === 'end' || feed.isFull) {
      stop?.();
      feed.end();
    }
  };
  const { events, isCut } = job.after(last);
  if (isCut) {
    feed.send({ event: 'state', json: JSON.stringify(job.stateEvent) });
  }
  stop = job.listen(send);
  events.forEach(send);
  return feed.body;
}
