import type { CallRow, TraceDetail, TraceRow } from '@dcc-mcp/call-store';
import { ask, traceUrl } from '../../api/client.ts';
import { go, place, placeHref } from '../../state/place.ts';
import { clock } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { compareWithMarked, toggleMark } from '../list/marked-row.ts';
import type { AskedMenu } from '../list/use-row-menu.tsx';
import { ContextMenu, MenuGroup, MenuItem } from '../menu/context-menu.tsx';
import { hasTerm, term, withTerm } from '../query/query-terms.ts';
import { copyText } from '../value/copy.tsx';
import { told } from '../value/told.ts';
import { type CopyForm, copyForms } from './copy-forms.ts';

/** What can be done with a request without opening it: copy it, compare it, or look at those that are like it. */
export function RowMenu({ row, ...asked }: AskedMenu<CallRow | TraceRow>) {
  const { q = '', with: marked } = place.value;
  const link: CopyForm = [t('copy.link'), () => linkTo(row)];
  return (
    <ContextMenu label={`${row.tool ?? row.operation} · ${clock(row.timestamp)}`} {...asked}>
      <MenuGroup label={t('menu.copy')}>
        {[link, ...copyForms(row, () => traceOf(row))].map(([label, make]) => (
          <MenuItem key={label} onChoose={() => void told(async () => copyText(await make()))}>
            {label}
          </MenuItem>
        ))}
      </MenuGroup>
      <MenuGroup label={t('peek.compare')}>
        {marked !== undefined && marked !== row.row_id && (
          <MenuItem onChoose={() => compareWithMarked(row.row_id)}>{t('menu.compare')}</MenuItem>
        )}
        <MenuItem onChoose={() => toggleMark(row.row_id)}>
          {t(marked === row.row_id ? 'menu.unmark' : 'menu.mark')}
        </MenuItem>
      </MenuGroup>
      <MenuGroup label={t('menu.filter')}>
        {likenessesOf(row)
          .filter((condition) => !hasTerm(q, condition))
          .map((condition) => (
            <MenuItem key={condition} onChoose={() => go({ q: withTerm(q, condition) })}>
              {t('menu.only', { term: condition })}
            </MenuItem>
          ))}
      </MenuGroup>
    </ContextMenu>
  );
}

function linkTo({ row_id: row }: CallRow | TraceRow): string {
  return new URL(placeHref({ row, with: undefined, tab: undefined }), location.href).href;
}

async function traceOf({ row_id: id }: CallRow | TraceRow): Promise<TraceDetail> {
  const url = traceUrl(id);
  return (await ask<TraceDetail>(url, AbortSignal.timeout(10_000))).answer;
}

/** Conditions that the row meets, and others with it: the same tool, the same end, the same caller. */
function likenessesOf({ tool, outcome, ...row }: CallRow | TraceRow): readonly string[] {
  const agent = (['agent_name', 'agent_id', 'client_platform'] as const).find((field) => row[field] !== undefined);
  return [
    ...(tool === undefined ? [] : [term('tool', tool)]),
    term('outcome', outcome),
    ...(agent === undefined ? [] : [term(agent, row[agent] ?? '')]),
  ];
}
