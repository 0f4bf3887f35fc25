// What whoever reads the report has to know first.

import { h } from "./dom";
import { amount } from "./format";
import { HAS_SOURCE, IS_STALE, type Index } from "./index-data";
import type { Router } from "./route";

const MODES: Record<string, string> = {
  set: "Whether code ran (set)",
  count: "How often code ran (count)",
  atomic: "How often code ran, exactly (atomic)",
};
const GRANULARITIES: Record<string, string> = {
  perblock: "each block has a counter",
  perfunc: "each function has a counter",
};

export function provenance({ head, packages }: Index): string {
  const parts = [
    head.mode === null ? "No data" : (MODES[head.mode] ?? head.mode),
    head.granularity === null ? "" : (GRANULARITIES[head.granularity] ?? head.granularity),
    amount(packages.count, "crate"),
    `made by ${head.tool}`,
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

/** Notes about the data, and about sources. */
export function notices(index: Index, router: Router): HTMLElement[] {
  const { flags } = index.files;
  const stale = flags.reduce((count, flags) => count + Number((flags & IS_STALE) !== 0), 0);
  const missing = flags.reduce((count, flags) => count + Number((flags & HAS_SOURCE) === 0), 0);
  const found: HTMLElement[] = index.head.notes.map((note) => h("li", {}, note));
  const show = (query: string) => h("a", { href: router.link({ view: "files", query, file: "", line: 0 }) }, "show");
  if (stale > 0) {
    found.push(
      h(
        "li",
        {},
        `${amount(stale, "file was", "files were")} changed since compilation: counts may stand at the wrong lines `,
        show("is:stale"),
      ),
    );
  }
  if (missing > 0) {
    found.push(h("li", {}, `the source of ${amount(missing, "file")} was not found `, show("is:nosource")));
  }
  if (found.length === 0) {
    return [];
  }
  if (found.length === 1) {
    return [h("ul", { class: "notices" }, ...found)];
  }
  const first = h("span", { class: "first-note" }, found[0].textContent);
  const summary = h("summary", {}, h("b", {}, `${amount(found.length, "note")} about these data`), first);
  return [h("details", { class: "notices", open: found.length <= 3 }, summary, h("ul", {}, ...found))];
}
