// What whoever reads the report has to know first.

import { h } from "./dom";
import { amount } from "./format";
import { HAS_SOURCE, IS_STALE, type Index, type Provenance } from "./index-data";
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

/** So many labels are named. */
const NAMED_LABELS = 6;

/** Which runs the data are from, and what is doubtful of them. */
export function runs({ head }: Index): HTMLElement | undefined {
  const { provenance: known } = head;
  const programs = `${amount(known.counter_file_count, "counter file")} of ${amount(known.program_count, "program")}`;
  const parts = [
    known.process_count > 0 && amount(known.process_count, "process", "processes"),
    programs + (known.unnamed_count > 0 && known.process_count > 0 ? ", some of which name no process" : ""),
    timeWords(known),
    labelWords(known),
  ].filter((part) => part !== false && part !== "");
  const doubts = [
    known.left_out_count > 0 && `${amount(known.left_out_count, "input or part was", "inputs or parts were")} left out`,
    known.saturated_count > 0 && `${amount(known.saturated_count, "unit has a count", "units have counts")} at the limit`,
  ].filter((doubt) => doubt !== false);
  if (known.program_count === 0) {
    return undefined;
  }
  const doubt = (text: string) => h("span", { class: "doubt" }, `! ${text}`);
  const text = parts.join(" · ");
  return h("p", { class: "provenance runs" }, h("span", { title: text }, text), ...doubts.map(doubt));
}

function timeWords({ started, written }: Provenance): string {
  if (!written) {
    return "";
  }
  const [first, last] = written.map(timeText);
  if (started !== null && timeText(started) !== last) {
    return `ran from ${timeText(started)} to ${last} UTC`;
  }
  return first === last ? `written at ${last} UTC` : `written from ${first} to ${last} UTC`;
}

/** A time of nanoseconds since 1970, up to the second. */
function timeText(nanos: number): string {
  const date = new Date(nanos / 1e6);
  return Number.isNaN(date.getTime()) ? "?" : date.toISOString().slice(0, 19).replace("T", " ");
}

function labelWords({ labels, label_count }: Provenance): string {
  if (label_count === 0) {
    return "";
  }
  const more = label_count > NAMED_LABELS ? `, and ${amount(label_count - NAMED_LABELS, "more", "more")}` : "";
  return `${label_count === 1 ? "label" : "labels"} ${labels.slice(0, NAMED_LABELS).join(", ")}${more}`;
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
