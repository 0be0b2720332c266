// Upper bounds of histogram buckets, in the unit of the histogram.

/** Tool calls and jobs, in seconds: from a millisecond to a half-hour render. */
export const BUCKET_BOUNDARIES_TOOL: readonly number[] = [
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800,
];

/** MCP operations and sessions, in seconds (OTel MCP semantic conventions). */
export const BUCKET_BOUNDARIES_MCP: readonly number[] = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300,
];

/** HTTP requests, in seconds (OTel HTTP semantic conventions). */
export const BUCKET_BOUNDARIES_HTTP: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** Own overhead, in seconds: from 50 microseconds. */
export const BUCKET_BOUNDARIES_SMALL: readonly number[] = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
];

/** The sorted union of {@link BUCKET_BOUNDARIES_SMALL} and {@link BUCKET_BOUNDARIES_TOOL}: own overhead and an upstream's time on one axis. */
export const BUCKET_BOUNDARIES_SMALL_TOOL: readonly number[] = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  300, 1800,
];

/** Body sizes, in bytes. */
export const BUCKET_BOUNDARIES_BYTES: readonly number[] = [
  100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
];
