// The processes that a benchmark starts, so that they are stopped however it ends.

/** @returns `keep` takes one that is starting and gives it; `stopAll` stops those that run, the last one first. */
export function keptProcesses() {
  const running = [];
  return {
    keep: async (starting) => {
      const started = await starting;
      running.push(started);
      return started;
    },
    stopAll: () =>
      Promise.all(
        running
          .splice(0)
          .toReversed()
          .map((each) => each.stop()),
      ),
  };
}
