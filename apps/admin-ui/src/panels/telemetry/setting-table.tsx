import { Empty } from '../../parts/empty/empty.tsx';
import { Chips, Find } from '../../parts/page/find.tsx';
import { Section, SmallTable } from '../../parts/page/page.tsx';
import { place, placeHref } from '../../state/place.ts';
import { number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import type { Setting } from './checklist.ts';
import { shownSettings } from './settings.ts';
import style from './telemetry.module.css';

/** What is in force, where it comes from, and what is wrong with it. */
export function SettingTable({ settings }: { readonly settings: readonly Setting[] }) {
  const { view, find } = place.value;
  const shown = shownSettings(settings, { view, find });
  const wrong = settings.filter(({ issue }) => issue !== undefined).length;
  return (
    <Section title={t('telemetry.settings')} note={t('telemetry.settings.note', { n: number(shown.length) })}>
      <div class={style.tools}>
        <Find label={t('telemetry.settings.find')} />
        <Chips
          label={t('telemetry.settings')}
          chips={[
            { view: 'issues', label: t('telemetry.settings.issues'), count: wrong, isBad: true },
            { view: 'all', label: t('telemetry.settings.all'), count: settings.length },
          ]}
        />
      </div>
      {shown.length === 0 ? (
        <Empty action={{ href: placeHref({ view: 'all', find: undefined }), label: t('empty.filtered.action') }}>
          {t('telemetry.settings.none')}
        </Empty>
      ) : (
        <SmallTable
          label={t('telemetry.settings')}
          heads={[t('telemetry.setting.name'), t('telemetry.setting.value'), t('telemetry.setting.origin')]}
          rows={shown.map(rowOf)}
        />
      )}
    </Section>
  );
}

function rowOf({ name, value = '', origin, issue }: Setting) {
  return [
    <code key="name">{name}</code>,
    <>
      <code>{value}</code>
      {issue !== undefined && (
        <p class="bad">
          <span aria-hidden="true">✕ </span>
          {issue}
        </p>
      )}
    </>,
    <span key="origin" class={origin === 'default' ? `soft ${style.origin}` : style.origin}>
      {origin}
    </span>,
  ];
}
