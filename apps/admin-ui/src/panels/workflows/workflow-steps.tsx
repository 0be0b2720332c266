import type { SearchRow } from '@dcc-mcp/call-store';
import type { Workflow, WorkflowStep } from '@dcc-mcp/call-store/analytics';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { KindIcon } from '../../parts/value/kind-icon.tsx';
import { OutcomeWord } from '../../parts/value/outcome.tsx';
import { go, place, placeHref } from '../../state/place.ts';
import { ALL_TIME } from '../../state/time-range.ts';
import { duration, fullTime, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { countViews, isInView, offsetOf, rowsOfWorkflow, stepViewOf } from './workflow-query.ts';
import style from './workflows.module.css';

/** The steps of a workflow in order, each with what it led to. */
export function WorkflowSteps({ workflow }: { readonly workflow: Workflow }) {
  const { steps, step_count: count } = workflow;
  const view = stepViewOf(place.value.find);
  const shown = steps.filter((step) => isInView(step, view));
  const reworded = useReworded(workflow);
  return (
    <>
      <StepViews workflow={workflow} />
      {count > steps.length && (
        <p class="soft">
          {t('workflows.newest', { shown: number(steps.length), all: number(count) })}{' '}
          <a href={placeHref({ panel: 'traces', q: rowsOfWorkflow(workflow), ...ALL_TIME })}>
            {t('workflows.allRequests')}
          </a>
        </p>
      )}
      <ol class={style.steps}>
        {shown.map((step) => (
          <Step
            key={step.step_id}
            step={step}
            startedAt={workflow.started_at}
            isReworded={step.kind === 'search' && reworded.has(step.search?.search_id ?? '')}
          />
        ))}
      </ol>
      {shown.length === 0 && <p role="status">{t('workflows.noneSuch')}</p>}
    </>
  );
}

function StepViews({ workflow }: { readonly workflow: Workflow }) {
  const view = stepViewOf(place.value.find);
  return (
    <ul class={style.views} aria-label={t('workflows.stepsTab')}>
      {countViews(workflow.steps).map(({ view: each, count }) => (
        <li key={each}>
          <button
            type="button"
            aria-pressed={each === view}
            class={each === 'failed' && each !== view ? 'bad' : undefined}
            onClick={() => go({ find: each === view ? undefined : each }, { replace: true })}
          >
            <b>{number(count)}</b> {t(`workflows.view.${each}`, { n: number(count) })}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Ids of the searches that word an earlier one anew; asked for where there are any. */
function useReworded(workflow: Workflow): ReadonlySet<string> {
  const hasAny = workflow.discovery.reformulation_count > 0;
  const url = apiUrl('search-telemetry', { q: rowsOfWorkflow(workflow, 'reformulation_of~""'), limit: 1_000 });
  const { answer } = useAnswer<{ readonly searches: readonly SearchRow[] }>(hasAny ? url : undefined, { fixed: true });
  return new Set(answer?.searches.map(({ search_id: id }) => id));
}

interface StepProps {
  readonly step: WorkflowStep;
  readonly startedAt: string;
  readonly isReworded: boolean;
}

function Step({ step, startedAt, isReworded }: StepProps) {
  const { step_id: id, kind, title, status, outcome, duration_ms: millis, timestamp } = step;
  return (
    <li class={status === 'err' ? `${style.step} ${style.failed}` : style.step}>
      <KindIcon kind={kind} />
      <a class={style.title} href={placeHref({ panel: 'traces', trace: id })}>
        {title}
      </a>
      <span class={style.ending}>
        {status === 'zero_results' ? <OutcomeWord outcome="zero_results" /> : <OutcomeWord outcome={outcome} />}
      </span>
      <span class="number">{millis === undefined ? '' : duration(millis)}</span>
      <time class="number soft" dateTime={timestamp} title={fullTime(timestamp)}>
        +{duration(offsetOf(step, startedAt))}
      </time>
      <StepNotes step={step} isReworded={isReworded} />
    </li>
  );
}

/** What came of a search; of a use, which hit it was. */
function StepNotes({ step: { kind, search }, isReworded }: Pick<StepProps, 'step' | 'isReworded'>) {
  if (search === undefined) {
    return null;
  }
  const { selected_rank: rank, total, query_preview: query, search_id: id, first_success_ms: success } = search;
  const href = placeHref({ panel: 'search', q: `search_id=${id}`, ...ALL_TIME });
  return (
    <span class={style.notes}>
      {isReworded && <span class="warn">{t('workflows.isReworded')}</span>}
      {kind === 'search' && total !== undefined && <a href={href}>{t('workflows.hits', { n: number(total) })}</a>}
      {rank !== undefined && <span>{t('workflows.chosen', { n: rank })}</span>}
      {kind !== 'search' && query !== undefined && <a href={href}>{t('workflows.of', { query })}</a>}
      {kind === 'search' && success !== undefined && (
        <span>{t('workflows.firstSuccess', { time: duration(success) })}</span>
      )}
    </span>
  );
}
