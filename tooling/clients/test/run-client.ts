// Clients as processes: a command that answers once, and a program that goes through all steps of `programs/journey.mjs`.
import { spawn } from 'node:child_process';
import { cleanEnvironment } from './gateway.ts';
import type { Command } from './installed.ts';

const TIMEOUT_MILLIS = 60_000;

/** What a command left. */
export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a client to its end, or until `interrupted`, as by Ctrl-C; one that goes on after a minute is killed. */
export function runClient(
  [file, ...args]: Command,
  home: string,
  interrupted: Promise<unknown> = new Promise(() => {}),
): Promise<CommandEnd> {
  // A home of its own: what a client remembers from another run decides nothing here.
  const child = spawn(file, args, { env: cleanEnvironment({ HOME: home }), cwd: home, timeout: TIMEOUT_MILLIS });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()));
  child.stdin.end();
  void interrupted.then(() => child.kill('SIGINT'));
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, ...out }));
  });
}

/** What a tool answered, as the programs shorten it. */
export interface Answer {
  readonly types: readonly string[];
  readonly length: number;
  /** All text blocks, at most 1,500 characters of them. */
  readonly text: string;
  /** Lengths of the images. */
  readonly bytes: readonly number[];
  readonly isError: boolean;
  readonly error?: string;
}

/** What a program saw at each step of `programs/journey.mjs`; a step that failed has `error`. */
export interface Steps {
  readonly tools: readonly string[];
  readonly searches?: Readonly<Record<string, readonly string[]>>;
  readonly progress: Answer & { readonly notes: readonly (readonly [number, number | null])[] };
  readonly cancelled: { readonly ended: string; readonly millis: number };
  readonly resources: readonly string[];
  readonly resource: readonly { readonly text: string }[];
  readonly logLevel: { readonly error?: string };
  readonly prompts: readonly string[];
  readonly prompt: readonly { readonly content: { readonly text: string } }[];
  readonly completion: { readonly values: readonly string[] };
  readonly answers: (step: string) => Answer;
  /** What the program and its gateway said. */
  readonly stderr: string;
}

/** Runs a program through its steps. @throws {Error} With its stderr, when it does not end well. */
export async function travel([file, ...args]: Command, task: object, home: string): Promise<Steps> {
  const { code, stdout, stderr } = await runClient([file, ...args, JSON.stringify(task)], home);
  if (code !== 0) {
    throw new Error(`the client ended with ${code}:\n${stderr.slice(-4000)}`);
  }
  const steps = JSON.parse(stdout) as Steps & Readonly<Record<string, Answer>>;
  return { ...steps, stderr, answers: (step) => steps[step]! };
}
