import { options } from 'preact';
import { visible } from './visible.ts';

/** What of an element is read: what stands in it, and what is told of it. */
const READ = ['children', 'title', 'aria-label'] as const;

/**
 * From here on whatever is drawn is {@link visible}, whoever wrote it: a reader sees all that a model does. It is done where
 * elements are made, so that no part of the page can forget it.
 */
export function drawVisibly(): void {
  const before = options.vnode?.bind(options);
  options.vnode = (vnode) => {
    const props: Record<string, unknown> = vnode.props;
    for (const name of READ) {
      const value = props[name];
      if (typeof value === 'string' || Array.isArray(value)) {
        props[name] = seen(value);
      }
    }
    before?.(vnode);
  };
}

function seen(value: unknown): unknown {
  if (typeof value === 'string') {
    return visible(value);
  }
  return Array.isArray(value) ? value.map(seen) : value;
}
