// A board as the JSON that Grafana imports.
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Board, Panel, Row } from './panel.ts';
import { type Place, toPanel } from './to-panel.ts';
import { toVariables } from './variables.ts';

const COLUMNS = 24;
const WIDTH = 8;

function heightOf({ draw }: Panel): number {
  return draw === 'number' ? 4 : draw === 'table' ? 9 : 8;
}

/** Puts panels side by side until a line is full. */
function placeRow({ panels }: Row, id: number, top: number): readonly Place[] {
  let x = 0;
  let y = top;
  let line = 0;
  return panels.map((panel, index) => {
    const w = panel.width ?? WIDTH;
    if (x + w > COLUMNS) {
      x = 0;
      y += line;
      line = 0;
    }
    const h = heightOf(panel);
    const place = { id: id + index, gridPos: { x, y, w, h } };
    x += w;
    line = Math.max(line, h);
    return place;
  });
}

function toLinks(): readonly DashboardLinkBuilder[] {
  return [
    new DashboardLinkBuilder('MCP gateway')
      .type(DashboardLinkType.Dashboards)
      .tags(['dcc-mcp'])
      .asDropdown(true)
      .includeVars(true)
      .keepTime(true),
    new DashboardLinkBuilder('Admin page').type(DashboardLinkType.Link).url('${admin_url}/').targetBlank(true),
  ];
}

function addRows(builder: DashboardBuilder, rows: readonly Row[]): void {
  let id = 1;
  let y = 0;
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title).id(id).gridPos({ x: 0, y, w: COLUMNS, h: 1 }));
    const places = placeRow(row, id + 1, y + 1);
    row.panels.forEach((panel, index) => {
      const place = places[index];
      if (place !== undefined) {
        builder.withPanel(toPanel(panel, place));
      }
    });
    id += 1 + row.panels.length;
    y = Math.max(...places.map(({ gridPos }) => gridPos.y + gridPos.h));
  }
}

/** Grafana's dashboard of a board. */
export function toDashboard(board: Board): Dashboard {
  const builder = new DashboardBuilder(board.title)
    .uid(`dcc-mcp-${board.id}`)
    .description(board.answers)
    .tags(['dcc-mcp', 'mcp'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...toVariables(board)])
    .links([...toLinks()]);
  addRows(builder, board.rows);
  return builder.build();
}
