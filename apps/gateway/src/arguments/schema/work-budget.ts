/**
 * Steps that one check may take. A step is one keyword applied to one value, one member looked at, or one pair of values
 * compared; it takes 50 to 100 ns, so these are some 10 ms.
 */
const MAX_STEPS = 100_000;
/** Steps that one compilation may take: some 5,000 properties. Each makes something that stays, and takes five times as long. */
const MAX_COMPILATION_STEPS = 50_000;
/** Time that one check may take, in milliseconds: everything else in the process waits meanwhile. */
const MAX_MILLIS = 20;
/** The clock is looked at once in so many steps, because a look costs as much as a step does. */
const STEPS_BETWEEN_LOOKS = 500;
/** With fewer steps, time that has passed is time in which other programs ran, and says nothing about the work. */
const STEPS_BEFORE_TIME_COUNTS = 10_000;
/**
 * Evaluations that may stand inside each other: 512 levels of arguments and some references at each of them. A level takes
 * three frames of the stack, whose end is not reached before.
 */
const MAX_DEPTH = 2_500;

/** Thrown where a schema can't be judged, or arguments can't be checked with it; the message says why. */
export class Uncheckable extends Error {
  override readonly name: string = 'Uncheckable';
}

/** Thrown when the work is more than it may be. */
export class BudgetExceeded extends Uncheckable {
  override readonly name = 'BudgetExceeded';
}

/** The bound of work that depends on a schema of an upstream and on the arguments of a caller. */
export class WorkBudget {
  /** As the message of {@link BudgetExceeded} names it. */
  readonly #what: string;
  readonly #maxSteps: number;
  /** On the clock of `performance.now`. */
  readonly #deadline: number;
  #left: number;
  #untilLook = STEPS_BETWEEN_LOOKS;
  #depth = 0;

  private constructor(what: string, maxSteps: number, deadline: number) {
    this.#what = what;
    this.#maxSteps = maxSteps;
    this.#left = maxSteps;
    this.#deadline = deadline;
  }

  /** Without a bound of time: what comes of it depends on the schema alone, so it may be kept. */
  static ofCompilation(): WorkBudget {
    return new WorkBudget('compiling the schema', MAX_COMPILATION_STEPS, Infinity);
  }

  static ofCheck(): WorkBudget {
    return new WorkBudget('checking the arguments', MAX_STEPS, performance.now() + MAX_MILLIS);
  }

  /** @throws {BudgetExceeded} When the steps, or the time, are used up. */
  spend(steps = 1): void {
    this.#left -= steps;
    this.#untilLook -= steps;
    if (this.#untilLook < 0) {
      this.#look();
    }
  }

  /** One evaluation inside another; what throws need not come back. @throws {Uncheckable} When they are too many. */
  enter(): void {
    this.spend();
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      throw new Uncheckable(`${this.#what} goes deeper than ${MAX_DEPTH} levels`);
    }
  }

  leave(): void {
    this.#depth -= 1;
  }

  #look(): void {
    this.#untilLook = STEPS_BETWEEN_LOOKS;
    if (this.#left < 0) {
      throw new BudgetExceeded(`${this.#what} takes more than ${this.#maxSteps} steps`);
    }
    if (this.#left < this.#maxSteps - STEPS_BEFORE_TIME_COUNTS && performance.now() > this.#deadline) {
      throw new BudgetExceeded(`${this.#what} takes more than ${MAX_MILLIS} ms`);
    }
  }
}
