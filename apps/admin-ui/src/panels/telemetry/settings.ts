// Settings in the order of attention, series by how full they are, and how a scraper is pointed here.
import type { TelemetryAnswer } from '@dcc-mcp/admin-api';
import { holdsWords } from '../../parts/page/holds-words.ts';
import type { Setting } from './checklist.ts';

/** Which settings are shown: those that are wrong or set, unless all are asked for or words are looked for. */
export function shownSettings(
  settings: readonly Setting[],
  { view, find }: { readonly view?: string | undefined; readonly find?: string | undefined },
): readonly Setting[] {
  const isWanted = (setting: Setting): boolean => {
    if (view === 'issues') {
      return setting.issue !== undefined;
    }
    return view === 'all' || find !== undefined || setting.issue !== undefined || setting.origin !== 'default';
  };
  const shown = settings.filter(
    (setting) => isWanted(setting) && holdsWords(find, [setting.name, setting.value, setting.origin, setting.issue]),
  );
  return shown.toSorted((one, other) => Number(other.issue !== undefined) - Number(one.issue !== undefined));
}

/** The series of one instrument. */
export interface SeriesUse {
  readonly name: string;
  readonly used: number;
  readonly budget: number;
  readonly overflowed: number;
}

/** Instruments, those that let series go first, then the fullest. */
export function fullestFirst(series: NonNullable<TelemetryAnswer['series']>): readonly SeriesUse[] {
  return Object.entries(series)
    .map(([name, { used, budget, overflowed = 0 }]) => ({ name, used, budget, overflowed }))
    .toSorted(
      (one, other) =>
        other.overflowed - one.overflowed ||
        other.used / other.budget - one.used / one.budget ||
        one.name.localeCompare(other.name),
    );
}

/**
 * Lines for `prometheus.yml` that scrape the gateway at this address: below the path that a proxy puts before it, unless
 * metrics have a port of their own, which is reached directly.
 */
export function scrapeConfig(address: URL, ownPath = '/metrics', port = ''): string {
  const isApart = /^\d+$/.test(port);
  const host = isApart ? `${address.hostname}:${port}` : address.host;
  const path = isApart ? ownPath : `${address.pathname.replace(/\/$/, '')}${ownPath}`;
  return [
    'scrape_configs:',
    '  - job_name: dcc-mcp-gateway',
    ...(address.protocol === 'https:' ? ['    scheme: https'] : []),
    ...(path === '/metrics' ? [] : [`    metrics_path: ${path}`]),
    '    static_configs:',
    `      - targets: ['${host}']`,
  ].join('\n');
}
