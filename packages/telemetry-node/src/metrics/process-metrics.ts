import type { Meter } from '@opentelemetry/api';

const MICROS_PER_SECOND = 1_000_000;

/**
 * Registers `process.cpu.time`, `process.memory.usage` and `process.uptime` (OTel conventions, "Process
 * metrics") as observables: nothing is measured until someone collects.
 */
export function registerProcessMetrics(meter: Meter): void {
  meter
    .createObservableCounter('process.cpu.time', { unit: 's', description: 'CPU seconds by state.' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe(user / MICROS_PER_SECOND, { 'cpu.mode': 'user' });
      result.observe(system / MICROS_PER_SECOND, { 'cpu.mode': 'system' });
    });
  meter
    .createObservableUpDownCounter('process.memory.usage', { unit: 'By', description: 'Resident memory.' })
    .addCallback((result) => {
      result.observe(process.memoryUsage.rss());
    });
  meter
    .createObservableGauge('process.uptime', { unit: 's', description: 'Time the process has been running.' })
    .addCallback((result) => {
      result.observe(process.uptime());
    });
}
