// What is not counted, and why.

import { h, fill } from "./dom";
import { amount } from "./format";
import { Grid } from "./grid";
import type { Index } from "./index-data";
import { Haystack } from "./match";
import type { Query } from "./query";
import { VirtualList } from "./virtual";
import { pathText } from "./cells";

const ROW_HEIGHT = 32;

/** The reason in words, with what there is to add. */
export function omissionText({ head, omissions }: Index, place: number): string {
  const [, text] = head.reasons[omissions.reason[place]];
  const detail = omissions.details.get(omissions.detail[place]);
  return detail ? `${text} (${detail})` : text;
}

function linesText({ omissions }: Index, place: number): string {
  const [from, to] = [omissions.startLine[place], omissions.endLine[place]];
  return to === 0 ? "whole file" : from === to ? `line ${from}` : `lines ${from}–${to}`;
}

export class OmissionsView {
  readonly element: HTMLElement;
  private readonly grid: Grid;
  private readonly list: VirtualList;
  private readonly summary = h("p", { class: "summary" });
  private readonly paths: Haystack;
  /** The places that the search leaves. */
  places: number[] = [];

  constructor(
    private readonly index: Index,
    private readonly open: (path: string, line: number) => void,
  ) {
    this.paths = new Haystack(index.omissions.pathNames);
    const holder = h("div", { class: "holder", role: "rowgroup" });
    const heading = h(
      "div",
      { class: "sticky", role: "rowgroup" },
      h(
        "div",
        { class: "row heading", role: "row", "aria-rowindex": 1 },
        ...["File", "Where", "Why"].map((text) => h("div", { class: "cell", role: "columnheader" }, text)),
      ),
    );
    const scroller = h(
      "div",
      { class: "table omissions", role: "grid", "aria-label": "Left out", tabindex: 0 },
      heading,
      holder,
    );
    this.list = new VirtualList({ scroller, holder, rowHeight: ROW_HEIGHT, render: (row) => this.row(row) });
    this.grid = new Grid(scroller, this.list, { open: (row) => this.choose(row) }, "omission-");
    this.element = h("div", { class: "omissions-view" }, this.summary, h("div", { class: "table-frame" }, scroller));
  }

  get focusable(): HTMLElement {
    return this.element.querySelector<HTMLElement>('[role="grid"]')!;
  }

  show(query: Query): number {
    const { omissions } = this.index;
    this.places = [];
    for (let place = 0; place < omissions.count; place++) {
      const path = omissions.path[place];
      const fits = query.words.every((word) => this.paths.score(word, path) > 0);
      if (fits && query.excluded.every((word) => !this.paths.has(word, path))) {
        this.places.push(place);
      }
    }
    fill(this.summary, this.summaryText());
    this.focusable.setAttribute("aria-rowcount", String(this.places.length + 1));
    this.grid.reset(this.places.length);
    return this.places.length;
  }

  private summaryText(): string {
    const counts = new Map<string, number>();
    for (const place of this.places) {
      const [, text] = this.index.head.reasons[this.index.omissions.reason[place]];
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    const parts = [...counts].sort((left, right) => right[1] - left[1]).map(([text, count]) => `${count} ${text}`);
    const all = amount(this.places.length, "place");
    if (this.places.length === 0) {
      const { count } = this.index.omissions;
      return count === 0 ? "Nothing was left out of the measurement." : "Nothing that was left out fits the search.";
    }
    return `${all} without counters, which count neither as covered nor as missed: ${parts.join(", ")}.`;
  }

  printAll(limit: number): void {
    this.list.renderAll(limit);
  }

  private row(row: number): HTMLElement {
    const place = this.places[row];
    const path = this.index.omissions.pathNames.get(this.index.omissions.path[place]);
    const cells = [pathText(path), linesText(this.index, place), omissionText(this.index, place)];
    const choose = () => {
      this.grid.activate(row);
      this.choose(row);
    };
    return h(
      "div",
      { class: "row", role: "row", ...this.grid.attributes(row), on: { click: choose } },
      ...cells.map((cell) => h("div", { class: "cell", role: "gridcell" }, cell)),
    );
  }

  private choose(row: number): void {
    const { omissions } = this.index;
    const place = this.places[row];
    this.open(omissions.pathNames.get(omissions.path[place]), omissions.startLine[place]);
  }
}
