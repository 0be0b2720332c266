import type { GovernanceAnswer } from '@dcc-mcp/admin-api';
import { Section } from '../../parts/page/page.tsx';
import { stretchesOf } from '../../parts/unseen/visible.ts';
import { Facts } from '../../parts/value/facts.tsx';
import { TimeCell } from '../../parts/value/time-cell.tsx';
import { placeHref } from '../../state/place.ts';
import { number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import style from './governance.module.css';
import { type Change, changesOf } from './held-changes.ts';

type HeldTool = GovernanceAnswer['quarantine']['held'][number];

/** Tools that are kept away from agents because they changed, each with what changed. */
export function Quarantine({ quarantine: { mode, held } }: { readonly quarantine: GovernanceAnswer['quarantine'] }) {
  const note =
    mode === 'off'
      ? t('governance.quarantine.off')
      : held.length === 0
        ? t('governance.quarantine.none', { mode })
        : t('governance.quarantine.held', { n: number(held.length) });
  return (
    <Section title={t('governance.quarantine')} note={note}>
      {held.map((tool, index) => (
        <Held key={tool.tool ?? index} tool={tool} />
      ))}
    </Section>
  );
}

function Held({ tool }: { readonly tool: HeldTool }) {
  const { tool: slug = '', instance_id: id, reason, since, was_hash: was, is_hash: is } = tool;
  return (
    <article class="card" aria-label={slug}>
      <h3>
        <span class="warn" aria-hidden="true">
          ▲{' '}
        </span>
        <code>{slug}</code>
      </h3>
      <Facts
        facts={[
          [
            t('instance.id'),
            id !== undefined && (
              <a key="instance" href={placeHref({ panel: 'instances', instance: id })}>
                <code>{id.slice(0, 8)}</code>
              </a>
            ),
          ],
          [t('instance.reason'), reason],
          [t('governance.circuit.since'), since !== undefined && <TimeCell key="since" timestamp={since} />],
          [t('governance.held.hash'), was !== undefined && `${was.slice(0, 12)} → ${is?.slice(0, 12) ?? ''}`],
        ]}
      />
      {changesOf(tool).map((change) => (
        <SideBySide key={change.name} change={change} />
      ))}
    </article>
  );
}

/** What it was and what it is, with every character that is not seen written out. */
function SideBySide({ change: { name, lines } }: { readonly change: Change }) {
  return (
    <div class={style.scroll} role="region" aria-label={name} tabIndex={0}>
      <table class={style.sides}>
        <caption>
          <code>{name}</code>
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('governance.held.was')}</th>
            <th scope="col">{t('governance.held.is')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ was, is }, index) => (
            <tr key={index}>
              <Side text={was} sign={was === is ? '' : '−'} />
              <Side text={is} sign={was === is ? '' : '+'} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Side({ text, sign }: { readonly text: string | undefined; readonly sign: '' | '−' | '+' }) {
  const look = text === undefined || sign === '' ? undefined : sign === '+' ? style.came : style.went;
  return (
    <td class={look}>
      {text !== undefined && (
        <code>
          {sign === '' ? '  ' : `${sign} `}
          {stretchesOf(text).map(({ text: part, isUnseen }, index) =>
            isUnseen ? <mark key={index}>{part}</mark> : <span key={index}>{part}</span>,
          )}
        </code>
      )}
    </td>
  );
}
