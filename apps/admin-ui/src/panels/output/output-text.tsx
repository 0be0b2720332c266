import type { SessionEvent } from '@dcc-mcp/session-events';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { SeverityWord } from '../../parts/value/severity.tsx';
import { go, placeHref } from '../../state/place.ts';
import { clock, fullTime, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import style from './output.module.css';

/** Nearer to the end than this, the reader follows what comes; in pixels. */
const NEAR_END = 40;

/** The lines, oldest first. Who is at the end stays there; who reads above is told of what came. */
export function OutputText({
  lines,
  openId,
}: {
  readonly lines: readonly SessionEvent[];
  readonly openId: string | undefined;
}) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(openId === undefined);
  const [seen, setSeen] = useState(0);
  const last = lines.at(-1)?.id ?? 0;
  useLayoutEffect(() => {
    if (isAtEnd.current && box.current !== null) {
      box.current.scrollTop = box.current.scrollHeight;
      setSeen(last);
    }
  }, [last]);
  useEffect(() => {
    if (openId !== undefined) {
      box.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
    }
  }, [openId]);
  const onScroll = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: { currentTarget: HTMLElement }) => {
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (isAtEnd.current) {
      setSeen(last);
    }
  };
  const toEnd = (): void => {
    isAtEnd.current = true;
    box.current?.scrollTo({ top: box.current.scrollHeight });
    setSeen(last);
  };
  const unseen = seen === 0 ? 0 : lines.filter(({ id }) => id > seen).length;
  return (
    <div class={style.frame}>
      <div
        ref={box}
        class={style.text}
        role="log"
        aria-live="off"
        aria-label={t('panel.output')}
        tabIndex={0}
        onScroll={onScroll}
      >
        {lines.map((line) => (
          <Line key={line.id} line={line} isOpen={String(line.id) === openId} />
        ))}
      </div>
      {unseen > 0 && (
        <button type="button" class={`primary ${style.unseen}`} onClick={toEnd}>
          ↓ {t('list.new', { n: number(unseen) })}
        </button>
      )}
    </div>
  );
}

function Line({ line, isOpen }: { readonly line: SessionEvent; readonly isOpen: boolean }) {
  const { id, timestamp, level, stream, message, trace_id: trace } = line;
  const row = String(id);
  return (
    <div
      class={[style.line, level === 'error' ? style.bad : '', isOpen ? style.open : ''].join(' ')}
      aria-current={isOpen ? 'true' : undefined}
      onClick={({ target }) => {
        // Text that is being marked, and links, do their own.
        const isMarking = (getSelection()?.toString() ?? '') !== '';
        if (!isMarking && target instanceof Element && target.closest('a') === null) {
          go({ row }, { replace: isOpen });
        }
      }}
    >
      <a href={placeHref({ row })} title={fullTime(timestamp)} class={style.time}>
        <time dateTime={timestamp}>{clock(timestamp)}</time>
      </a>
      <SeverityWord severity={level} />
      <span class={`soft ${style.stream}`}>{stream}</span>
      <span class={style.message}>
        {message}
        {trace !== undefined && (
          <>
            {' '}
            <a href={placeHref({ panel: 'traces', trace })}>{t('output.trace')}</a>
          </>
        )}
      </span>
    </div>
  );
}
