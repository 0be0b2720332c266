import { go, place } from '../state/place.ts';
import type { Range } from '../state/time-range.ts';
import { clock, zone } from '../text/format.ts';
import { t } from '../text/text.ts';

/** What time is looked at. A time that was brushed or linked to is one more choice. */
export function RangeSelect({ ranges }: { readonly ranges: readonly Range[] }) {
  const { since, until, range: named } = place.value;
  const range = ranges.find((each) => each === named) ?? '1h';
  // An hour that was brushed is no range that statistics are of.
  const isAbsolute = ranges.includes('all') && (since !== undefined || until !== undefined);
  const ends = {
    since: since === undefined ? '…' : clock(since),
    until: until === undefined ? '…' : clock(until),
    zone: zone(),
  };
  return (
    <select
      aria-label={t('app.range')}
      value={isAbsolute ? 'absolute' : range}
      onChange={({ currentTarget: { value } }) => go({ range: value, since: undefined, until: undefined })}
    >
      {isAbsolute && <option value="absolute">{t('range.absolute', ends)}</option>}
      {ranges.map((each) => (
        <option key={each} value={each}>
          {t(`range.${each}`)}
        </option>
      ))}
    </select>
  );
}
