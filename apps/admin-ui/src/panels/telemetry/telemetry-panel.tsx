import type { GatewayHealth, TelemetryAnswer } from '@dcc-mcp/admin-api';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Loading } from '../../parts/empty/loading.tsx';
import { Refused } from '../../parts/empty/refused.tsx';
import { LaterJsonView } from '../../parts/json/later-json-view.tsx';
import { Page, Section } from '../../parts/page/page.tsx';
import { t } from '../../text/text.ts';
import { SIGNALS } from './checklist.ts';
import { OwnCost, SeriesTable, StoreTable } from './own-state.tsx';
import { Scrape } from './scrape.tsx';
import { SettingTable } from './setting-table.tsx';
import { SignalChecklist } from './signal-checklist.tsx';
import style from './telemetry.module.css';

/** Why nothing arrives: each signal step by step, the scrape, the settings, and what the gateway itself holds. */
export function TelemetryPanel() {
  const { answer, refusal, tookMillis } = useAnswer<TelemetryAnswer>(apiUrl('telemetry'));
  const { answer: health } = useAnswer<GatewayHealth>(apiUrl('health'));
  if (answer === undefined) {
    return refusal === undefined ? <Loading /> : <Refused refusal={refusal} />;
  }
  const { signals, settings, api_copies: copies, series } = answer;
  return (
    <Page title={t('panel.telemetry')}>
      <Section title={t('telemetry.signals')}>
        <div class={style.signals}>
          {SIGNALS.map((name) => (
            <SignalChecklist key={name} name={name} signal={signals[name]} settings={settings} />
          ))}
        </div>
      </Section>
      {copies.length > 0 && (
        <Section title={t('telemetry.copies')} note={t('telemetry.copies.note')}>
          <LaterJsonView label={t('telemetry.copies')} value={copies} />
        </Section>
      )}
      <Scrape answer={answer} />
      {series !== undefined && Object.keys(series).length > 0 && <SeriesTable series={series} />}
      <SettingTable settings={settings} />
      {health !== undefined && <StoreTable stores={health.stores} />}
      {health !== undefined && <OwnCost health={health} tookMillis={tookMillis} />}
    </Page>
  );
}
