/** The code of a system error (`ENOENT`, `EADDRINUSE`), or what there is instead. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
