import { gatewayUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Empty } from '../../parts/empty/empty.tsx';
import { Loading } from '../../parts/empty/loading.tsx';
import { Refused } from '../../parts/empty/refused.tsx';
import { Find } from '../../parts/page/find.tsx';
import { holdsWords } from '../../parts/page/holds-words.ts';
import { Page } from '../../parts/page/page.tsx';
import { place, placeHref } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import style from './openapi.module.css';
import { OperationView } from './operation-view.tsx';
import { groupsOf, type OpenApiDocument, type Operation, operationsOf } from './operations.ts';

/** Every route of the gateway: what it takes, to be tried where that changes nothing, and to be copied. */
export function OpenApiPanel() {
  const { answer, refusal } = useAnswer<OpenApiDocument>(`${gatewayUrl()}/v1/openapi.json`, { fixed: true });
  if (answer === undefined) {
    return refusal === undefined ? <Loading /> : <Refused refusal={refusal} />;
  }
  const all = operationsOf(answer);
  const { find = '', view } = place.value;
  const shown = all.filter(({ id, summary }) => holdsWords(find, [id, summary]));
  const open = all.find(({ id }) => id === view);
  return (
    <Page title={t('panel.openapi')} tools={<Find label={t('openapi.find')} />}>
      {shown.length === 0 ? (
        <Empty action={{ href: placeHref({ find: undefined }), label: t('empty.filtered.action') }}>
          {t('empty.filtered', { filter: find })}
        </Empty>
      ) : (
        <div class={style.split}>
          <Routes shown={shown} />
          {open === undefined ? (
            <p class="soft">{t('openapi.choose')}</p>
          ) : (
            <OperationView key={open.id} operation={open} />
          )}
        </div>
      )}
    </Page>
  );
}

function Routes({ shown }: { readonly shown: readonly Operation[] }) {
  const { view } = place.value;
  return (
    <nav class={style.routes} aria-label={t('openapi.routes')}>
      {[...groupsOf(shown)].map(([group, operations]) => (
        <section key={group} aria-label={group}>
          <h2>{group}</h2>
          <ul>
            {operations.map(({ id, method, path, summary }) => (
              <li key={id}>
                <a href={placeHref({ view: id })} aria-current={id === view ? 'true' : undefined} title={summary}>
                  <code class={method === 'GET' ? 'soft' : 'warn'}>{method}</code> {path}
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
