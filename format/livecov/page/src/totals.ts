// The sums at the top, of what the search leaves.

import { METRIC_NAMES, bar } from "./cells";
import { fill, h } from "./dom";
import { sumOf, type Filtered } from "./filter";
import { grouped, percent } from "./format";
import { METRICS, type Index, type Metric } from "./index-data";
import type { Route } from "./route";

export class TotalsView {
  readonly element = h("dl", { class: "totals" });

  constructor(private readonly index: Index) {}

  render({ view }: Route, filtered: Filtered): void {
    const kind = view === "functions" || view === "crates" ? view : "files";
    const rows = { files: this.index.files, functions: this.index.functions, crates: this.index.packages }[kind];
    const sums = sumOf(rows.sums, filtered.of(kind).scores);
    fill(this.element, ...METRICS.map((metric) => card(metric, sums[metric])));
  }
}

function card(metric: Metric, { covered, total }: { covered: number; total: number }): HTMLElement {
  const of = total === 0 ? "nothing to count" : `${grouped(covered)} of ${grouped(total)}`;
  const share = h("span", { class: "share" }, percent(covered, total));
  const value = h("dd", {}, share, h("span", { class: "of" }, of), bar(covered, total));
  return h("div", { class: `total ${metric}` }, h("dt", {}, METRIC_NAMES[metric]), value);
}
