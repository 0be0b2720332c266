// Says on stderr that something goes on: one line that moves at a terminal, a plain line now and then elsewhere.

/** What is over before that is not spoken of. */
const QUIET_MILLIS = 2_000;
const REPAINT_MILLIS = 250;
const CLEAR = '\r\u001b[K';

const seconds = (millis) => `${Math.round(millis / 1000)} s`;

/** Begins to tell of `doing` (`Installing packages`); `end` takes what was done, or nothing where it failed. */
export function startProgress(doing) {
  const { stderr, env } = process;
  const moves = stderr.isTTY && env.TERM !== 'dumb';
  const begin = Date.now();
  const elapsed = () => Date.now() - begin;
  let detail = '';
  let isTold = false;

  const paint = () => {
    const line = `${doing}${detail && `: ${detail}`} · ${seconds(elapsed())}`;
    stderr.write(CLEAR + line.slice(0, (stderr.columns || 80) - 1));
  };
  const timer = setInterval(() => {
    if (moves) {
      paint();
    } else if (!isTold && elapsed() >= QUIET_MILLIS) {
      isTold = true;
      stderr.write(`${doing} …\n`);
    }
  }, REPAINT_MILLIS);

  return {
    show: (text) => (detail = text),
    /** A line that stays. */
    say(line) {
      stderr.write(`${moves ? CLEAR : ''}${line}\n`);
    },
    end(done) {
      clearInterval(timer);
      stderr.write(moves ? CLEAR : '');
      if (done !== undefined && elapsed() >= QUIET_MILLIS) {
        stderr.write(`${done} in ${seconds(elapsed())}\n`);
      }
    },
  };
}
