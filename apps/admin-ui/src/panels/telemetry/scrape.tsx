import type { TelemetryAnswer } from '@dcc-mcp/admin-api';
import { gatewayUrl } from '../../api/client.ts';
import { Section } from '../../parts/page/page.tsx';
import { CopyButton } from '../../parts/value/copy.tsx';
import { Facts } from '../../parts/value/facts.tsx';
import { TimeCell } from '../../parts/value/time-cell.tsx';
import { bytes, duration, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { settingOf } from './checklist.ts';
import { scrapeConfig } from './settings.ts';
import style from './telemetry.module.css';

const SWITCHED_ON = 'metrics:\n  enabled: true';

/** Whether anybody scrapes, what they get, and how Prometheus is pointed here. */
export function Scrape({ answer: { scrape, settings } }: { readonly answer: TelemetryAnswer }) {
  const { enabled, last_scrape_at: last, last_series: series, last_bytes: size, last_duration_ms: took } = scrape;
  if (!enabled) {
    return (
      <Section title={t('telemetry.scrape')} note={t('telemetry.scrape.off')}>
        <Snippet text={SWITCHED_ON} />
      </Section>
    );
  }
  const config = scrapeConfig(new URL(gatewayUrl()), scrape.path, settingOf(settings, 'metrics.port')?.value);
  return (
    <Section title={t('telemetry.scrape')} note={last === undefined ? t('telemetry.scrape.never') : undefined}>
      <Facts
        facts={[
          [t('telemetry.scrape.path'), <code key="path">{scrape.path}</code>],
          [t('telemetry.scrape.last'), last !== undefined && <TimeCell key="last" timestamp={last} />],
          [t('telemetry.scrape.series'), series !== undefined && number(series)],
          [t('telemetry.scrape.size'), size !== undefined && bytes(size)],
          [t('telemetry.scrape.took'), took !== undefined && duration(took)],
          [t('telemetry.scrape.seen'), number(scrape.scrapers_seen ?? 0)],
        ]}
      />
      <details open={last === undefined}>
        <summary>{t('telemetry.scrape.how')}</summary>
        <Snippet text={config} />
      </details>
    </Section>
  );
}

function Snippet({ text }: { readonly text: string }) {
  return (
    <div class={style.snippet}>
      <pre>
        <code>{text}</code>
      </pre>
      <CopyButton label={t('instance.copyError')} text={() => text} />
    </div>
  );
}
