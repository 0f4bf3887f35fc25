// What tables show in their cells.

import { h } from "./dom";
import { compact, grouped, percent } from "./format";
import type { AllSums, Metric } from "./index-data";

export const METRIC_NAMES: Record<Metric, string> = {
  lines: "Lines",
  units: "Units",
  functions: "Functions",
  branches: "Branches",
};

/** A bar whose filled part is what ran. */
export function bar(covered: number, total: number): HTMLElement {
  const inner = h("i", { vars: { "--share": String(total === 0 ? 0 : covered / total) } });
  return h("span", { class: total === 0 ? "bar none" : "bar", "aria-hidden": "true" }, inner);
}

export function metricCell(sums: AllSums, metric: Metric, place: number): HTMLElement {
  const total = sums[metric].total[place];
  const missed = sums[metric].missed[place];
  const covered = total - missed;
  if (total === 0) {
    const title = `no ${metric} to count`;
    return h(
      "div",
      { class: `cell metric ${metric} empty`, role: "gridcell", title },
      h("span", { class: "pct" }, "-"),
    );
  }
  const title = `${grouped(covered)} of ${grouped(total)} ${metric} ran, ${grouped(missed)} did not`;
  return h(
    "div",
    { class: `cell metric ${metric}`, role: "gridcell", title },
    h("span", { class: "pct" }, percent(covered, total)),
    bar(covered, total),
    h("span", { class: "of" }, `${compact(covered)}/${compact(total)}`),
  );
}

/** A path whose last part stands out. */
export function pathText(path: string): HTMLElement {
  const cut = path.lastIndexOf("/") + 1;
  return h("span", { class: "path" }, h("span", { class: "dir" }, path.slice(0, cut)), path.slice(cut));
}
