import { later } from '../empty/later.tsx';
import type { JsonViewProps } from './json-view.tsx';

/** JSON that folds, below what a panel shows first. */
export const LaterJsonView = later<JsonViewProps>(async () => (await import('./json-view.tsx')).JsonView);
