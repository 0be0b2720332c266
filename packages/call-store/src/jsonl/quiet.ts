/** A listener of whoever uses this; what it throws must not end the writing. */
export function quiet<Event>(listener: ((event: Event) => void) | undefined): (event: Event) => void {
  return (event) => {
    try {
      listener?.(event);
    } catch {
      // What it was told stands in `health` as well.
    }
  };
}
