import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';

type Attributes = Readonly<Record<string, string>>;

/** What is said of the target as a whole: of workers that are one service, what all of them say. */
export class CommonResource {
  readonly #given: Resource | undefined;
  #own: Resource | undefined;
  #common: Resource | undefined;
  #attributes: Map<string, string> | undefined;

  /** @param given Counts before everything that workers say. */
  constructor(given: Resource | undefined) {
    this.#given = given;
  }

  get current(): Resource {
    return this.#given ?? this.#own ?? this.#common ?? resourceFromAttributes({});
  }

  /** What the primary says of itself; it counts before what workers say. */
  ofPrimary(attributes: Attributes): void {
    this.#own ??= resourceFromAttributes(attributes);
  }

  /** Leaves what differs out, for good: the labels of a target must not change with each process. */
  ofWorker(attributes: Attributes): void {
    if (this.#attributes === undefined) {
      this.#attributes = new Map(Object.entries(attributes));
    }
    for (const [key, value] of this.#attributes) {
      if (attributes[key] !== value) {
        this.#attributes.delete(key);
      }
    }
    this.#common = resourceFromAttributes(Object.fromEntries(this.#attributes));
  }
}
