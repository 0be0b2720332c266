import style from './value.module.css';

/** How much attention something asks for: quiet where it asks for none. */
export function SeverityWord({ severity }: { readonly severity: string }) {
  if (severity !== 'warning' && severity !== 'error') {
    return <span class="soft">{severity}</span>;
  }
  return (
    <span class={`${style.outcome} ${severity === 'error' ? 'bad' : 'warn'}`}>
      <span aria-hidden="true">{severity === 'error' ? '✕' : '▲'}</span> {severity}
    </span>
  );
}
