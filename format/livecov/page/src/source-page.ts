// A file's source with its counts.

import { Bodies, type Body } from "./body-data";
import { changeOf } from "./changes-data";
import type { Contexts } from "./contexts";
import { copyText } from "./clipboard";
import { fill, h } from "./dom";
import type { Exportable } from "./export";
import { lineRows } from "./export-rows";
import { amount } from "./format";
import { Grid } from "./grid";
import { languageOf } from "./highlight";
import type { Index } from "./index-data";
import { lineDetails } from "./line-details";
import { omissionText } from "./omissions";
import type { Router } from "./route";
import { banners, sourceHeader } from "./source-header";
import { SourceModel, rangesText } from "./source-model";
import { SourceText, lineCells, type RowOptions } from "./source-row";
import { VirtualList } from "./virtual";

const ROW_HEIGHT = 20;
/** Lines around those that did not run which are shown when the others are hidden. */
const CONTEXT = 3;

export interface PageContext {
  index: Index;
  router: Router;
  bodies: Bodies;
  contexts: Contexts;
  announce(text: string): void;
  /** Offers what is shown as text. */
  exportAll(): void;
  /** Goes to the next line that was changed and did not run, or is lost. */
  nextChange(): void;
}

export class SourcePage {
  readonly element = h("section", { class: "source-page", "aria-label": "Source" });
  private model: SourceModel | undefined;
  /** Line numbers of the rows; where lines are hidden, how many, below zero. */
  private rows: number[] = [];
  private readonly header = h("div", { class: "source-header" });
  private readonly banner = h("div", { class: "banners" });
  private readonly details = h("aside", { class: "details", "aria-label": "Line", hidden: true });
  private readonly holder = h("div", { class: "holder", role: "rowgroup" });
  private readonly scroller: HTMLElement;
  private readonly list: VirtualList;
  private readonly grid: Grid;
  private rowOptions: RowOptions | undefined;
  private file = -1;

  constructor(private readonly context: PageContext) {
    const classes = context.index.changes ? "source has-changes" : "source";
    this.scroller = h("div", { class: classes, role: "grid", "aria-label": "Lines", tabindex: 0 }, this.holder);
    const render = (row: number) => this.renderRow(row);
    this.list = new VirtualList({ scroller: this.scroller, holder: this.holder, rowHeight: ROW_HEIGHT, render });
    const open = (row: number) => this.choose(row);
    const changed = (row: number) => this.changed(row);
    this.grid = new Grid(this.scroller, this.list, { open, changed }, "line-");
    this.element.append(this.header, this.banner, this.scroller, this.details);
  }

  /** Opens a file, at a line if that is not zero. */
  async open(file: number): Promise<void> {
    this.file = file;
    const body = await this.context.bodies.get(file);
    if (this.file === file) {
      this.show(file, body);
    }
  }

  close(): void {
    this.file = -1;
  }

  private show(file: number, body: Body): void {
    const { index, router } = this.context;
    const path = index.files.paths.get(file);
    const own = ownOmissions(index, path);
    const model = new SourceModel(body, index.head.kinds, index.omissions, own);
    const omission = (line: number) => {
      const place = model.omissionOf(line);
      return place === undefined ? undefined : omissionText(index, place);
    };
    this.model = model;
    this.rowOptions = {
      model,
      text: new SourceText(model, languageOf(path)),
      isSetMode: index.head.mode === "set",
      href: (line) => router.link({ line }),
      omission,
      change: (line) => (model.state(line) === "none" ? undefined : changeOf(index.changes?.byPlace.get(file), line)),
    };
    const jump = (kind: "miss" | "partial") => this.jump(kind, 1);
    const copy = () => void this.copy(path);
    const header = { index, router, model, file, path, jump, copy, nextChange: this.context.nextChange, exportAll: this.context.exportAll };
    fill(this.header, ...sourceHeader(header));
    fill(this.banner, ...banners(header));
    this.resetRows();
    this.goToStart();
    this.scroller.focus({ preventScroll: true });
  }

  private goToStart(): void {
    const { line } = this.context.router.route;
    if (line > 0) {
      this.goTo(line);
    } else {
      this.list.toStart();
      fill(this.details);
      this.details.hidden = true;
    }
  }

  /** Follows a change of the line or of what is hidden. */
  update(isSameRows: boolean): void {
    if (!isSameRows) {
      this.header.querySelector("input")!.checked = this.context.router.route.hide;
      this.resetRows();
    }
    if (this.context.router.route.line > 0) {
      this.goTo(this.context.router.route.line);
    }
  }

  private resetRows(): void {
    const { model } = this;
    if (model) {
      this.rows = this.context.router.route.hide ? this.interesting(model) : allLines(model.lineCount);
      this.scroller.setAttribute("aria-rowcount", String(this.rows.length));
      this.grid.reset(this.rows.length, 0);
    }
  }

  /** Lines that did not run or in part, with those around them. */
  private interesting(model: SourceModel): number[] {
    const rows: number[] = [];
    let shownUpTo = 0;
    const runs = [...model.missedRuns, ...model.partials.map((line): [number, number] => [line, line])];
    for (const [first, last] of runs.sort((left, right) => left[0] - right[0])) {
      const from = Math.max(first - CONTEXT, shownUpTo + 1);
      if (from > shownUpTo + 1) {
        rows.push(-(from - shownUpTo - 1));
      }
      const to = Math.min(last + CONTEXT, model.lineCount);
      for (let line = from; line <= to; line++) {
        rows.push(line);
      }
      shownUpTo = Math.max(shownUpTo, to);
    }
    if (shownUpTo < model.lineCount) {
      rows.push(-(model.lineCount - shownUpTo));
    }
    return rows;
  }

  /** The lines of the open file that count. */
  exported(): Exportable {
    const path = this.context.index.files.paths.get(this.file);
    return { files: [this.file], name: "lines", rows: () => lineRows(path, this.model!) };
  }

  private async copy(path: string): Promise<void> {
    const text = rangesText(path, this.model?.missedRuns ?? []);
    this.context.announce((await copyText(text)) ? `Copied ${text}` : "The browser forbids copying");
  }

  private renderRow(row: number): HTMLElement {
    const line = this.rows[row];
    const attributes = { role: "row", ...this.grid.attributes(row), "aria-rowindex": row + 1 };
    const click = (event: Event) => this.onClick(event, row);
    if (line < 0) {
      const text = `${amount(-line, "line")} hidden`;
      return h("div", { class: "line gap", ...attributes, on: { click } }, h("span", { role: "gridcell" }, text));
    }
    const cells = lineCells(line, this.rowOptions!);
    return h("div", { class: `line ${this.model!.state(line)}`, ...attributes, on: { click } }, ...cells);
  }

  private onClick(event: Event, row: number): void {
    // A selection that somebody makes is no choice of a line.
    if (!getSelection()?.isCollapsed) {
      return;
    }
    event.preventDefault();
    this.scroller.focus({ preventScroll: true });
    this.grid.activate(row);
    this.choose(row);
  }

  private choose(row: number): void {
    const line = this.rows[row];
    if (line < 0) {
      this.context.router.replace({ hide: false });
    } else if (line === this.context.router.route.line && !this.details.hidden) {
      this.details.hidden = true;
    } else {
      this.context.router.replace({ line });
      this.showDetails(line);
    }
  }

  private changed(row: number): void {
    if (!this.details.hidden && this.rows[row] > 0) {
      this.showDetails(this.rows[row]);
    }
  }

  private showDetails(line: number): void {
    const { index, contexts } = this.context;
    const { omission, change } = this.rowOptions!;
    const close = h(
      "button",
      { type: "button", class: "quiet close", "aria-label": "Close", on: { click: () => this.hideDetails() } },
      "×",
    );
    const context = { index, model: this.model!, file: this.file, contexts, omission, change };
    fill(this.details, close, ...lineDetails(line, context));
    this.details.hidden = false;
  }

  /** Says who ran the active line, and all else that there is to say of it. */
  showWho(): void {
    const line = this.rows[this.grid.active];
    if (this.context.contexts.count === 0) {
      this.context.announce("The data do not tell runs apart");
    } else if (line > 0) {
      this.context.router.replace({ line });
      this.showDetails(line);
    }
  }

  /** Closes what is said of a line; whether it was open. */
  hideDetails(): boolean {
    const wasOpen = !this.details.hidden;
    this.details.hidden = true;
    return wasOpen;
  }

  private goTo(line: number): void {
    let row = this.rows.indexOf(line);
    if (row < 0) {
      row = this.rows.findIndex((other) => other > line);
    }
    this.grid.activate(row < 0 ? this.rows.length - 1 : row, true);
    this.showDetails(line);
  }

  /** Goes to the next or the last line of a kind. */
  jump(kind: "miss" | "partial", direction: 1 | -1): void {
    const { model } = this;
    const lines = (kind === "miss" ? model?.misses : model?.partials) ?? [];
    const current = this.current();
    const next = direction > 0 ? lines.find((line) => line > current) : lines.findLast((line) => line < current);
    const target = next ?? (direction > 0 ? lines[0] : lines[lines.length - 1]);
    if (target === undefined) {
      this.context.announce(kind === "miss" ? "Every line ran" : "No line is partial");
      return;
    }
    if (next === undefined) {
      this.context.announce(direction > 0 ? "From the top again" : "From the end again");
    }
    this.jumpTo(target);
  }

  jumpTo(line: number): void {
    this.context.router.replace({ line });
    this.goTo(line);
  }

  /** The line that jumps start from. */
  current(): number {
    return this.context.router.route.line === 0 ? 0 : Math.max(this.rows[this.grid.active] ?? 0, 0);
  }

  printAll(limit: number): void {
    this.list.renderAll(limit);
  }

  refresh(): void {
    this.list.refresh();
  }
}

function allLines(count: number): number[] {
  return Array.from({ length: count }, (_, place) => place + 1);
}

/** The omissions of a file. */
function ownOmissions(index: Index, path: string): number[] {
  const { omissions } = index;
  const own: number[] = [];
  for (let place = 0; place < omissions.count; place++) {
    if (omissions.pathNames.get(omissions.path[place]) === path) {
      own.push(place);
    }
  }
  return own;
}
