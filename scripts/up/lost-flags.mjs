// `npm start --port 9`: npm takes a flag that does not stand behind `--` for one of its own, and the gateway never gets it.

/** Flags of the gateway that npm would keep, each with whether a value stands behind it. */
const FLAGS = {
  config: true,
  host: true,
  port: true,
  expose: true,
  'admin-path': true,
  stdio: false,
  metrics: false,
  wait: false,
  'no-admin': false,
};

/** What to type instead, in a sentence; nothing where npm has kept no flag of ours. */
export function lostFlags(env, rest) {
  if (env.npm_command === undefined) {
    return undefined;
  }
  const lost = Object.keys(FLAGS).filter((flag) => keptByNpm(env, flag));
  if (lost.length === 0) {
    return undefined;
  }
  // `--port 9`: the value of a flag that npm does not know comes to us as a word.
  const words = [...rest];
  const waiting = lost.filter((flag) => FLAGS[flag] && env[variable(flag)] === 'true');
  const value = (flag) => {
    const given = env[variable(flag)];
    const word = given !== 'true' ? given : waiting.length === 1 && words.length === 1 ? words.pop() : '…';
    return FLAGS[flag] ? ` ${word}` : '';
  };
  const flags = lost.map((flag) => `--${flag}${value(flag)}`);
  const typed = ['npm start --', ...(waiting.length === 0 ? rest : []), ...flags].join(' ');
  return `npm has kept ${lost.map((flag) => `--${flag}`).join(', ')} for itself. Flags of the gateway stand behind --: ${typed}`;
}

const variable = (flag) => `npm_config_${flag.replaceAll('-', '_')}`;

function keptByNpm(env, flag) {
  // npm reads `--no-x` as x turned off.
  return flag === 'no-admin' ? env.npm_config_admin === '' : (env[variable(flag)] ?? '') !== '';
}
