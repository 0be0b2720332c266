import { Memo } from '../memo.ts';
import { hasBeginning, toBeginnings } from './beginnings.ts';

/** What stands in place of something that must not be kept. */
export const REDACTED = '[redacted]';

/** One form of private text. `hints` (lower case) are looked for first: most texts have none, and no pattern runs. */
interface RedactionRule {
  readonly hints: readonly string[];
  readonly pattern: RegExp;
}

// No nested quantifiers, and every repetition that can fail after it has run is bounded: the work stays linear in the text.
// Words of tool names (`npm_install`, `basic lighting`) must not match: prefixes ask for the length or digits of real keys.
// In order: a scheme goes with its credential before `authorization:` would take the scheme alone.
const RULES: readonly RedactionRule[] = [
  {
    hints: ['-----begin'],
    // Single hyphens stand inside: in the headers of an encrypted key.
    pattern:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^-]*(?:-(?!----)[^-]*)*(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/gi,
  },
  { hints: ['bearer'], pattern: /\bbearer\s{1,4}[A-Za-z0-9._~+/=-]{6,}/gi },
  { hints: ['basic'], pattern: /\bbasic\s{1,4}(?=[A-Za-z0-9+/]{0,512}[\d=])[A-Za-z0-9+/]{8,}={0,2}/gi },
  { hints: ['eyj'], pattern: /\beyJ[\w-]{5,512}\.[\w-]{5,}(?:\.[\w-]*)?/g },
  { hints: ['sk-'], pattern: /\bsk-[\w-]{12,}/gi },
  { hints: ['k_live_', 'k_test_'], pattern: /\b[spr]k_(?:live|test)_[A-Za-z0-9]{6,}/gi },
  { hints: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], pattern: /\bgh[pousr]_[A-Za-z0-9]{20,}/g },
  { hints: ['github_pat_', 'glpat-'], pattern: /\b(?:github_pat_\w{20,}|glpat-[\w-]{16,})/g },
  { hints: ['xox'], pattern: /\bxox[abeprs]-[A-Za-z0-9-]{10,}/g },
  {
    hints: ['npm_', 'hf_', 'dop_v1_', 'pypi-'],
    pattern: /\b(?:(?:npm|hf)_[A-Za-z0-9]{30,}|(?:dop_v1_|pypi-)[\w-]{30,})/g,
  },
  { hints: ['akia', 'asia', 'aiza'], pattern: /\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}\b|AIza[\w-]{30,})/g },
  { hints: ['://'], pattern: /:\/\/[^\s/:@]{0,256}:[^\s/@]{1,256}@/g },
  // Headers, whose value is more than one word: a scheme with its credential, many cookies.
  {
    hints: ['authorization'],
    pattern: /authorization\\{0,8}["']?\s{0,4}[=:]\s{0,4}\\{0,8}["']?[a-z][\w-]{0,31} {1,4}[^\s"',;&]{3,}/gi,
  },
  { hints: ['cookie:'], pattern: /cookie: {0,4}[^\s"'][^\r\n"']{0,4096}/gi },
  // Options of a command, and signed addresses.
  {
    hints: ['--pass', '--token', '--secret', '--api'],
    pattern: /--(?:pass(?:word|phrase)?|token|secret|api-?key)\s{1,4}[^\s"'-][^\s"']{2,}/gi,
  },
  { hints: ['sig=', 'signature='], pattern: /[?&](?:x-(?:amz|goog)-)?sig(?:nature)?=[^\s"'&]{8,}/gi },
  // `dbpass: …` is a secret, so that words which end in pass are named; `bypass` is none of them: it is a name of tokens, too.
  {
    hints: ['pass', 'pwd', 'secret', 'token', 'key', 'authorization', 'cookie', 'credential'],
    pattern:
      /(?:pass(?:word|wd|phrase|(?<!\b(?:compass|encompass|overpass|surpass|trespass|underpass)))|pwd|secret|token|(?:api|access|private|account)[-_ ]?key|authorization|cookie|credential)s?\\{0,8}["']?\s{0,4}[=:]\s{0,4}(?:"[^"]{1,512}"|'[^']{1,512}'|\\{0,8}["']?[^\s"',;&]{3,})/gi,
  },
  { hints: ['@'], pattern: /[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b/g },
];
const HINTS = RULES.flatMap(({ hints }) => hints);
const HINT = new RegExp(HINTS.join('|'));

const NUMBERS = /\b(?:\d{3}-\d{2}-\d{4}|[3-6]\d{3}(?:[ -]\d{4}){2}[ -]\d{3,4})\b/g;
/** What a text has that any rule may match: one look, where a search for all hints takes five times as long. */
const BEGINNINGS = toBeginnings([...HINTS, '0-0', '0 0']);

// The shortest thing any rule takes (an e-mail address such as a@b.co).
const MIN_CHARS = 6;

/**
 * Puts `[redacted]` in place of credentials (bearer tokens, keys, passwords, cookies, private keys, URLs with a password)
 * and of personal data that has a form of its own (e-mail addresses, card and social-security numbers).
 */
export function redactText(text: string): string {
  if (!mayBePrivate(text)) {
    return text;
  }
  return text.length > MEMO_MAX_CHARS ? redact(text) : (memo.get(text) ?? memo.set(text, redact(text)));
}

/** True when `redactText` would change `text`. For texts that come once (ids): nothing is remembered. */
export function isPrivateText(text: string): boolean {
  return mayBePrivate(text) && redact(text) !== text;
}

function mayBePrivate(text: string): boolean {
  return text.length >= MIN_CHARS && hasBeginning(text, BEGINNINGS);
}

function redact(text: string): string {
  const lower = text.toLowerCase();
  return (HINT.test(lower) ? applyRules(text, lower) : text).replace(NUMBERS, REDACTED);
}

function applyRules(text: string, lower: string): string {
  let redacted = text;
  for (const { hints, pattern } of RULES) {
    if (hints.some((hint) => lower.includes(hint))) {
      redacted = redacted.replace(pattern, REDACTED);
    }
  }
  return redacted;
}

// Names, ids and models come again with each call: looking one up costs a tenth of scanning it.
const MEMO_MAX_CHARS = 80;
const memo = new Memo<string>(4096);

/** A key with one of these in its name, in any spelling, names a credential; so does `pwd` by itself. */
export const SECRET_KEY_PARTS: readonly string[] = [
  'authorization',
  'token',
  'passw',
  'passphrase',
  'secret',
  'apikey',
  'accesskey',
  'privatekey',
  'cookie',
  'credential',
  'bearer',
];
const SECRET_KEY = new RegExp([...SECRET_KEY_PARTS, '^pwd$'].join('|'));
const SENSITIVE_KEY =
  /authsubject|email|prompt|messages$|reply$|replies$|^(?:agent|raw|agentraw|rawagent)?response$|userinput$|chainofthought|^cot$|hiddencot/;

function toPlainKey(key: string): string {
  return key
    .slice(0, 256)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
}

/** True for keys whose values are credentials, in any spelling (`api_key`, `API-Key`, `apiKey`). */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(toPlainKey(key));
}

/**
 * True for keys whose values are never kept from agent metadata: credentials, e-mail, prompts, messages, replies, chain of
 * thought, in any spelling.
 */
export function isSensitiveKey(key: string): boolean {
  const plain = toPlainKey(key);
  return SECRET_KEY.test(plain) || SENSITIVE_KEY.test(plain);
}
