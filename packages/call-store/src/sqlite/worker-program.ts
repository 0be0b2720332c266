/** The program of the worker: its file where this runs from source, its text where it was bundled. */
export const WORKER_PROGRAM: string | URL = new URL('worker/index-worker.ts', import.meta.url);
