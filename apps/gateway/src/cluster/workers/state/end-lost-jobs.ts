import { toErrorBody } from '@dcc-mcp/request-context';
import type { JobRecord } from '../../../jobs/job-record.ts';
import type { JobRecords } from '../../../jobs/job-records.ts';
import { ERROR_SERVER } from '../../../protocol/mcp-protocol.ts';

/** More jobs than may be open. */
const MAX_OPEN = 1_000_000;
const MESSAGE = 'The process of the gateway that ran this job has ended; start it again';

/** Ends the jobs of a process that is gone, as failed: nobody else will say what became of them. */
export async function endLostJobs(records: JobRecords, address: string, now: number): Promise<void> {
  const { jobs } = await records.open(MAX_OPEN);
  const lost = jobs.filter(({ gateway }) => gateway === address);
  await Promise.all(lost.map((job) => records.write(failed(job, now))));
}

function failed(job: JobRecord, now: number): JobRecord {
  const { questions: _questions, ...rest } = job;
  return {
    ...rest,
    state: 'failed',
    updatedAt: now,
    finishedAt: now,
    error: JSON.stringify(toErrorBody({ kind: 'host-died', message: MESSAGE })),
    task: { error: { code: ERROR_SERVER, message: MESSAGE } },
  };
}
