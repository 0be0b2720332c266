// What to do about an install or a build that failed, by what it said.

/** Of the machine, whatever is done. The first row whose words stand in the output decides. */
const ANYWHERE = [
  [
    /ENOSPC|no space left/i,
    ({ root }) => `The disk is full. The install needs about 1 GB in ${root} and in the home folder.`,
  ],
  [/EACCES|EPERM|EROFS/, ({ root }) => `Something may not be written: ${root} and ~/.npm must belong to you.`],
];

/** Of the registry and the lockfile: words that a compiler may use otherwise. */
const INSTALLING = [
  [
    /\b(?:E|ERR_PNPM_FETCH_)(?:401|403)\b|Unauthorized|Forbidden/,
    () =>
      'The registry refuses: look at `npm config get registry` and at the credentials for it in .npmrc, here and in your home folder.',
  ],
  [
    /\b(?:E|ERR_PNPM_FETCH_)404\b|ERR_PNPM_NO_MATCHING_VERSION|ETARGET/,
    () =>
      'The registry does not have a package: `npm config get registry` says which one is asked; a mirror may lack it.',
  ],
  [
    /CERT_|certificate|SELF_SIGNED/,
    () =>
      'The certificate of the registry, or of a proxy before it, is not trusted: NODE_EXTRA_CA_CERTS names a file with its authority.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|META_FETCH_FAIL|NO_OFFLINE|fetch failed|ENOTCACHED/,
    () =>
      'The registry can not be reached. The first start needs the network (behind a proxy: HTTPS_PROXY); later ones do not. Then start again: what is here already stays.',
  ],
  [
    /ERR_PNPM_OUTDATED_LOCKFILE/,
    ({ packageManager }) =>
      `A package.json has changed and pnpm-lock.yaml has not: run \`npx ${packageManager} install\`, then start again.`,
  ],
  [
    /INTEGRITY/,
    ({ packageManager }) =>
      `A package has come damaged: run \`npx ${packageManager} store prune\` and \`npm cache verify\`, then start again.`,
  ],
];

/** One sentence or two for people; nothing where the output says all that is known. */
export function adviceFor(output, place, isInstalling = true) {
  const rows = isInstalling ? [...ANYWHERE, ...INSTALLING] : ANYWHERE;
  return rows.find(([words]) => words.test(output))?.[1](place);
}
