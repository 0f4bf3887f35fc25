// What stands above a file's source: its path, its sums, buttons, and what is doubtful.

import { METRIC_NAMES } from "./cells";
import { regressions } from "./changes-data";
import { h } from "./dom";
import { amount, grouped, percent } from "./format";
import { HAS_SOURCE, IS_STALE, METRICS, type Index } from "./index-data";
import { omissionText } from "./omissions";
import type { Router } from "./route";
import type { SourceModel } from "./source-model";

export interface HeaderContext {
  index: Index;
  router: Router;
  model: SourceModel;
  file: number;
  path: string;
  jump(kind: "miss" | "partial"): void;
  copy(): void;
  nextChange(): void;
  exportAll(): void;
}

export function sourceHeader(context: HeaderContext): HTMLElement[] {
  const { router, path } = context;
  const back = h(
    "a",
    { class: "back", href: router.link({ file: "", line: 0 }), title: "Back to the index (u)" },
    "← Index",
  );
  const crumbs = h("span", { class: "crumb-path" }, ...pathLinks(path, router));
  return [h("nav", { class: "crumbs", "aria-label": "Path" }, back, crumbs), sums(context), tools(context)];
}

/** The directories lead to the map. */
function pathLinks(path: string, router: Router): HTMLElement[] {
  const parts = path.split("/");
  return parts.map((part, place) => {
    if (place === parts.length - 1) {
      return h("h2", {}, part);
    }
    const dir = `${parts.slice(0, place + 1).join("/")}/`;
    return h("a", { href: router.link({ file: "", line: 0, view: "map", dir }) }, `${part}/`);
  });
}

function sums({ index, file }: HeaderContext): HTMLElement {
  const { sums } = index.files;
  const items = METRICS.map((metric) => {
    const total = sums[metric].total[file];
    const covered = total - sums[metric].missed[file];
    const title = `${grouped(covered)} of ${grouped(total)}`;
    return h("div", { class: "sum" }, h("dt", {}, METRIC_NAMES[metric]), h("dd", { title }, percent(covered, total)));
  });
  return h("dl", { class: "sums" }, ...items);
}

function button(text: string, title: string, isOff: boolean, click: () => void): HTMLElement {
  return h("button", { type: "button", title, disabled: isOff, on: { click } }, text);
}

function tools(context: HeaderContext): HTMLElement {
  const { model, jump, copy } = context;
  const [misses, partials] = [model.misses.length, model.partials.length];
  return h(
    "div",
    { class: "tools" },
    button(`! ${amount(misses, "miss", "misses")}`, "Next miss (j)", misses === 0, () => jump("miss")),
    button(`~ ${grouped(partials)} partial`, "Next partial line (J)", partials === 0, () => jump("partial")),
    ...changeButton(context),
    hideSwitch(context),
    functionMenu(context),
    button("Copy uncovered", "Copy the lines that did not run, as ranges", misses === 0, copy),
    button("Export", "Export lines as text, CSV or JSON (e)", false, context.exportAll),
  );
}

/** Also goes to other files, so that it is there for files without any. */
function changeButton({ index, file, nextChange }: HeaderContext): HTMLElement[] {
  if (!index.changes) {
    return [];
  }
  const count = regressions(index.changes.byPlace.get(file)).length;
  const title = "Next line that was changed and did not run, or is lost, of all files (d)";
  return [button(`+▼ ${amount(count, "change", "changes")} missed`, title, false, nextChange)];
}

function hideSwitch({ router }: HeaderContext): HTMLElement {
  const change = (event: Event) => router.replace({ hide: (event.target as HTMLInputElement).checked });
  const box = h("input", { type: "checkbox", checked: router.route.hide, on: { change } });
  return h("label", { class: "toggle", title: "Hide lines that ran (h)" }, box, "Hide covered");
}

/** The functions of the file: those that did not run have a sign. */
function functionMenu({ index, router, file }: HeaderContext): HTMLElement {
  const { files, functions } = index;
  const [from, to] = [files.functionStarts[file], files.functionStarts[file + 1]];
  const options = [h("option", { value: "" }, amount(to - from, "function"))];
  for (let fn = from; fn < to; fn++) {
    const sign = functions.sums.functions.missed[fn] > 0 ? "! " : "";
    options.push(h("option", { value: String(functions.startLines[fn]) }, sign + functions.names.get(fn)));
  }
  const change = (event: Event) => {
    const select = event.target as HTMLSelectElement;
    router.replace({ line: Number(select.value) });
    select.value = "";
  };
  return h("select", { "aria-label": "Go to a function", on: { change } }, ...options);
}

export function banners({ index, model, file, path }: HeaderContext): HTMLElement[] {
  const flags = index.files.flags[file];
  const texts: string[] = [];
  if ((flags & HAS_SOURCE) === 0) {
    texts.push(
      "The source was not found when this page was made: these are the lines that count. " +
        "Name its directory with --source-root, or rename paths with --remap.",
    );
  }
  if (flags & IS_STALE) {
    texts.push(`${path} was changed since it was compiled: counts may stand at the wrong lines.`);
  }
  const whole = model.wholeOmission();
  if (whole !== undefined) {
    texts.push(`This file is not counted: ${omissionText(index, whole)}.`);
  }
  return texts.map((text) => h("p", { class: "banner", role: "note" }, text));
}
