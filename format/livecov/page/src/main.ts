// The page of a report.

import { unpack } from "./bytes";
import { Bodies } from "./body-data";
import { decodeChanges, regressions } from "./changes-data";
import { Contexts } from "./contexts";
import { fill, h } from "./dom";
import { ExportDialog } from "./export";
import { Help } from "./help";
import { decodeIndex, type Index } from "./index-data";
import { IndexPage } from "./index-page";
import { listenToKeys, type Commands } from "./keys";
import { notices, provenance, runs } from "./notices";
import { Router, viewsOf, type Route } from "./route";
import { SourcePage } from "./source-page";
import { ThemeSwitch } from "./theme";

/** So many rows go to a printer. */
const PRINT_LIMIT = 5000;

class App {
  private readonly router: Router;
  private readonly help: Help;
  private readonly exporting: ExportDialog;
  private readonly status = h("div", { class: "status", role: "status" });
  private readonly main = h("main");
  private readonly indexPage: IndexPage;
  private readonly sourcePage: SourcePage;
  private readonly places = new Map<string, number>();
  private statusTimer = 0;

  constructor(
    private readonly index: Index,
    private readonly theme: ThemeSwitch,
  ) {
    const hasChanges = index.changes !== undefined;
    this.router = new Router(viewsOf(hasChanges));
    this.help = new Help(hasChanges);
    const announce = (text: string) => this.announce(text);
    const nextChange = () => this.goToChange(1);
    const bodies = new Bodies(index);
    this.exporting = new ExportDialog(index, bodies);
    const exportAll = () => this.exporting.open(this.page().exported());
    const contexts = new Contexts(index.head.context_count);
    const context = { index, router: this.router, bodies, contexts, announce, nextChange, exportAll };
    this.indexPage = new IndexPage(context);
    this.sourcePage = new SourcePage(context);
    this.router.listen((route, before) => this.follow(route, before));
    listenToKeys(() => this.commands());
    window.addEventListener("beforeprint", () => this.print());
    window.addEventListener("afterprint", () => this.page().refresh());
  }

  start(): void {
    const help = h(
      "button",
      { type: "button", class: "quiet", title: "Keys and search (?)", on: { click: () => this.help.toggle() } },
      "?",
      h("span", { class: "button-text" }, "Help"),
    );
    const home = h("a", { href: "#" }, document.title.replace(/ · Coverage$/, ""));
    const header = h(
      "header",
      { class: "top" },
      h("div", { class: "title" }, h("h1", {}, home), h("p", { class: "provenance", title: provenance(this.index) }, provenance(this.index)), runs(this.index)),
      h("div", { class: "actions" }, this.theme.button, help),
    );
    document.body.append(header, ...notices(this.index, this.router), this.main, this.status, this.help.element);
    document.body.append(this.exporting.element);
    this.show(this.router.route);
    performance.mark("livecov-shown");
  }

  /** On paper, nothing can be opened. */
  private print(): void {
    document.querySelectorAll("details").forEach((details) => (details.open = true));
    this.page().printAll(PRINT_LIMIT);
  }

  private page(): IndexPage | SourcePage {
    return this.router.route.file ? this.sourcePage : this.indexPage;
  }

  private show(route: Route): void {
    const file = route.file === "" ? undefined : this.fileOf(route.file);
    if (file !== undefined) {
      fill(this.main, this.sourcePage.element);
      this.sourcePage.open(file).catch((error: unknown) => this.announce(String(error)));
      return;
    }
    if (route.file !== "") {
      this.announce(`There is no file ${route.file} in this report`);
    }
    this.sourcePage.close();
    if (this.main.firstElementChild !== this.indexPage.element) {
      fill(this.main, this.indexPage.element);
    }
    this.indexPage.update(route);
  }

  private follow(route: Route, before: Route): void {
    if (route.file === "" || route.file !== before.file) {
      this.show(route);
      if (route.file === "" && before.file !== "") {
        this.indexPage.focusList();
      }
    } else {
      this.sourcePage.update(route.hide === before.hide);
    }
  }

  private fileOf(path: string): number | undefined {
    if (this.places.size === 0) {
      const { files } = this.index;
      for (let file = 0; file < files.count; file++) {
        this.places.set(files.paths.get(file), file);
      }
    }
    return this.places.get(path);
  }

  private announce(text: string): void {
    fill(this.status, text);
    clearTimeout(this.statusTimer);
    this.statusTimer = setTimeout(() => fill(this.status), 4000);
  }

  private commands(): Commands {
    const commands: Commands = {
      "/": () => this.focusSearch(),
      t: () => this.theme.next(),
      "?": () => this.help.toggle(),
      n: () => this.goToFile(1, true),
      e: () => this.exporting.open(this.page().exported()),
      c: () => this.router.route.view === "map" && this.indexPage.nextColour(),
      Escape: () => this.escape(),
    };
    if (this.index.changes) {
      commands["d"] = () => this.goToChange(1);
      commands["D"] = () => this.goToChange(-1);
    }
    this.router.views.forEach((view, place) => {
      commands[String(place + 1)] = () => this.router.go({ view, file: "", line: 0 });
    });
    return this.router.route.file ? { ...commands, ...this.sourceCommands() } : commands;
  }

  private sourceCommands(): Commands {
    return {
      j: () => this.sourcePage.jump("miss", 1),
      k: () => this.sourcePage.jump("miss", -1),
      J: () => this.sourcePage.jump("partial", 1),
      K: () => this.sourcePage.jump("partial", -1),
      "]": () => this.goToFile(1, false),
      "[": () => this.goToFile(-1, false),
      h: () => this.router.replace({ hide: !this.router.route.hide }),
      u: () => this.router.go({ file: "", line: 0 }),
      w: () => this.sourcePage.showWho(),
    };
  }

  private focusSearch(): void {
    this.router.go({ file: "", line: 0 });
    this.indexPage.search.focus();
    this.indexPage.search.select();
  }

  private escape(): void {
    if (document.activeElement === this.indexPage.search) {
      this.router.replace({ query: "" });
      this.indexPage.focusList();
    } else if (this.router.route.file && !this.sourcePage.hideDetails()) {
      this.router.go({ file: "", line: 0 });
    }
  }

  /** Opens the next file of the list; only one with lines that did not run, if that is wanted. */
  private goToFile(direction: 1 | -1, isMissed: boolean): void {
    const { missed } = this.index.files.sums.lines;
    const order = this.indexPage.fileOrder().filter((file) => !isMissed || missed[file] > 0 || this.isOpen(file));
    const current = order.findIndex((file) => this.isOpen(file));
    const next = order[current < 0 ? 0 : current + direction];
    if (next === undefined || (isMissed && missed[next] === 0)) {
      this.announce(isMissed ? "No further file has lines that did not run" : "There is no further file");
    } else {
      this.router.go({ file: this.index.files.paths.get(next), line: 0 });
    }
  }

  /** Goes to the next line that was changed and did not run, or is lost: from file to file. */
  private goToChange(direction: 1 | -1): void {
    const { changes, files } = this.index;
    const here = (changes?.files ?? []).filter(({ file }) => file >= 0);
    const targets = here.flatMap((changes) => regressions(changes).map((line) => ({ file: changes.file, line })));
    const open = this.fileOf(this.router.route.file) ?? -1;
    const line = open < 0 ? 0 : this.sourcePage.current();
    const isAhead = (target: { file: number; line: number }) =>
      (target.file - open || target.line - line) * direction > 0;
    const next = direction > 0 ? targets.find(isAhead) : targets.findLast(isAhead);
    const target = next ?? targets.at(direction > 0 ? 0 : -1);
    if (!target) {
      this.announce("No changed line was missed, and no line is lost");
    } else if (target.file === open) {
      this.sourcePage.jumpTo(target.line);
    } else {
      this.router.go({ file: files.paths.get(target.file), line: target.line });
    }
    if (target && !next) {
      this.announce(direction > 0 ? "From the first change again" : "From the last change again");
    }
  }

  private isOpen(file: number): boolean {
    const { route } = this.router;
    return route.file !== "" && this.index.files.paths.get(file) === route.file;
  }
}

async function start(): Promise<void> {
  const theme = new ThemeSwitch();
  const element = document.getElementById("index");
  if (!element) {
    throw new Error("this page has no index: the file was cut");
  }
  const index = decodeIndex(await unpack(element));
  const changes = document.getElementById("changes");
  if (changes) {
    index.changes = decodeChanges(await unpack(changes), index.files);
  }
  new App(index, theme).start();
}

start().catch((error: unknown) => {
  document.body.append(h("p", { class: "banner", role: "alert" }, `This report cannot be shown: ${String(error)}`));
});
