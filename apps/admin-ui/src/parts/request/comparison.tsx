import type { TraceDetail } from '@dcc-mcp/call-store';
import { apiUrl, traceUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { place, placeHref } from '../../state/place.ts';
import { clock } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Missing } from '../peek/missing.tsx';
import { term } from '../query/query-terms.ts';
import { compare } from './compare.ts';
import { NoTrace } from './no-trace.tsx';
import style from './request.module.css';

interface Candidates {
  readonly calls?: readonly { readonly row_id: string }[];
}

/** A request beside another of the same tool: the one that the address names, else the last that ended otherwise. */
export function Comparison({ trace }: { readonly trace: TraceDetail }) {
  const { with: marked } = place.value;
  const chosen = marked === trace.row_id ? undefined : marked;
  const q = `${term('tool', trace.tool ?? '')} success=${trace.success ? 'false' : 'true'}`;
  const found = useAnswer<Candidates>(chosen === undefined ? apiUrl('calls', { q, limit: 1 }) : undefined, {
    fixed: true,
  });
  const id = chosen ?? found.answer?.calls?.[0]?.row_id;
  const other = useAnswer<TraceDetail>(id === undefined ? undefined : traceUrl(id), {
    fixed: true,
  });
  if (other.answer === undefined && other.refusal !== undefined) {
    return <NoTrace refusal={other.refusal} />;
  }
  return other.answer === undefined ? (
    <Missing asked={id === undefined ? found : other} gone={t('compare.nothing')} />
  ) : (
    <Table left={trace} right={other.answer} />
  );
}

function Table({ left, right }: { readonly left: TraceDetail; readonly right: TraceDetail }) {
  const opened = place.value.trace === undefined ? 'row' : 'trace';
  return (
    <table class={style.compare}>
      <thead>
        <tr>
          <th scope="col">
            <span class="hidden">{t('compare.field')}</span>
          </th>
          <th scope="col">{t('compare.this', { time: clock(left.timestamp) })}</th>
          <th scope="col">
            <a href={placeHref({ [opened]: right.row_id, tab: undefined })}>
              {t('compare.other', { time: clock(right.timestamp) })}
            </a>
          </th>
        </tr>
      </thead>
      <tbody>
        {compare(left, right).map(({ name, left: one, right: other, differs }) => (
          <tr key={name} class={differs ? style.differs : undefined}>
            <th scope="row">
              {differs && <span aria-label={t('compare.differs')}>≠ </span>}
              {name}
            </th>
            <td>{one}</td>
            <td>{other}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
