// What the keys and the search box know.

import { h } from "./dom";

/** Keys that only reports with changes have. */
const CHANGES: [keys: string, what: string] = ["d D", "next, previous changed line that did not run, or lost line"];

const KEYS: [heading: string, keys: [keys: string, what: string][]][] = [
  [
    "Everywhere",
    [
      ["/", "search"],
      ["1 … 6", "tree, files, functions, crates, map, left out"],
      ["e", "export: lines that did not run, rows as CSV, JSON"],
      ["t", "theme: auto, light, dark"],
      ["Esc", "leave the search, close what is open"],
      ["?", "this help"],
    ],
  ],
  [
    "Lists",
    [
      ["↑ ↓ Home End PgUp PgDn", "go through rows"],
      ["Enter", "open"],
      ["→ ←", "open and close directories"],
      ["n", "first file with misses"],
      ["c", "colours of the map: how much ran, how often"],
    ],
  ],
  [
    "Source",
    [
      ["j k", "next, previous lines that did not run"],
      ["J K", "next, previous line that ran in part"],
      ["] [", "next, previous file of the list"],
      ["n", "next file with misses"],
      ["h", "hide covered lines"],
      ["Enter", "what there is to say of a line"],
      ["w", "which runs ran the line"],
      ["u", "back to the index"],
    ],
  ],
  [
    "Search",
    [
      ["fmt json", "names with all of that, spelled roughly"],
      ["-test", "names without that"],
      ["crate:net", "of crates with that name"],
      ["lines<80 branches>=50", "shares in percent"],
      ["lines.missed>10 units.total>100", "numbers: missed, covered, total"],
      ["partial>0 calls>1000", "partial lines of files, calls of functions"],
      ["is:missed", "also covered, partial, stale, nosource"],
    ],
  ],
];

function keysOf(hasChanges: boolean): typeof KEYS {
  const more = (heading: string): (typeof KEYS)[number][1] =>
    heading === "Everywhere" ? [["7", "changes"]] : heading === "Source" ? [CHANGES] : [];
  return hasChanges ? KEYS.map(([heading, keys]) => [heading, [...keys, ...more(heading)]]) : KEYS;
}

export class Help {
  readonly element: HTMLDialogElement;

  constructor(hasChanges: boolean) {
    const close = h(
      "button",
      { type: "button", class: "quiet close", "aria-label": "Close", on: { click: () => this.element.close() } },
      "×",
    );
    const groups = keysOf(hasChanges).map(([heading, keys]) =>
      h(
        "section",
        {},
        h("h3", {}, heading),
        h("dl", {}, ...keys.flatMap(([keys, what]) => [h("dt", {}, h("kbd", {}, keys)), h("dd", {}, what)])),
      ),
    );
    this.element = h(
      "dialog",
      { class: "help", "aria-labelledby": "help-heading" },
      close,
      h("h2", { id: "help-heading" }, "Keys and search"),
      h("div", { class: "help-groups" }, ...groups),
    );
    this.element.addEventListener("click", (event) => event.target === this.element && this.element.close());
  }

  toggle(): void {
    if (this.element.open) {
      this.element.close();
    } else {
      this.element.showModal();
    }
  }
}
