import type { JobRecord, JobState } from './job-record.ts';

/** Names one job for one owner: to anybody else there is none. */
export interface JobKey {
  readonly id: string;
  readonly owner: string;
}

/** Which jobs of one owner are listed. */
export interface JobQuery {
  readonly owner: string;
  readonly state?: JobState | undefined;
  /** A slug, the name that the server has for the tool, or `<dcc>__<tool>`. */
  readonly tool?: string | undefined;
  readonly limit: number;
  /** The id behind which the page begins. */
  readonly after?: string | undefined;
}

/** One page of jobs, the newest first; `total` counts all that match. */
export interface JobPage {
  readonly total: number;
  readonly jobs: readonly JobRecord[];
  /** What the next page begins behind; absent on the last one. */
  readonly next?: string | undefined;
}

/** Jobs that are not over; `total` counts also those past the limit. */
export type OpenJobs = Pick<JobPage, 'total' | 'jobs'>;

/** How many jobs there may be, and how long a finished one is kept. */
export interface JobBounds {
  readonly maxOpen: number;
  readonly maxFinished: number;
  readonly retentionMillis: number;
}

/** The jobs of one gateway, or of several that share them. */
export interface JobRecords {
  /** Takes a place for a job, at once; false where as many are open as may be. */
  create(job: JobRecord): Promise<boolean>;
  /**
   * Replaces what is known of a job that is there and not over: the first end stays. Gives the job as it has ended already;
   * `undefined` where it had not.
   */
  write(job: JobRecord): Promise<JobRecord | undefined>;
  /** Takes back a job that came to nothing. */
  remove(id: string): Promise<void>;
  read(key: JobKey): Promise<JobRecord | undefined>;
  /** The address of the gateway that runs it or ran it, whoever owns it; `undefined` where none is known. */
  gatewayOf(id: string): Promise<string | undefined>;
  list(query: JobQuery): Promise<JobPage>;
  /** Those of all owners that are not over, the oldest first, and how many there are; for the operator. */
  open(limit: number): Promise<OpenJobs>;
}
