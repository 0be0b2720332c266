// A panel as data: what it asks, how it is drawn, and with which expressions. Grafana's JSON and the page are made of it.
import type { AnyExpression } from '../query/expression.ts';

/** One line, or one group of lines, of a panel. */
export interface PanelQuery {
  readonly expression: AnyExpression;
  /** `{{tool}}`, or a word. */
  readonly legend: string;
}

/** A link from a value to the rows it counts, in the admin page of the gateway. */
export type PageLink =
  | 'calls-of-tool'
  | 'failed-calls'
  | 'failed-calls-of-tool'
  | 'upstreams'
  | 'searches'
  | 'denials'
  | 'telemetry'
  | 'traces';

export interface Panel {
  readonly title: string;
  /** The question that a look at it answers. */
  readonly asks: string;
  readonly draw: 'lines' | 'stacked' | 'number' | 'table' | 'heatmap';
  readonly queries: readonly PanelQuery[];
  /** What stands there while there is no series: why that is. */
  readonly whenEmpty?: string;
  /** Columns of 24; 8 unless said. */
  readonly width?: number;
  /** Where a number turns from green to orange and to red; downwards where the second is the smaller. */
  readonly turns?: readonly [orange: number, red: number];
  readonly link?: PageLink;
  /** Points lead to traces: only for instruments that calls feed. */
  readonly exemplars?: true;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Board {
  /** `dcc-mcp-<id>`, and `<id>.json`. */
  readonly id: string;
  readonly title: string;
  /** What somebody opens it for. */
  readonly answers: string;
  readonly rows: readonly Row[];
  /** It has a variable for the tool. */
  readonly hasTool?: true;
}
