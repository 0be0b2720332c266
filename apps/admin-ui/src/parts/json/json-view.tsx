import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { bytes, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { CopyButton } from '../value/copy.tsx';
import {
  allBranches,
  childrenOf,
  copiedText,
  jsonBytes,
  type JsonPath,
  openAtFirst,
  pathText,
  valueAt,
} from './json-tree.ts';
import style from './json-view.module.css';

export interface JsonViewProps {
  /** JSON: what `JSON.parse` gives. */
  readonly value: unknown;
  /** What it is, for those who don't see it. */
  readonly label: string;
  /** Said beside its size: that it was cut, or what was taken out. */
  readonly note?: ComponentChildren;
}

const MAX_OPENED = 500;

/** JSON that folds. A click on a name takes it up, so that its value or its path can be copied. It is text and nothing else. */
export function JsonView({ value, label, note }: JsonViewProps) {
  const first = useMemo(() => openAtFirst(value), [value]);
  const [changed, setChanged] = useState<{ readonly of: unknown; readonly open: ReadonlySet<string> }>();
  const [chosen, setChosen] = useState<JsonPath>([]);
  const size = useMemo(() => jsonBytes(value), [value]);
  const open = changed !== undefined && Object.is(changed.of, value) ? changed.open : first;
  const setOpen = (next: ReadonlySet<string>): void => setChanged({ of: value, open: next });
  const onTake = (path: JsonPath, isBranch: boolean): void => {
    setChosen(path);
    if (isBranch) {
      const toggled = new Set(open);
      const key = pathText(path);
      setOpen(toggled.delete(key) ? toggled : toggled.add(key));
    }
  };
  return (
    <section class={style.view} aria-label={label}>
      <header class={style.head}>
        <span class="soft">
          {bytes(size)}
          {note !== undefined && <> · {note}</>}
        </span>
        <code class={`clip ${style.path}`}>{pathText(chosen)}</code>
        <CopyButton label={t('copy.value')} text={() => copiedText(valueAt(value, chosen))} />
        <CopyButton label={t('copy.path')} text={() => pathText(chosen)} />
        {childrenOf(value) !== undefined && (
          <button type="button" onClick={() => setOpen(open.size > 1 ? new Set() : allBranches(value, MAX_OPENED))}>
            {open.size > 1 ? t('json.fold') : t('json.unfold')}
          </button>
        )}
      </header>
      <ul class={style.lines}>
        <Line path={[]} value={value} open={open} chosen={pathText(chosen)} onTake={onTake} />
      </ul>
    </section>
  );
}

interface LineProps {
  readonly path: JsonPath;
  readonly value: unknown;
  readonly open: ReadonlySet<string>;
  readonly chosen: string;
  readonly onTake: (path: JsonPath, isBranch: boolean) => void;
}

function Line({ path, value, open, chosen, onTake }: LineProps) {
  const children = childrenOf(value);
  const key = pathText(path);
  const isBranch = children !== undefined && children.length > 0;
  const isOpen = isBranch && open.has(key);
  return (
    <li>
      <button
        type="button"
        class={style.line}
        aria-expanded={isBranch ? isOpen : undefined}
        aria-current={key === chosen ? 'true' : undefined}
        onClick={() => onTake(path, isBranch)}
      >
        <span class={style.mark} aria-hidden="true">
          {isBranch ? (isOpen ? '▾' : '▸') : ''}
        </span>
        <Name path={path} />
        {children === undefined ? <Leaf value={value} /> : <Held value={value} count={children.length} />}
      </button>
      {isOpen && <Children {...{ path, open, chosen, onTake }} entries={children} />}
    </li>
  );
}

function Name({ path }: { readonly path: JsonPath }) {
  const name = path.at(-1);
  return name === undefined ? null : (
    <>
      <span class={style.name}>{String(name)}</span>
      <span class="soft">: </span>
    </>
  );
}

/** How much stands in a branch. */
function Held({ value, count }: { readonly value: unknown; readonly count: number }) {
  const n = { n: number(count) };
  return (
    <span class="soft">
      {Array.isArray(value) ? '[' : '{'}
      {count === 0 ? '' : ` ${Array.isArray(value) ? t('json.items', n) : t('json.members', n)} `}
      {Array.isArray(value) ? ']' : '}'}
    </span>
  );
}

/** Members that are shown at once, and characters of a text. */
const MAX_SHOWN = 200;
const MAX_CHARS = 2_000;

interface ChildrenProps extends Omit<LineProps, 'value'> {
  readonly entries: NonNullable<ReturnType<typeof childrenOf>>;
}

function Children({ entries, path, ...line }: ChildrenProps) {
  const [shown, setShown] = useState(MAX_SHOWN);
  const rest = entries.length - shown;
  return (
    <ul class={style.children}>
      {entries.slice(0, shown).map(({ key, value }) => (
        <Line key={key} {...line} path={[...path, key]} value={value} />
      ))}
      {rest > 0 && (
        <li>
          <button type="button" onClick={() => setShown(shown + MAX_SHOWN)}>
            {t('json.more', { n: number(rest) })}
          </button>
        </li>
      )}
    </ul>
  );
}

/** A value that holds no other; of a long text the beginning, with how much there is. */
function Leaf({ value }: { readonly value: unknown }) {
  if (typeof value !== 'string') {
    return <span class={style.scalar}>{String(value)}</span>;
  }
  const isLong = value.length > MAX_CHARS;
  return (
    <span class={style.text}>
      {JSON.stringify(isLong ? value.slice(0, MAX_CHARS) : value)}
      {isLong && <span class="soft"> … {t('json.characters', { n: number(value.length) })}</span>}
    </span>
  );
}
