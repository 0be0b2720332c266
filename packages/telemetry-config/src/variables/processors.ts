import { duration, integer, timeout } from '../kinds/scalar-kinds.ts';
import { variable, type VariableWithFallback } from './variable.ts';

/** The four settings of one batch processor. */
export interface BatchVariables {
  readonly scheduleDelay: VariableWithFallback<number>;
  readonly exportTimeout: VariableWithFallback<number>;
  readonly maxQueueSize: VariableWithFallback<number>;
  readonly maxExportBatchSize: VariableWithFallback<number>;
}

function batchVariables(prefix: 'BSP' | 'BLRP', scheduleDelay: number): BatchVariables {
  const group = prefix === 'BSP' ? 'Batch span processor' : 'Batch log record processor';
  const name = (suffix: string): string => `OTEL_${prefix}_${suffix}`;
  return {
    scheduleDelay: variable(name('SCHEDULE_DELAY'), duration(), {
      group,
      description: 'Time between two exports.',
      fallback: scheduleDelay,
    }),
    exportTimeout: variable(name('EXPORT_TIMEOUT'), timeout(), {
      group,
      description: 'Longest time of one export; 0 means no limit.',
      fallback: 30_000,
    }),
    maxQueueSize: variable(name('MAX_QUEUE_SIZE'), integer(1), {
      group,
      description: 'What the queue holds; more is dropped and counted.',
      fallback: 2_048,
    }),
    maxExportBatchSize: variable(name('MAX_EXPORT_BATCH_SIZE'), integer(1), {
      group,
      description: 'What one export holds; at most the queue.',
      fallback: 512,
    }),
  };
}

export const BSP: BatchVariables = batchVariables('BSP', 5_000);
export const BLRP: BatchVariables = batchVariables('BLRP', 1_000);
