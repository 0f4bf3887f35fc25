// The index: names and sums of all (`formats/html/index.rs`).

import { Reader, Texts, starts } from "./bytes";
import type { Changes } from "./changes-data";

export const METRICS = ["lines", "units", "functions", "branches"] as const;
export type Metric = (typeof METRICS)[number];

/** How much there is and how much of it did not run, by place. */
export interface Sums {
  total: Uint32Array;
  missed: Uint32Array;
}

export type AllSums = Record<Metric, Sums>;

/** What the data say of the runs that they are from. */
export interface Provenance {
  program_count: number;
  counter_file_count: number;
  process_count: number;
  unnamed_count: number;
  /** Nanoseconds since 1970. */
  started: number | null;
  written: [first: number, last: number] | null;
  labels: string[];
  label_count: number;
  left_out_count: number;
  saturated_count: number;
}

export interface Head {
  tool: string;
  mode: string | null;
  granularity: string | null;
  provenance: Provenance;
  /** How many runs are told apart. */
  context_count: number;
  notes: string[];
  kinds: string[];
  reasons: [name: string, text: string][];
  totals: Record<Metric | "statements", { covered: number; total: number }>;
}

export interface Packages {
  count: number;
  paths: Texts;
  names: Texts;
  modulePaths: Texts;
  sums: AllSums;
}

export interface Files {
  count: number;
  paths: Texts;
  flags: Uint32Array;
  /** The packages of a file are `packages[packageStarts[file]..packageStarts[file + 1]]`. */
  packageStarts: Uint32Array;
  packages: Uint32Array;
  sums: AllSums;
  statements: Sums;
  partial: Uint32Array;
  /** The highest count of a line. */
  highest: Uint32Array;
  /** The functions of a file are those from `functionStarts[file]` to `functionStarts[file + 1]`. */
  functionStarts: Uint32Array;
}

export interface Functions {
  count: number;
  names: Texts;
  packages: Uint32Array;
  flags: Uint32Array;
  startLines: Uint32Array;
  moreLines: Uint32Array;
  counts: Uint32Array;
  files: Uint32Array;
  sums: AllSums;
}

export interface Omissions {
  count: number;
  pathNames: Texts;
  details: Texts;
  path: Uint32Array;
  startLine: Uint32Array;
  startCol: Uint32Array;
  endLine: Uint32Array;
  endCol: Uint32Array;
  reason: Uint32Array;
  detail: Uint32Array;
}

export interface Index {
  head: Head;
  packages: Packages;
  files: Files;
  functions: Functions;
  omissions: Omissions;
  /** The first file of each chunk; one more for the end. */
  chunkStarts: Uint32Array;
  /** What a diff and older data say, if the report has either. */
  changes?: Changes;
}

export const HAS_SOURCE = 1;
export const IS_STALE = 2;

export function decodeIndex(bytes: Uint8Array): Index {
  const reader = new Reader(bytes);
  const head = JSON.parse(reader.text()) as Head;
  const packageCount = reader.number();
  const [paths, names, modulePaths] = [0, 1, 2].map(() => reader.texts(packageCount)) as [Texts, Texts, Texts];
  const files = decodeFiles(reader);
  const functions = decodeFunctions(reader, files);
  const omissions = decodeOmissions(reader);
  const chunkStarts = starts(reader.column(reader.number()));
  const sums = sumByPackage(packageCount, functions);
  const packages = { count: packageCount, paths, names, modulePaths, sums };
  return { head, packages, files, functions, omissions, chunkStarts };
}

function decodeSums(reader: Reader, count: number): Sums {
  return { total: reader.column(count), missed: reader.column(count) };
}

function decodeFiles(reader: Reader): Files {
  const count = reader.number();
  const paths = reader.texts(count);
  const flags = reader.column(count);
  const packageStarts = starts(reader.column(count));
  const packages = reader.column(packageStarts[count]);
  const [lines, units, functions, branches, statements] = [0, 1, 2, 3, 4].map(() => decodeSums(reader, count));
  const partial = reader.column(count);
  const highest = reader.column(count);
  const functionStarts = starts(reader.column(count));
  const sums = { lines, units, functions, branches };
  return { count, paths, flags, packageStarts, packages, sums, statements, partial, highest, functionStarts };
}

function decodeFunctions(reader: Reader, files: Files): Functions {
  const count = reader.number();
  const names = reader.texts(count);
  const packages = reader.deltas(count);
  const flags = reader.column(count);
  const startLines = reader.deltas(count);
  const moreLines = reader.column(count);
  const counts = reader.column(count);
  const [lines, units, branches] = [0, 1, 2].map(() => decodeSums(reader, count));
  const sums = { lines, units, functions: sumsOfThemselves(units), branches };
  return { count, names, packages, flags, startLines, moreLines, counts, files: owners(files, count), sums };
}

/** Each function that has units counts as one, and ran if one of them did. */
function sumsOfThemselves(units: Sums): Sums {
  const total = units.total.map((units) => Math.min(units, 1));
  return { total, missed: total.map((one, place) => (units.missed[place] === units.total[place] ? one : 0)) };
}

/** The file of each function. */
function owners(files: Files, count: number): Uint32Array {
  const owners = new Uint32Array(count);
  for (let file = 0; file < files.count; file++) {
    owners.fill(file, files.functionStarts[file], files.functionStarts[file + 1]);
  }
  return owners;
}

function decodeOmissions(reader: Reader): Omissions {
  const pathNames = reader.texts(reader.number());
  const details = reader.texts(reader.number());
  const count = reader.number();
  const path = reader.deltas(count);
  const [startLine, startCol, endLine, endCol, reason, detail] = Array.from({ length: 6 }, () => reader.column(count));
  return { count, pathNames, details, path, startLine, startCol, endLine, endCol, reason, detail };
}

export function emptySums(count: number): AllSums {
  const sums = (): Sums => ({ total: new Uint32Array(count), missed: new Uint32Array(count) });
  return { lines: sums(), units: sums(), functions: sums(), branches: sums() };
}

function sumByPackage(count: number, functions: Functions): AllSums {
  const sums = emptySums(count);
  for (const metric of METRICS) {
    const [of, to] = [functions.sums[metric], sums[metric]];
    for (let place = 0; place < functions.count; place++) {
      const owner = functions.packages[place];
      to.total[owner] += of.total[place];
      to.missed[owner] += of.missed[place];
    }
  }
  return sums;
}
