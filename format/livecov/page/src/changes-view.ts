// Changed lines and what became of others since older data, file by file.

import type { Changes, Fate, FileChanges, FunctionChange, Share } from "./changes-data";
import { FATES, rangesOf } from "./changes-data";
import { bar, pathText } from "./cells";
import { fill, h } from "./dom";
import type { Filtered } from "./filter";
import { amount, compact, grouped, percent } from "./format";
import { Grid } from "./grid";
import { Haystack } from "./match";
import type { Query } from "./query";
import type { Router } from "./route";
import type { Run } from "./source-model";
import { textsOf } from "./bytes";
import { VirtualList } from "./virtual";

const ROW_HEIGHT = 32;
/** So many names of files are said in a sentence. */
const NAMED = 8;

/** A file, a function of it, or a range of its lines. */
interface Row {
  changes: FileChanges;
  fn?: FunctionChange;
  range?: [run: Run, fate: Fate];
}

const FUNCTION_WORDS: Record<FunctionChange["fate"], string> = {
  lost: "function lost: ran in the baseline",
  gained: "function gained: did not run in the baseline",
};

/** The numbers of lines in columns of their own. */
const NUMBERS = [
  ["New missed", "newMissed"],
  ["Lost", "lostCount"],
  ["Gained", "gainedCount"],
] as const;

export class ChangesView {
  readonly element: HTMLElement;
  private readonly sums = h("dl", { class: "sums changes-sums" });
  private readonly empty = h("div", { class: "no-rows" });
  private readonly scroller: HTMLElement;
  private readonly list: VirtualList;
  private readonly grid: Grid;
  /** The files that only older data have: a search knows the others. */
  private readonly gone: Haystack;
  private files: readonly FileChanges[] = [];
  private rows: Row[] = [];

  constructor(
    private readonly changes: Changes,
    private readonly router: Router,
  ) {
    this.gone = new Haystack(textsOf(changes.files.filter(({ file }) => file < 0).map(({ path }) => path)));
    const holder = h("div", { class: "holder", role: "rowgroup" });
    const kind = changes.diff && changes.comparison ? "both" : changes.diff ? "diff" : "baseline";
    this.scroller = h(
      "div",
      { class: `table changes of-${kind}`, role: "grid", "aria-label": "Changes", tabindex: 0 },
      this.heading(),
      holder,
    );
    const render = (row: number) => this.row(row);
    this.list = new VirtualList({ scroller: this.scroller, holder, rowHeight: ROW_HEIGHT, render });
    this.grid = new Grid(this.scroller, this.list, { open: (row) => this.open(row) }, "change-");
    const frame = h("div", { class: "table-frame" }, this.scroller, this.empty);
    this.element = h("div", { class: "changes-view" }, this.sums, ...this.remarks(), frame);
  }

  get focusable(): HTMLElement {
    return this.scroller;
  }

  /** The files that the search leaves. */
  get left(): readonly FileChanges[] {
    return this.files;
  }

  private heading(): HTMLElement {
    const { diff, comparison } = this.changes;
    const cell = (text: string, classes: string) =>
      h("div", { class: `cell ${classes}`, role: "columnheader" }, text);
    const row = h("div", { class: "row heading", role: "row", "aria-rowindex": 1 }, cell("File", "name"));
    if (diff) {
      row.append(cell("Changed lines", "metric lines"));
    }
    if (comparison) {
      row.append(...NUMBERS.map(([text]) => cell(text, "count")));
    }
    return h("div", { class: "sticky", role: "rowgroup" }, row);
  }

  private remarks(): HTMLElement[] {
    const { diff, comparison } = this.changes;
    const remarks: [string, string[]][] = [
      ["Changed files that the data do not have, or that filters took away", diff?.unmeasured ?? []],
      ["Files of the baseline whose source is not there any more", comparison?.removed ?? []],
    ];
    return remarks
      .filter(([, paths]) => paths.length > 0)
      .map(([text, paths]) => {
        const more = paths.length > NAMED ? `, and ${grouped(paths.length - NAMED)} more` : "";
        return h("p", { class: "summary" }, `${text}: ${paths.slice(0, NAMED).join(", ")}${more}`);
      });
  }

  /** Shows what a search leaves; who comes back finds the row that it was. */
  show(query: Query, filtered: Filtered): void {
    const files = this.changes.files.filter(({ file }) => this.isLeft(file, query, filtered));
    const isSame = files.length === this.files.length && files.every((file, place) => file === this.files[place]);
    this.files = files;
    this.rows = files.flatMap((changes) => [{ changes }, ...rowsOf(changes)]);
    this.renderSums(files);
    fill(this.empty, this.rows.length === 0 && h("p", {}, this.nothing()));
    this.scroller.setAttribute("aria-rowcount", String(this.rows.length + 1));
    const active = isSame ? this.grid.active : 0;
    this.grid.reset(this.rows.length, active);
    if (active > 0) {
      this.grid.activate(active, true);
    }
  }

  private nothing(): string {
    return this.changes.files.length === 0 ? "No line that counts has changed." : "Nothing fits the search here.";
  }

  private isLeft(file: number, query: Query, filtered: Filtered): boolean {
    if (file >= 0) {
      return filtered.files.scores[file] > 0;
    }
    const place = -1 - file;
    const { words, excluded, crates, states, conditions } = query;
    const isAboutNames = crates.length + states.length + conditions.length === 0;
    const fits = words.every((word) => this.gone.score(word, place) > 0);
    return isAboutNames && fits && excluded.every((word) => !this.gone.has(word, place));
  }

  private renderSums(files: readonly FileChanges[]): void {
    const { diff, comparison } = this.changes;
    const sum = (of: (changes: FileChanges) => number) => files.reduce((sum, changes) => sum + of(changes), 0);
    const items: HTMLElement[] = [];
    if (diff) {
      const shareOf = (of: (changes: FileChanges) => Share): Share => ({
        covered: sum((changes) => of(changes).covered),
        total: sum((changes) => of(changes).total),
      });
      items.push(item(`Changed since ${diff.base}`, ...shareTexts(shareOf(({ lines }) => lines), "lines")));
      items.push(item("Their branches", ...shareTexts(shareOf(({ branches }) => branches), "branches")));
    }
    if (comparison) {
      items.push(item("Against", comparison.baseline.join(", "), ""));
      const all = [["New, ran", "newRan"] as const, ...NUMBERS];
      items.push(...all.map(([text, key]) => item(text, grouped(sum((changes) => changes[key])), "")));
      const functions = (fate: string) =>
        sum((changes) => changes.functions.filter((fn) => fn.fate === fate).length);
      items.push(item("Functions lost", grouped(functions("lost")), ""));
      items.push(item("Functions gained", grouped(functions("gained")), ""));
    }
    fill(this.sums, ...items);
  }

  private row(number: number): HTMLElement {
    const row = this.rows[number];
    const click = (event: MouseEvent) => this.onClick(event, number);
    const attributes = { role: "row", ...this.grid.attributes(number), on: { click } };
    if (row.fn) {
      return h("div", { class: "row range", ...attributes }, this.functionCell(row.changes, row.fn));
    }
    return row.range
      ? h("div", { class: "row range", ...attributes }, this.rangeCell(row.changes, ...row.range))
      : h("div", { class: "row", ...attributes }, ...this.fileCells(row.changes));
  }

  private functionCell({ path, file }: FileChanges, { fate, line, name }: FunctionChange): HTMLElement {
    const href = this.router.link({ file: path, line });
    const text = file < 0 ? h("span", {}, name) : h("a", { href, tabindex: -1, title: `line ${line}` }, name);
    return h("div", this.wholeRow(), sign(FATES[fate][0], fate), text, muted(FUNCTION_WORDS[fate]));
  }

  /** A cell that is as wide as all columns. */
  private wholeRow(): Record<string, unknown> {
    const columns = this.scroller.querySelectorAll("[role=columnheader]").length;
    return { class: "cell", role: "gridcell", "aria-colspan": columns };
  }

  private fileCells(changes: FileChanges): HTMLElement[] {
    const { path, oldPath, file, lines } = changes;
    const before = oldPath !== "" && h("span", { class: "muted" }, `was ${oldPath}`);
    const gone = file < 0 && h("span", { class: "muted" }, "not measured now");
    const text = file < 0 ? h("span", { class: "label", title: path }, pathText(path)) : this.link(changes, 0);
    const cells: HTMLElement[] = [h("div", { class: "cell name", role: "gridcell" }, text, before, gone)];
    if (this.changes.diff) {
      cells.push(shareCell(lines));
    }
    if (this.changes.comparison) {
      const cell = (number: number) => h("div", { class: "cell count", role: "gridcell" }, grouped(number));
      cells.push(...NUMBERS.map(([, key]) => cell(changes[key])));
    }
    return cells;
  }

  private link({ path }: FileChanges, line: number): HTMLElement {
    const href = this.router.link({ file: path, line });
    return h("a", { href, tabindex: -1, title: path }, pathText(path));
  }

  private rangeCell({ path, file }: FileChanges, [first, last]: Run, fate: Fate): HTMLElement {
    const [signs, words] = FATES[fate];
    const lines = first === last ? `line ${first}` : `lines ${first}–${last}`;
    const href = this.router.link({ file: path, line: first });
    const text = file < 0 ? h("span", {}, lines) : h("a", { href, tabindex: -1 }, lines);
    return h("div", this.wholeRow(), sign(signs, fate), text, muted(words));
  }

  private onClick(event: MouseEvent, number: number): void {
    const isLink = (event.target as Element).closest("a") !== null;
    // Links open elsewhere with these keys.
    if (isLink && (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0)) {
      return;
    }
    event.preventDefault();
    this.grid.activate(number);
    this.open(number);
  }

  /** Files that only older data have are not in this report. */
  private open(number: number): void {
    const { changes, range, fn } = this.rows[number];
    if (changes.file >= 0) {
      this.router.go({ file: changes.path, line: range?.[0][0] ?? fn?.line ?? 0 });
    }
  }

  printAll(limit: number): void {
    this.list.renderAll(limit);
  }
}

/** What became of functions and lines of a file, by line; functions first. */
function rowsOf(changes: FileChanges): Row[] {
  const functions = changes.functions.map((fn): [number, Row] => [fn.line, { changes, fn }]);
  const ranges = rangesOf(changes).map((range): [number, Row] => [range[0][0], { changes, range }]);
  return [...functions, ...ranges].sort(([left], [right]) => left - right).map(([, row]) => row);
}

function sign(text: string, fate: Fate): HTMLElement {
  return h("span", { class: `change ${fate}`, "aria-hidden": "true" }, text);
}

function muted(text: string): HTMLElement {
  return h("span", { class: "muted" }, text);
}

function shareTexts({ covered, total }: Share, what: string): [string, string] {
  return [percent(covered, total), total === 0 ? `no ${what} to count` : `${grouped(covered)} of ${grouped(total)}`];
}

function item(name: string, value: string, of: string): HTMLElement {
  const more = of !== "" && h("span", { class: "of" }, of);
  return h("div", { class: "sum" }, h("dt", {}, name), h("dd", {}, value, more));
}

function shareCell({ covered, total }: Share): HTMLElement {
  const title = total === 0 ? "no changed line counts" : `${amount(total - covered, "changed line")} did not run`;
  const pct = h("span", { class: "pct" }, percent(covered, total));
  const of = h("span", { class: "of" }, `${compact(covered)}/${compact(total)}`);
  const cells = total === 0 ? [pct] : [pct, bar(covered, total), of];
  return h("div", { class: `cell metric lines${total === 0 ? " empty" : ""}`, role: "gridcell", title }, ...cells);
}
