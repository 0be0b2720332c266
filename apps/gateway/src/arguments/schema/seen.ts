import type { WorkBudget } from './work-budget.ts';

/** The members of one value that some keyword has judged (`unevaluatedProperties`, `unevaluatedItems`). */
export class Seen {
  readonly #names = new Set<string>();
  readonly #items = new Set<number>();
  #itemsBefore = 0;

  addName(name: string): void {
    this.#names.add(name);
  }

  addItem(index: number): void {
    this.#items.add(index);
  }

  /** All items before `index`; `Infinity` for all there are. */
  addItemsBefore(index: number): void {
    this.#itemsBefore = Math.max(this.#itemsBefore, index);
  }

  hasName(name: string): boolean {
    return this.#names.has(name);
  }

  hasItem(index: number): boolean {
    return index < this.#itemsBefore || this.#items.has(index);
  }

  mergeInto(outer: Seen, budget: WorkBudget): void {
    budget.spend(this.#names.size + this.#items.size);
    this.#names.forEach((name) => outer.#names.add(name));
    this.#items.forEach((index) => outer.#items.add(index));
    outer.addItemsBefore(this.#itemsBefore);
  }
}
