import type { CaptureStatus } from '@dcc-mcp/admin-api';
import { Empty } from '../../parts/empty/empty.tsx';
import { placeHref } from '../../state/place.ts';
import { number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { captureWords } from './capture-state.ts';

/** Whether traffic is captured, how much of it is kept, and what was left out. */
export function CaptureLine({ status }: { readonly status: CaptureStatus }) {
  const { capture_enabled: isOn, retained_frames: kept, capacity, dropped, skipped_decisions: skipped } = status;
  if (status.state === 'capture_unavailable') {
    return (
      <p class="warn">
        <span aria-hidden="true">▲</span> {t('traffic.unavailable')} {status.message}
      </p>
    );
  }
  if (!isOn) {
    return null;
  }
  return (
    <p class="soft">
      {t('traffic.on', { n: number(kept), capacity: number(capacity) })}
      {dropped > 0 && ` ${t('traffic.dropped', { n: number(dropped) })}`}
      {skipped > 0 && ` ${t('traffic.skipped', { n: number(skipped) })}`}
    </p>
  );
}

/** Why there are no messages, and what would bring some. */
export function NoFrames({ status }: { readonly status: CaptureStatus }) {
  const { says, more, hasMessage } = captureWords(status.state);
  return (
    <Empty action={{ href: placeHref({ panel: 'calls' }), label: t('traffic.calls') }}>
      <b>{t(says)}</b>
      {hasMessage && <span> {status.message}</span>}
      {more.map((key) => (
        <span key={key}> {t(key)}</span>
      ))}
    </Empty>
  );
}
