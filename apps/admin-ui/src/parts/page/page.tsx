import type { ComponentChildren } from 'preact';
import style from './page.module.css';

export interface PageProps {
  readonly title: string;
  /** Filters and counts, which stay in sight. */
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A panel that is read from top to bottom. */
export function Page({ title, tools, children }: PageProps) {
  return (
    <div class={style.page}>
      <h1 class="hidden">{title}</h1>
      {tools !== undefined && <div class={style.tools}>{tools}</div>}
      {children}
    </div>
  );
}

export interface SectionProps {
  readonly title: string;
  /** What the section is about, or how it stands, beside its title. */
  readonly note?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of a page under its own title. */
export function Section({ title, note, children }: SectionProps) {
  return (
    <section class={style.section}>
      <header>
        <h2>{title}</h2>
        {note !== undefined && <span class="soft">{note}</span>}
      </header>
      {children}
    </section>
  );
}

export interface SmallTableProps {
  readonly label: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
}

/** A table that is short enough to be there whole. */
export function SmallTable({ label, heads, rows }: SmallTableProps) {
  return (
    <div class={style.scroll} role="region" aria-label={label} tabIndex={0}>
      <table class={style.table}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <tr key={index}>
              {cells.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
