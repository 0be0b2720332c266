import type { GovernanceAnswer } from '@dcc-mcp/admin-api';
import { Section, SmallTable } from '../../parts/page/page.tsx';
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
export function Quarantine({ quarantine }: { readonly quarantine: GovernanceAnswer['quarantine'] }) {
  const { mode, held, held_total: total = held.length, new: fresh = [], hints = [] } = quarantine;
  const note =
    mode === 'off'
      ? t('governance.quarantine.off')
      : held.length === 0
        ? t('governance.quarantine.none', { mode })
        : t('governance.quarantine.held', { n: number(total) });
  return (
    <Section title={t('governance.quarantine')} note={note}>
      {held.map((tool, index) => (
        <Held key={tool.tool ?? index} tool={tool} />
      ))}
      {fresh.length > 0 && (
        <p>
          {t('governance.new', { n: number(fresh.length) })}{' '}
          {fresh.map(({ name }) => (
            <code key={name} class={style.word}>
              {name}
            </code>
          ))}
        </p>
      )}
      {hints.length > 0 && <Hints hints={hints} />}
    </Section>
  );
}

/** What a person should look at in texts; nothing is held back for it. */
function Hints({ hints }: { readonly hints: NonNullable<GovernanceAnswer['quarantine']['hints']> }) {
  return (
    <>
      <p>{t('governance.hints')}</p>
      <SmallTable
        label={t('governance.hints')}
        heads={[t('column.tool'), t('governance.hint.kind'), t('governance.hint.where'), t('governance.hint.text')]}
        rows={hints.map(({ tool, kind, where, excerpt }) => [
          <code key="tool">{tool}</code>,
          t(`governance.hint.${kind}`),
          <code key="where">{where}</code>,
          <code key="text">{excerpt}</code>,
        ])}
      />
    </>
  );
}

function Held({ tool }: { readonly tool: HeldTool }) {
  const { tool: slug = '', instance_id: id, reason, since, was_hash: was, is_hash: is, name } = tool;
  const { rejected_at: rejected } = tool;
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
          [t('governance.held.rejected'), rejected !== undefined && <TimeCell key="rejected" timestamp={rejected} />],
          [
            t('governance.held.decide'),
            name !== undefined && <code key="decide">dcc-mcp-gateway approvals approve|reject {name}</code>,
          ],
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
