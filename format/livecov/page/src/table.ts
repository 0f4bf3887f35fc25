// The table of files, functions, crates, or the tree.

import { h, fill, type Child } from "./dom";
import { Grid } from "./grid";
import { METRIC_NAMES, metricCell } from "./cells";
import type { AllSums, Metric } from "./index-data";
import { nextSort, sortWords, type Sort, type SortKey } from "./order";
import { VirtualList } from "./virtual";

export interface Row {
  name: Child[];
  /** Where a click leads; rows without are no links. */
  href?: string;
  title: string;
  sums: AllSums;
  place: number;
  /** Further cell, of functions. */
  calls?: string;
  level?: number;
  isOpen?: boolean;
}

export interface TableOptions {
  id: string;
  label: string;
  heading: string;
  columns: readonly Metric[];
  hasCalls?: boolean;
  isTree?: boolean;
  row(number: number): Row;
  open(number: number): void;
  expand?(number: number, isOpen: boolean): boolean;
  sort(sort: Sort): void;
}

const ROW_HEIGHT = 32;

export class Table {
  readonly element: HTMLElement;
  readonly grid: Grid;
  private readonly list: VirtualList;
  private readonly header = h("div", { class: "row heading", role: "row", "aria-rowindex": 1 });
  private readonly empty = h("div", { class: "no-rows" });
  private readonly holder = h("div", { class: "holder", role: "rowgroup" });

  constructor(private readonly options: TableOptions) {
    const { isTree, label, hasCalls } = options;
    const heading = h("div", { class: "sticky", role: "rowgroup" }, this.header);
    const classes = `table columns-${options.columns.length}${hasCalls ? " calls" : ""}`;
    const grid = h(
      "div",
      { class: classes, role: isTree ? "treegrid" : "grid", "aria-label": label, tabindex: 0 },
      heading,
      this.holder,
    );
    this.element = h("div", { class: "table-frame" }, grid, this.empty);
    const render = (row: number) => this.render(row);
    this.list = new VirtualList({ scroller: grid, holder: this.holder, rowHeight: ROW_HEIGHT, render });
    this.grid = new Grid(grid, this.list, options, `${options.id}-`);
  }

  get focusable(): HTMLElement {
    return this.element.firstElementChild as HTMLElement;
  }

  /** Shows so many rows; `nothing` is said if there are none. */
  reset(count: number, sort: Sort, active: number, nothing: () => Child[]): void {
    this.focusable.setAttribute("aria-rowcount", String(count + 1));
    this.renderHeading(sort);
    this.holder.hidden = count === 0;
    fill(this.empty, ...(count === 0 ? nothing() : []));
    this.grid.reset(count, active);
  }

  printAll(limit: number): void {
    this.list.renderAll(limit);
  }

  refresh(): void {
    this.list.refresh();
  }

  private renderHeading(sort: Sort): void {
    const { heading, columns, hasCalls } = this.options;
    const cells = [this.headingCell(heading, "name", "name", sort)];
    columns.forEach((metric) => cells.push(this.headingCell(METRIC_NAMES[metric], metric, `metric ${metric}`, sort)));
    if (hasCalls) {
      cells.push(this.headingCell("Calls", "calls", "count", sort));
    }
    fill(this.header, ...cells);
  }

  private headingCell(text: string, key: SortKey, classes: string, sort: Sort): HTMLElement {
    const isSorted = sort.key === key;
    const order = isSorted ? (sort.isDescending ? "descending" : "ascending") : "none";
    const next = nextSort(sort, key);
    const sign = isSorted ? `${sort.isMissed ? " missed" : ""} ${sort.isDescending ? "▾" : "▴"}` : "";
    const button = h(
      "button",
      { type: "button", title: `Sort: ${sortWords(next)}`, on: { click: () => this.options.sort(next) } },
      text,
      h("span", { class: "sign", "aria-hidden": "true" }, sign),
      isSorted && h("span", { class: "unseen" }, `, ${sortWords(sort)}`),
    );
    return h("div", { class: `cell ${classes}`, role: "columnheader", "aria-sort": order }, button);
  }

  private render(number: number): HTMLElement {
    const row = this.options.row(number);
    const { columns, hasCalls, isTree } = this.options;
    const cells = columns.map((metric) => metricCell(row.sums, metric, row.place));
    if (hasCalls) {
      cells.push(h("div", { class: "cell count", role: "gridcell" }, row.calls ?? ""));
    }
    const isDirectory = isTree && row.isOpen !== undefined;
    const attributes = {
      ...this.grid.attributes(number),
      "aria-level": row.level,
      "aria-expanded": isDirectory ? String(row.isOpen) : undefined,
    };
    return h(
      "div",
      { class: "row", role: "row", ...attributes, on: { click: (event) => this.onClick(event, number) } },
      this.nameCell(row, isDirectory === true),
      ...cells,
    );
  }

  private nameCell(row: Row, isDirectory: boolean): HTMLElement {
    const { href, title, name, level } = row;
    const twisty =
      this.options.isTree && h("span", { class: `twisty${isDirectory ? "" : " leaf"}`, "aria-hidden": "true" });
    const text = href ? h("a", { href, tabindex: -1, title }, ...name) : h("span", { class: "label", title }, ...name);
    const vars = { "--level": String((level ?? 1) - 1) };
    return h("div", { class: "cell name", role: "gridcell", vars }, twisty, text);
  }

  private onClick(event: MouseEvent, number: number): void {
    const isLink = (event.target as Element).closest("a") !== null;
    // Links open elsewhere with these keys.
    if (isLink && (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0)) {
      return;
    }
    event.preventDefault();
    this.grid.activate(number);
    this.options.open(number);
  }
}
