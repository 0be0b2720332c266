/** Runs one job after the other, as the main thread of a DCC does; a job that fails does not stop the next. */
export class MainThread {
  #last = Promise.resolve();

  run(job) {
    const result = this.#last.then(job);
    this.#last = result.catch(() => {});
    return result;
  }
}
