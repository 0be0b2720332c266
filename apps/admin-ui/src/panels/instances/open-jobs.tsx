import type { JobsAnswer, OpenJob } from '@dcc-mcp/admin-api';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Section, SmallTable } from '../../parts/page/page.tsx';
import { TimeCell } from '../../parts/value/time-cell.tsx';
import { longDuration, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';

/** Jobs that wait or run, the oldest first, with the age of what they said last; nothing where there are none. */
export function OpenJobs() {
  const { answer } = useAnswer<JobsAnswer>(apiUrl('jobs'));
  if (answer === undefined || answer.total === 0) {
    return null;
  }
  return (
    <Section title={t('jobs.open')} note={t('jobs.open.note', { n: number(answer.total) })}>
      <SmallTable
        label={t('jobs.open')}
        heads={[t('jobs.since'), t('column.tool'), t('jobs.state'), t('jobs.progress'), t('jobs.age'), t('jobs.id')]}
        rows={answer.jobs.map((job) => [
          <TimeCell key="time" timestamp={job.started_at ?? job.created_at} />,
          job.tool_slug,
          stateOf(job),
          progressOf(job),
          job.progress_age_ms === undefined ? t('jobs.silent') : longDuration(job.progress_age_ms),
          <code key="id">{job.job_id}</code>,
        ])}
      />
    </Section>
  );
}

function stateOf({ state, cancel_requested: isEnding }: OpenJob): string {
  return isEnding === true ? t('jobs.ending') : t(`jobs.state.${state}`);
}

function progressOf({ progress }: OpenJob): string {
  if (progress === undefined) {
    return '';
  }
  const { progress: done, total, message } = progress;
  const part = total === undefined ? number(done) : `${number(done)} / ${number(total)}`;
  return message === undefined ? part : `${part} · ${message}`;
}
