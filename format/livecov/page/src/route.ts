// What is shown, in the address behind `#`, so that it can be sent to others and gone back to.

const VIEWS = ["tree", "files", "functions", "crates", "map", "left-out", "changes"] as const;
export type View = (typeof VIEWS)[number];

/** The views of a report, in the order of their keys. */
export function viewsOf(hasChanges: boolean): readonly View[] {
  return VIEWS.filter((view) => hasChanges || view !== "changes");
}

export type Colour = "coverage" | "heat";

export interface Route {
  view: View;
  query: string;
  /** Text of the sort order; empty for the usual one. */
  sort: string;
  /** The open file; empty for the index. */
  file: string;
  line: number;
  /** Whether covered lines are hidden. */
  hide: boolean;
  /** The directory that the map shows. */
  dir: string;
  /** What the colours of the map stand for. */
  colour: Colour;
}

const START: Route = { view: "tree", query: "", sort: "", file: "", line: 0, hide: false, dir: "", colour: "coverage" };

export function parseRoute(hash: string, views: readonly View[]): Route {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const view = fields.get("v") as View;
  return {
    view: views.includes(view) ? view : START.view,
    query: fields.get("q") ?? "",
    sort: fields.get("s") ?? "",
    file: fields.get("f") ?? "",
    line: Math.max(Number.parseInt(fields.get("l") ?? "0", 10) || 0, 0),
    hide: fields.get("hide") === "1",
    dir: fields.get("d") ?? "",
    colour: fields.get("c") === "heat" ? "heat" : "coverage",
  };
}

export function formatRoute(route: Route): string {
  const fields = new URLSearchParams();
  const set = (name: string, value: string, usual: string) => value !== usual && fields.set(name, value);
  set("v", route.view, START.view);
  set("q", route.query, "");
  set("s", route.sort, "");
  set("d", route.dir, "");
  set("c", route.colour, "coverage");
  set("f", route.file, "");
  set("l", route.line > 0 ? String(route.line) : "", "");
  set("hide", route.hide ? "1" : "", "");
  // Slashes may stand there as they are, and are easier to read so.
  return `#${fields.toString().replaceAll("%2F", "/")}`;
}

type Listener = (route: Route, before: Route) => void;

/** The one route of the page. */
export class Router {
  route: Route;
  private readonly listeners: Listener[] = [];

  constructor(readonly views: readonly View[]) {
    const parse = () => parseRoute(location.hash, views);
    this.route = parse();
    window.addEventListener("popstate", () => this.change(parse()));
    window.addEventListener("hashchange", () => this.change(parse()));
  }

  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** The address of a route that differs in this. */
  link(changes: Partial<Route>): string {
    return formatRoute({ ...this.route, ...changes });
  }

  /** Goes to another place, to which `back` leads back. */
  go(changes: Partial<Route>): void {
    this.navigate(changes, true);
  }

  /** Changes what is shown without a step in the history. */
  replace(changes: Partial<Route>): void {
    this.navigate(changes, false);
  }

  private navigate(changes: Partial<Route>, isStep: boolean): void {
    const route = { ...this.route, ...changes };
    const address = formatRoute(route);
    if (address !== formatRoute(this.route)) {
      history[isStep ? "pushState" : "replaceState"](null, "", address);
      this.change(route);
    }
  }

  private change(route: Route): void {
    const before = this.route;
    if (formatRoute(route) !== formatRoute(before)) {
      this.route = route;
      this.listeners.forEach((listener) => listener(route, before));
    }
  }
}
