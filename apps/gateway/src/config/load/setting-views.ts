import { effectiveSettings, formatIssue, type Reading } from '@dcc-mcp/telemetry-config';
import { findSetting } from '../table/setting.ts';

/** One effective setting, and where its value comes from; secrets are masked. */
export interface SettingView {
  /** An `OTEL_*` variable, or a path in the gateway's file (`server.port`). */
  readonly name: string;
  readonly value: string;
  readonly origin: string;
  /** What is wrong with what was written for it. */
  readonly issue?: string;
}

/** What is in force with where it comes from and what is wrong with it, in the order of the tables. */
export function settingViews(reading: Reading<unknown>): readonly SettingView[] {
  const issues = new Map(reading.issues.map((issue) => [issue.variable, formatIssue(issue)]));
  return effectiveSettings(reading).map(({ setting: name, value, origin, variable = name }) => {
    // A wrong value counts as unset, so that only the table knows which variables were looked at.
    const places = [name, variable, ...(findSetting(name)?.names ?? [])];
    const issue = places.map((place) => issues.get(place)).find((text) => text !== undefined);
    return issue === undefined ? { name, value, origin } : { name, value, origin, issue };
  });
}
