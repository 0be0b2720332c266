import type { TraceDetail } from '@dcc-mcp/call-store';
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../../text/text.ts';

let Body: FunctionComponent<{ readonly trace: TraceDetail }> | undefined;

/** A trace, whose code is loaded when one is first looked at: a list has no need of it. */
export function LaterTraceBody({ trace }: { readonly trace: TraceDetail }) {
  const [, setLoaded] = useState(false);
  useEffect(() => {
    const load = async (): Promise<void> => {
      Body = (await import('../request/trace-body.tsx')).TraceBody;
      setLoaded(true);
    };
    if (Body === undefined) {
      void load();
    }
  }, []);
  return Body === undefined ? <p class="soft">{t('list.loading')}</p> : <Body trace={trace} />;
}
