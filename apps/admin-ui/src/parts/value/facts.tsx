import type { ComponentChildren } from 'preact';
import style from './value.module.css';

/** A name and what is known under it; what is not known is left out. */
export type Fact = readonly [name: string, value: ComponentChildren];

/** Names and values in two columns. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  const known = facts.filter(([, value]) => value !== undefined && value !== '' && value !== false);
  return (
    <dl class={style.facts}>
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
