/**
 * Tells the challenges of one `WWW-Authenticate` value apart, for servers that write one line for each: `Headers` joins
 * equal names with a comma, which not every client can read (RFC 9110, "WWW-Authenticate").
 */
export function splitChallenges(value: string): string | string[] {
  const challenges = value.split(/, (?=[A-Za-z0-9!#$%&'*+.^_`|~-]+ [A-Za-z0-9_-]+=)/);
  return challenges.length === 1 ? value : challenges;
}
