/** A version as it is compared: `1.2.3-rc.1`, with a leading v, missing parts and build metadata as people write them. */
const VERSION = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/** Characters of a version that are looked at. */
const MAX_LENGTH = 64;

interface Version {
  readonly numbers: readonly number[];
  /** Identifiers of a pre-release; empty: a release. */
  readonly before: readonly string[];
}

function parseVersion(text: string): Version | undefined {
  const [, ...parts] = (text.length <= MAX_LENGTH && VERSION.exec(text)) || [];
  const [before] = parts.splice(3);
  return parts.length === 0
    ? undefined
    : { numbers: parts.map((part) => Number(part ?? 0)), before: before?.split('.') ?? [] };
}

/** Whether a text is a version that others can be compared with. */
export function isVersion(text: string): boolean {
  return parseVersion(text) !== undefined;
}

/** Whether `version` comes after `other` (Semantic Versioning 2.0, section 11); false where one of them is no version. */
export function isNewer(version: string, other: string): boolean {
  const [one, two] = [parseVersion(version), parseVersion(other)];
  if (one === undefined || two === undefined) {
    return false;
  }
  const difference = one.numbers.map((number, index) => number - (two.numbers[index] ?? 0)).find((each) => each !== 0);
  return difference === undefined ? isLater(one.before, two.before) : difference > 0;
}

/** A release comes after its pre-releases, a longer list of identifiers after one it begins with. */
function isLater(one: readonly string[], two: readonly string[]): boolean {
  if (one.length === 0 || two.length === 0) {
    return one.length === 0 && two.length > 0;
  }
  const index = one.findIndex((each, position) => each !== two[position]);
  if (index === -1) {
    return false;
  }
  const [mine = '', theirs] = [one[index], two[index]];
  return theirs === undefined || isIdentifierLater(mine, theirs);
}

/** Numbers by their value and before all words, words by their characters. */
function isIdentifierLater(one: string, two: string): boolean {
  const [isNumber, isOtherNumber] = [one, two].map((each) => /^\d+$/.test(each));
  if (isNumber === true && isOtherNumber === true) {
    return Number(one) > Number(two);
  }
  return isNumber === isOtherNumber ? one > two : isOtherNumber === true;
}
