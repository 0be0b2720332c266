import style from './value.module.css';

/** A word and a sign for how something ended: quiet where it went well, and never told by colour alone. */
export function OutcomeWord({ outcome }: { readonly outcome: string }) {
  if (outcome === 'ok') {
    return <span class="soft">ok</span>;
  }
  const isWarning =
    outcome === 'cancelled' || outcome === 'throttled' || outcome === 'denied' || outcome === 'zero_results';
  return (
    <span class={`${style.outcome} ${isWarning ? 'warn' : 'bad'}`}>
      <span aria-hidden="true">{isWarning ? '▲' : '✕'}</span> {outcome}
    </span>
  );
}
