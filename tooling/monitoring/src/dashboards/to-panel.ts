// A panel in Grafana's words.
import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type Panel as GrafanaPanel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { Seconds } from '@grafana/grafana-foundation-sdk/units';
import { definitionOf } from '../instruments/instruments.ts';
import { PANEL } from '../query/expression.ts';
import { toPageLink } from './links.ts';
import type { Panel, PanelQuery } from './panel.ts';
import { toGrafanaUnit, unitOf } from './units.ts';
import { DATA_SOURCE } from './variables.ts';

const LETTERS = 'ABCDEFGHIJ';

/** What a panel asks, and what each instrument in it is. */
export function describePanel({ asks, queries }: Panel): string {
  const names = new Set(queries.flatMap(({ expression }) => expression.instruments));
  const lines = [...names].map((name) => {
    const { prometheusName, description } = definitionOf(name);
    return `- \`${prometheusName}\`: ${description}`;
  });
  return [asks, '', ...lines].join('\n');
}

function toQuery({ draw, exemplars }: Panel, { expression, legend }: PanelQuery, index: number): DataqueryBuilder {
  const query = new DataqueryBuilder()
    .refId(LETTERS[index] ?? 'Z')
    .datasource(DATA_SOURCE)
    .expr(expression.render(PANEL))
    .legendFormat(legend);
  if (draw === 'table') {
    return query.instant().format(PromQueryFormat.Table);
  }
  const ranged = draw === 'heatmap' ? query.format(PromQueryFormat.Heatmap) : query;
  return exemplars ? ranged.range().exemplar(true) : ranged.range();
}

type Builder = stat.PanelBuilder | table.PanelBuilder | timeseries.PanelBuilder | heatmap.PanelBuilder;

function turning({ turns }: Panel): ThresholdsConfigBuilder {
  const steps = [
    { value: null, color: 'green' },
    ...(turns === undefined
      ? []
      : [
          { value: turns[0], color: 'orange' },
          { value: turns[1], color: 'red' },
        ]),
  ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

function toNumber(panel: Panel): stat.PanelBuilder {
  return new stat.PanelBuilder()
    .thresholds(turning(panel))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false));
}

// oxlint-disable-next-line unicorn/no-array-sort -- it is no array
const TOOLTIP = new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);

function toLines(panel: Panel): timeseries.PanelBuilder {
  const isStacked = panel.draw === 'stacked';
  const lines = new timeseries.PanelBuilder()
    .min(0)
    .drawStyle(GraphDrawStyle.Line)
    .fillOpacity(isStacked ? 40 : 8)
    .showPoints(VisibilityMode.Never)
    .stacking(new StackingConfigBuilder().mode(isStacked ? StackingMode.Normal : StackingMode.None).group('A'))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(TOOLTIP);
  return panel.turns === undefined ? lines : lines.thresholds(turning(panel));
}

/** One row for each tool, one column for each query. */
function toTable({ queries }: Panel): table.PanelBuilder {
  const columns = queries.map(({ legend }, index) => [`Value #${LETTERS[index]}`, legend] as const);
  const builder = new table.PanelBuilder().withTransformation({ id: 'merge', options: {} }).withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true },
      renameByName: Object.fromEntries([...columns, ['Value', queries[0]?.legend ?? '']]),
    },
  });
  for (const { expression, legend } of queries) {
    builder.overrideByName(legend, [{ id: 'unit', value: toGrafanaUnit(expression.unit) }]);
  }
  return builder;
}

/** Its axis is what was measured, its cells are how much of it. */
const toHeatmap = (): heatmap.PanelBuilder =>
  new heatmap.PanelBuilder().calculate(false).yAxis(new heatmap.YAxisConfigBuilder().unit(Seconds));

function toBuilder(panel: Panel): Builder {
  const builders = { number: toNumber, table: toTable, heatmap: toHeatmap, lines: toLines, stacked: toLines };
  return builders[panel.draw](panel);
}

/** Where a panel stands on the grid of 24 columns, and its number. */
export interface Place {
  readonly id: number;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

/** A panel as Grafana draws it. */
export function toPanel(panel: Panel, { id, gridPos }: Place): { build(): GrafanaPanel } {
  const builder = toBuilder(panel)
    .id(id)
    .gridPos(gridPos)
    .title(panel.title)
    .description(describePanel(panel))
    .datasource(DATA_SOURCE)
    .unit(unitOf(panel))
    .noValue(panel.whenEmpty ?? 'No gateway is scraped in this time')
    .targets(panel.queries.map((query, index) => toQuery(panel, query, index)));
  const { link, draw } = panel;
  return link === undefined ? builder : builder.dataLinks([toPageLink({ link, draw })]);
}
