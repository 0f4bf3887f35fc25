// The index: sums, search, and one of the views.

import type { Bodies } from "./body-data";
import { ChangesView } from "./changes-view";
import { fill, h } from "./dom";
import type { Exportable } from "./export";
import { changeRows, crateRows, fileRows, functionRows, omissionRows } from "./export-rows";
import { Filter, Filtered } from "./filter";
import { METRICS, type Index } from "./index-data";
import { OmissionsView } from "./omissions";
import { nothing } from "./nothing";
import { formatSort, parseSort, type Sort } from "./order";
import { parseQuery } from "./query";
import { Ranking } from "./ranking";
import type { Route, Router, View } from "./route";
import { Rows } from "./rows";
import { remember, remembered } from "./storage";
import { Table } from "./table";
import { Tabs } from "./tabs";
import { TotalsView } from "./totals";
import { Tree, type Shown } from "./tree";
import { Treemap } from "./treemap";
import { copyUncovered } from "./uncovered";

/** So many rows of the tree are open at first, or when something is searched. */
const OPEN_LIMIT = 40;
const SEARCH_OPEN_LIMIT = 400;

export interface IndexContext {
  index: Index;
  router: Router;
  bodies: Bodies;
  announce(text: string): void;
  /** Offers what is shown as text. */
  exportAll(): void;
}

export class IndexPage {
  readonly element = h("section", { class: "index-page", "aria-label": "Index" });
  readonly search: HTMLInputElement;
  private readonly filter: Filter;
  private readonly tree: Tree;
  private readonly map: Treemap;
  private readonly omissions: OmissionsView;
  private readonly changes: ChangesView | undefined;
  private readonly tables: Record<"tree" | "files" | "functions" | "crates", Table>;
  private readonly totals: TotalsView;
  private readonly tabs: Tabs;
  private readonly content = h("div", { class: "content" });
  private readonly ranking: Ranking;
  private filtered: Filtered;
  private filteredBy: string | undefined;
  /** Whether the tree has the sums of the last search. */
  private isTreeFresh = false;
  /** The view, order and search of the rows that are shown. */
  private shows = "";
  private rows: Uint32Array = new Uint32Array();
  private shown: Shown[] = [];
  private readonly rowsOf: Rows;
  private readonly open: Set<number>;
  private closedInSearch = new Set<number>();

  constructor(private readonly context: IndexContext) {
    const { index, router } = context;
    this.rowsOf = new Rows(index, router);
    this.ranking = new Ranking(index);
    this.filter = new Filter(index);
    this.filtered = new Filtered(this.filter, parseQuery(""));
    this.tree = new Tree(index.files);
    this.open = this.tree.firstOpen(OPEN_LIMIT);
    const highest = index.files.highest.reduce((most, count) => Math.max(most, count), 0);
    this.map = new Treemap(this.tree, router, index.head.mode === "set" ? undefined : highest);
    this.omissions = new OmissionsView(index, (path, line) => this.openPath(path, line));
    this.changes = index.changes && new ChangesView(index.changes, router);
    this.totals = new TotalsView(index);
    this.tabs = new Tabs(router, { "left-out": index.omissions.count, changes: index.changes?.files.length ?? 0 });
    this.tables = this.makeTables();
    this.search = this.makeSearch();
    const copy = h(
      "button",
      {
        type: "button",
        class: "copy",
        title: "Copy the lines that did not run, of the files that are left",
        on: { click: () => void this.copy() },
      },
      "Copy uncovered",
    );
    const exporting = h(
      "button",
      { type: "button", title: "Export what is left, as text, CSV or JSON (e)", on: { click: () => context.exportAll() } },
      "Export",
    );
    this.element.append(
      this.totals.element,
      h("div", { class: "toolbar" }, this.tabs.element, h("div", { class: "search-box" }, this.search), copy, exporting),
      this.content,
    );
  }

  private makeSearch(): HTMLInputElement {
    const input = h("input", {
      type: "search",
      placeholder: "Search names, or lines<80",
      "aria-label": "Search files, functions and crates",
      title: "Search (/)",
      autocomplete: "off",
      spellcheck: "false",
      on: {
        input: () => this.context.router.replace({ query: input.value }),
        keydown: (event) => this.onSearchKey(event),
      },
    });
    return input;
  }

  private onSearchKey(event: KeyboardEvent): void {
    if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      this.focusList();
    }
  }

  focusList(): void {
    this.focusable().focus();
  }

  private focusable(): HTMLElement {
    return this.viewOf(this.context.router.route.view).focusable;
  }

  private viewOf(view: View): { element: HTMLElement; focusable: HTMLElement } {
    switch (view) {
      case "map":
        return this.map;
      case "left-out":
        return this.omissions;
      case "changes":
        return this.changes ?? this.tables.tree;
      default:
        return this.tables[view];
    }
  }

  private makeTables(): IndexPage["tables"] {
    const { index, router } = this.context;
    const common = {
      open: (row: number) => this.openRow(row),
      sort: (sort: Sort) => {
        remember("sort", formatSort(sort));
        router.replace({ sort: formatSort(sort) });
      },
    };
    const fewer = ["lines", "units", "branches"] as const;
    const label = (name: string) => ({ id: name, label: name, ...common });
    return {
      tree: new Table({
        ...label("tree"),
        label: "Tree of files",
        heading: "Name",
        columns: METRICS,
        isTree: true,
        row: (row) => this.rowsOf.node(this.tree, this.shown[row], this.isOpen(this.shown[row].node)),
        expand: (row, isOpen) => this.expand(row, isOpen),
      }),
      files: new Table({
        ...label("files"),
        label: "Files",
        heading: "File",
        columns: METRICS,
        row: (row) => this.rowsOf.file(this.rows[row]),
      }),
      functions: new Table({
        ...label("functions"),
        label: "Functions",
        heading: "Function",
        columns: fewer,
        hasCalls: index.head.mode !== "set",
        row: (row) => this.rowsOf.fn(this.rows[row]),
      }),
      crates: new Table({
        ...label("crates"),
        label: "Crates",
        heading: "Crate",
        columns: METRICS,
        row: (row) => this.rowsOf.crate(this.rows[row]),
      }),
    };
  }

  /** Shows what the route says. */
  update(route: Route): void {
    if (this.search.value !== route.query) {
      this.search.value = route.query;
    }
    if (this.filteredBy !== route.query) {
      this.filtered = new Filtered(this.filter, parseQuery(route.query));
      this.isTreeFresh = false;
      this.filteredBy = route.query;
      this.closedInSearch = new Set();
    }
    this.totals.render(route, this.filtered);
    this.renderView(route);
    this.tabs.update(() => this.filtered);
  }

  private renderView(route: Route): void {
    const sort = parseSort(route.sort || remembered("sort"));
    const { view } = route;
    const { element } = this.viewOf(view);
    if (this.content.firstElementChild !== element) {
      fill(this.content, element);
    }
    if (view === "map" || view === "tree") {
      this.freshenTree();
    }
    if (view === "map") {
      this.map.render();
    } else if (view === "left-out") {
      this.omissions.show(parseQuery(route.query));
    } else if (view === "changes") {
      this.changes?.show(parseQuery(route.query), this.filtered);
    } else {
      this.renderRows(view, sort);
    }
  }

  /** Who comes back from a file finds the row that it was. */
  private renderRows(view: "tree" | "files" | "functions" | "crates", sort: Sort): void {
    const table = this.tables[view];
    const shows = `${view} ${formatSort(sort)} ${this.filteredBy}`;
    const active = this.shows === shows ? table.grid.active : 0;
    this.shows = shows;
    if (view === "tree") {
      this.renderTree(sort, active);
    } else {
      this.rows = this.ranking.visible(view, sort, this.filtered);
      table.reset(this.rows.length, sort, active, () => nothing(this.filtered, this.context.router));
    }
    if (active > 0) {
      table.grid.activate(active, true);
    }
  }

  private freshenTree(): void {
    if (!this.isTreeFresh) {
      this.tree.update(this.filtered.files.scores);
      this.isTreeFresh = true;
    }
  }

  private renderTree(sort: Sort, active: number): void {
    this.shown = this.tree.shown((node) => this.isOpen(node), sort);
    this.tables.tree.reset(this.shown.length, sort, active, () => nothing(this.filtered, this.context.router));
  }

  /** A search opens what it finds, if that is not too much. */
  private isOpen(node: number): boolean {
    const isSearch = this.filteredBy !== "" && this.filtered.files.count <= SEARCH_OPEN_LIMIT;
    return isSearch ? !this.closedInSearch.has(node) : this.open.has(node);
  }

  private expand(row: number, isOpen: boolean): boolean {
    const { node, level } = this.shown[row];
    const isDirectory = this.tree.nodes[node].file < 0;
    if (isDirectory && this.isOpen(node) !== isOpen) {
      this.toggle(node, isOpen, row);
      return true;
    }
    const parent = this.shown.findLastIndex((other, place) => place < row && other.level < level);
    const target = isOpen ? (isDirectory ? row + 1 : -1) : parent;
    if (target >= 0) {
      this.tables.tree.grid.activate(target);
    }
    return target >= 0;
  }

  private toggle(node: number, isOpen: boolean, row: number): void {
    this.open[isOpen ? "add" : "delete"](node);
    this.closedInSearch[isOpen ? "delete" : "add"](node);
    this.renderTree(parseSort(this.context.router.route.sort || remembered("sort")), row);
    this.tables.tree.grid.activate(row);
  }

  /** The files in the order in which the list has them. */
  fileOrder(): number[] {
    const { view, sort, query } = this.context.router.route;
    this.filterFor(query);
    const order = parseSort(sort || remembered("sort"));
    if (view === "tree") {
      this.freshenTree();
      const all = this.tree.shown(() => true, order);
      return all.map(({ node }) => this.tree.nodes[node].file).filter((file) => file >= 0);
    }
    return Array.from(this.ranking.visible("files", order, this.filtered));
  }

  private filterFor(query: string): void {
    if (this.filteredBy !== query) {
      this.filtered = new Filtered(this.filter, parseQuery(query));
      this.isTreeFresh = false;
      this.filteredBy = query;
    }
  }

  private openRow(row: number): void {
    const { router, index } = this.context;
    const { view } = router.route;
    if (view === "tree") {
      const { node } = this.shown[row];
      const { file } = this.tree.nodes[node];
      if (file < 0) {
        this.toggle(node, !this.isOpen(node), row);
      } else {
        this.openPath(index.files.paths.get(file), 0);
      }
    } else if (view === "files") {
      this.openPath(index.files.paths.get(this.rows[row]), 0);
    } else if (view === "functions") {
      const fn = this.rows[row];
      this.openPath(index.files.paths.get(index.functions.files[fn]), index.functions.startLines[fn]);
    } else {
      router.go({ view: "files", query: `crate:${index.packages.paths.get(this.rows[row])}` });
    }
  }

  private openPath(file: string, line: number): void {
    this.context.router.go({ file, line });
  }

  /** The rows that are left of the view. */
  exported(): Exportable {
    const { index } = this.context;
    const { view, sort } = this.context.router.route;
    const files = this.fileOrder();
    const order = parseSort(sort || remembered("sort"));
    switch (view) {
      case "functions":
      case "crates": {
        const places = this.ranking.visible(view, order, this.filtered);
        const rows = view === "crates" ? crateRows : functionRows;
        return { files, name: view, rows: () => rows(index, places) };
      }
      case "left-out":
        return { files, name: "left-out places", rows: () => omissionRows(index, this.omissions.places) };
      case "changes":
        return { files, name: "changes", rows: () => changeRows(this.changes?.left ?? []) };
      default:
        return { files, name: "files", rows: () => fileRows(index, files) };
    }
  }

  /** Changes what the colours of the map stand for. */
  nextColour(): void {
    this.map.nextColour();
  }

  private async copy(): Promise<void> {
    const { index, bodies, announce } = this.context;
    announce(await copyUncovered(this.fileOrder(), index, bodies));
  }

  /** Renders what is in sight, after a printer had it all. */
  refresh(): void {
    this.update(this.context.router.route);
  }

  printAll(limit: number): void {
    const { view } = this.context.router.route;
    if (view === "changes") {
      this.changes?.printAll(limit);
    } else if (view === "left-out") {
      this.omissions.printAll(limit);
    } else if (view !== "map") {
      this.tables[view].printAll(limit);
    }
  }
}
