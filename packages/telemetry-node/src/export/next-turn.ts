/** Resolves in a later turn of the event loop, once what has come meanwhile was read. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
