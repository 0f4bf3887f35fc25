// The views to choose from, with how much the search leaves in each.

import { fill, h } from "./dom";
import type { Filtered } from "./filter";
import { grouped } from "./format";
import { type Route, type Router, type View } from "./route";

export const VIEW_NAMES: Record<View, string> = {
  tree: "Tree",
  files: "Files",
  functions: "Functions",
  crates: "Crates",
  map: "Map",
  "left-out": "Left out",
  changes: "Changes",
};

export class Tabs {
  readonly element = h("nav", { class: "tabs", "aria-label": "Views" });
  private counts: Partial<Record<View, number>> = {};
  private isPending = false;
  private inSight: View | undefined;

  constructor(
    private readonly router: Router,
    /** The numbers of what a search does not change. */
    private readonly fixed: Partial<Record<View, number>>,
  ) {}

  /** Shows the views; their numbers need not be there at once, because who types waits for rows. */
  update(filtered: () => Filtered): void {
    this.render(this.router.route);
    if (!this.isPending) {
      this.isPending = true;
      requestAnimationFrame(() => setTimeout(() => this.count(filtered())));
    }
  }

  private count({ files, functions, crates }: Filtered): void {
    this.isPending = false;
    this.counts = { files: files.count, functions: functions.count, crates: crates.count };
    this.render(this.router.route);
  }

  private render({ view, query }: Route): void {
    const counts: Partial<Record<View, number>> = { ...this.counts, ...this.fixed };
    const tabs = this.router.views.map((name, place) => {
      const count = counts[name];
      const classes = query && !(name in this.fixed) ? "badge found" : "badge";
      const attributes = {
        href: this.router.link({ view: name }),
        title: `${VIEW_NAMES[name]} (${place + 1})`,
        "aria-current": name === view ? "page" : undefined,
      };
      const badge = count !== undefined && h("span", { class: classes }, grouped(count));
      return h("a", attributes, VIEW_NAMES[name], badge);
    });
    fill(this.element, ...tabs);
    // Costs a layout, which a key in the search should not have to wait for.
    if (this.inSight !== view) {
      this.inSight = view;
      tabs[this.router.views.indexOf(view)].scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }
}
