import { go, place } from '../state/place.ts';
import { RANGES } from '../state/time-range.ts';
import { clock } from '../text/format.ts';
import { t } from '../text/text.ts';

/** What time is looked at. A time that was brushed or linked to is one more choice. */
export function RangeSelect() {
  const { since, until, range = '1h' } = place.value;
  const isAbsolute = since !== undefined || until !== undefined;
  const ends = { since: since === undefined ? '…' : clock(since), until: until === undefined ? '…' : clock(until) };
  return (
    <select
      aria-label={t('app.range')}
      value={isAbsolute ? 'absolute' : range}
      onChange={({ currentTarget: { value } }) => go({ range: value, since: undefined, until: undefined })}
    >
      {isAbsolute && <option value="absolute">{t('range.absolute', ends)}</option>}
      {RANGES.map((each) => (
        <option key={each} value={each}>
          {t(`range.${each}`)}
        </option>
      ))}
    </select>
  );
}
