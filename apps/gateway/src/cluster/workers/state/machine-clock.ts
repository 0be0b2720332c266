/** Milliseconds of the clock that all processes of one machine share; it does not go back. */
export function machineMillis(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
