const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** What is needed at the end of a process. */
export interface Flushable {
  forceFlush(options: { timeoutMillis: number }): Promise<void>;
  shutdown(options: { timeoutMillis: number }): Promise<void>;
}

/**
 * Flushes when the process is asked to end or has nothing left to do, and lets it end as it would have.
 *
 * Without a handler of the application a signal ends the process after the flush, by the same signal.
 * With one, the application decides when it ends; what it finishes until then is still exported.
 */
export function flushAtEnd(telemetry: Flushable, timeoutMillis: number): void {
  for (const signal of SIGNALS) {
    const onSignal = (): void => {
      if (process.listenerCount(signal) > 1) {
        void telemetry.forceFlush({ timeoutMillis });
        return;
      }
      void telemetry.shutdown({ timeoutMillis }).finally(() => {
        process.removeListener(signal, onSignal);
        process.kill(process.pid, signal);
      });
    };
    process.on(signal, onSignal);
  }
  // Asynchronous work started here is waited for; once it is done the event comes again and finds nothing to do.
  process.once('beforeExit', () => {
    void telemetry.shutdown({ timeoutMillis });
  });
}
