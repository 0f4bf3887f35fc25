// Rows of the page's lists as data.

import type { FileChanges } from "./changes-data";
import { rangesOf } from "./changes-data";
import type { AllSums, Index, Metric } from "./index-data";
import { METRICS } from "./index-data";
import type { SourceModel } from "./source-model";

type Value = string | number | null;

export interface Rows {
  columns: string[];
  values: Value[][];
}

/** As RFC 4180 has it, but that lines end as everywhere else here. */
export function csv({ columns, values }: Rows): string {
  const quote = (value: Value) => {
    const text = String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...values].map((row) => `${row.map(quote).join(",")}\n`).join("");
}

/** One object in each line. */
export function json({ columns, values }: Rows): string {
  const object = (row: Value[]) => JSON.stringify(Object.fromEntries(row.map((value, at) => [columns[at], value])));
  return values.length === 0 ? "[]\n" : `[\n${values.map(object).join(",\n")}\n]\n`;
}

function sumColumns(metrics: readonly Metric[]): string[] {
  return metrics.flatMap((metric) => [`${metric}_covered`, `${metric}_total`]);
}

function sumValues(sums: AllSums, metrics: readonly Metric[], place: number): number[] {
  return metrics.flatMap((metric) => {
    const total = sums[metric].total[place];
    return [total - sums[metric].missed[place], total];
  });
}

export function fileRows({ files }: Index, places: Iterable<number>): Rows {
  const values = Array.from(places, (file) => [
    files.paths.get(file),
    ...sumValues(files.sums, METRICS, file),
    files.partial[file],
    files.highest[file],
  ]);
  return { columns: ["path", ...sumColumns(METRICS), "partial_lines", "highest_count"], values };
}

export function functionRows({ files, functions, packages }: Index, places: Iterable<number>): Rows {
  const metrics = ["lines", "units", "branches"] as const;
  const values = Array.from(places, (fn) => [
    files.paths.get(functions.files[fn]),
    functions.startLines[fn],
    functions.names.get(fn),
    packages.paths.get(functions.packages[fn]),
    functions.counts[fn],
    ...sumValues(functions.sums, metrics, fn),
  ]);
  return { columns: ["path", "line", "name", "crate", "calls", ...sumColumns(metrics)], values };
}

export function crateRows({ packages }: Index, places: Iterable<number>): Rows {
  const values = Array.from(places, (place) => [
    packages.paths.get(place),
    ...sumValues(packages.sums, METRICS, place),
  ]);
  return { columns: ["crate", ...sumColumns(METRICS)], values };
}

export function omissionRows({ omissions, head }: Index, places: Iterable<number>): Rows {
  const values = Array.from(places, (place) => [
    omissions.pathNames.get(omissions.path[place]),
    omissions.startLine[place],
    omissions.endLine[place],
    head.reasons[omissions.reason[place]][0],
    omissions.details.get(omissions.detail[place]),
  ]);
  return { columns: ["path", "first_line", "last_line", "reason", "detail"], values };
}

export function changeRows(all: readonly FileChanges[]): Rows {
  const values = all.flatMap((changes) => [
    ...changes.functions.map(({ fate, line, name }) => [changes.path, `function ${fate}`, line, line, name]),
    ...rangesOf(changes).map(([[first, last], fate]) => [changes.path, fate === "added" ? "new" : fate, first, last, ""]),
  ]);
  return { columns: ["path", "what", "first_line", "last_line", "function"], values };
}

export function lineRows(path: string, model: SourceModel): Rows {
  const { number, counts } = model.body.lines;
  const values = Array.from(number, (line, place) => [path, line, counts[place], model.state(line)]);
  return { columns: ["path", "line", "count", "state"], values };
}
