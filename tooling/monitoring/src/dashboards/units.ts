import {
  BytesIEC,
  BytesPerSecondSI,
  CountsPerSecond,
  PercentUnit,
  Seconds,
  Short,
} from '@grafana/grafana-foundation-sdk/units';
import type { Unit } from '../query/expression.ts';
import type { Panel } from './panel.ts';

/** Grafana's word for a unit. Seconds for each second are a number of cores, or a share. */
export function toGrafanaUnit({ of, perSecond }: Unit): string {
  switch (of) {
    case 's': {
      return perSecond ? Short : Seconds;
    }
    case 'By': {
      return perSecond ? BytesPerSecondSI : BytesIEC;
    }
    case 'ratio':
    case '1': {
      return PercentUnit;
    }
    default: {
      return perSecond ? CountsPerSecond : Short;
    }
  }
}

/** The unit that all queries of a panel have. @throws {TypeError} Where they differ, as one axis can't have two. */
export function unitOf({ title, queries, draw }: Panel): string {
  const units = [...new Set(queries.map(({ expression }) => toGrafanaUnit(expression.unit)))];
  if (units.length > 1 && draw !== 'table') {
    throw new TypeError(`${title} shows ${units.join(' and ')} on one axis`);
  }
  return units[0] ?? Short;
}
