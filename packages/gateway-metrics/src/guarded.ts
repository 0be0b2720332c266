/** Whatever happens inside, the caller never sees it. */
export function guarded<A extends readonly unknown[]>(
  record: (...measurement: A) => void,
): (...measurement: A) => void {
  return (...measurement) => {
    try {
      record(...measurement);
    } catch {
      // Only a broken meter or an argument that is not even an object gets here; the request goes on.
    }
  };
}
