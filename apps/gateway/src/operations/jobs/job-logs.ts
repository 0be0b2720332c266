import type { SessionEvent, SessionEventBuffer } from '@dcc-mcp/session-events';
import type { JobRecord } from '../../jobs/job-record.ts';
import type { LiveJob } from '../../jobs/live-job.ts';

/** Events read at a time. */
const PAGE = 100;

/** Tells a job of what its instance writes and says that it belongs to the job. @returns What tells the last of it, and ends. */
export function followLogs(buffer: SessionEventBuffer, job: LiveJob): () => void {
  let cursor = buffer.read({ limit: 1 }).newest_cursor ?? 0;
  const read = (): void => {
    for (;;) {
      const { events, next_cursor: next } = buffer.read({ cursor, limit: PAGE });
      cursor = next;
      events.filter((event) => isOf(event, job.record)).forEach((event) => job.log(toEntry(event)));
      if (events.length < PAGE) {
        return;
      }
    }
  };
  const listening = buffer.onChange(read);
  return () => {
    listening.close();
    read();
  };
}

function isOf(event: SessionEvent, { id, requestId }: JobRecord): boolean {
  return event.job_id === id || event.tool_call_id === requestId || event.correlation_id === requestId;
}

function toEntry({ timestamp, level, source, message }: SessionEvent): Parameters<LiveJob['log']>[0] {
  return { timestamp, level, logger: source, message };
}
