import { connection } from '../api/connection.ts';
import { isLive, refreshes } from '../api/live.ts';
import { language, theme, timeStyle } from '../state/preferences.ts';
import { clock, longDuration } from '../text/format.ts';
import { t } from '../text/text.ts';
import style from './head.module.css';
import type { Panel } from './panels.ts';
import { RangeSelect } from './range-select.tsx';

/** How the gateway is, what time is looked at, and how the reader wants it. */
export function Head({ panel, onHelp }: { readonly panel: Panel | undefined; readonly onHelp: () => void }) {
  return (
    <header class={style.head}>
      <a href="?" class={style.brand}>
        {t('app.name')}
      </a>
      <GatewayState />
      <span class={style.space} />
      {panel !== undefined && panel.ranges.length > 0 && <RangeSelect ranges={panel.ranges} />}
      <button
        type="button"
        aria-pressed={isLive.value}
        title={t('app.live.title')}
        onClick={() => (isLive.value = !isLive.value)}
      >
        {isLive.value ? t('app.live') : t('app.paused')}
      </button>
      <button type="button" class="quiet" title={t('app.refresh')} onClick={() => (refreshes.value += 1)}>
        <span aria-hidden="true">⟳</span>
        <span class="hidden">{t('app.refresh')}</span>
      </button>
      <Preferences />
      <button type="button" class={`quiet ${style.wide}`} title={t('app.help')} onClick={onHelp}>
        <span aria-hidden="true">?</span>
        <span class="hidden">{t('app.help')}</span>
      </button>
    </header>
  );
}

function GatewayState() {
  const { health, lostAt } = connection.value;
  if (lostAt !== undefined) {
    const since = clock(new Date(lostAt).toISOString());
    return (
      <span role="status" class={`${style.state} ${style.lost}`}>
        ✕ {t('state.lost', { time: since })}
      </span>
    );
  }
  if (health === undefined) {
    return <span class={style.state}>{t('state.connecting')}</span>;
  }
  const isGood = health.status === 'ok';
  const counts = { ready: health.instances_ready, total: health.instances_total };
  return (
    <span role="status" class={style.state}>
      <span class={isGood ? 'good' : 'warn'} aria-hidden="true">
        {isGood ? '●' : '▲'}
      </span>{' '}
      {isGood ? t('state.ok', { uptime: longDuration(health.uptime_secs * 1_000) }) : t('state.degraded')} ·{' '}
      <a href="?panel=instances">{t('state.instances', counts)}</a> · v{health.version}
    </span>
  );
}

function Preferences() {
  const isRelative = timeStyle.value === 'relative';
  return (
    <>
      <button
        type="button"
        class={`quiet ${style.wide}`}
        title={isRelative ? t('app.time.relative') : t('app.time.absolute')}
        onClick={() => (timeStyle.value = isRelative ? 'absolute' : 'relative')}
      >
        {isRelative ? '5 min' : '12:00'}
      </button>
      <select
        class={style.wide}
        aria-label={t('app.language')}
        value={language.value}
        onChange={({ currentTarget }) => (language.value = currentTarget.value === 'en' ? 'en' : 'zh-CN')}
      >
        <option value="en">English</option>
        <option value="zh-CN">简体中文</option>
      </select>
      <select
        class={style.wide}
        aria-label={t('app.theme')}
        value={theme.value}
        onChange={({ currentTarget: { value } }) =>
          (theme.value = value === 'dark' || value === 'light' ? value : 'system')
        }
      >
        <option value="system">{t('theme.system')}</option>
        <option value="dark">{t('theme.dark')}</option>
        <option value="light">{t('theme.light')}</option>
      </select>
    </>
  );
}
