// What a diff and older data say (`formats/html/changes.rs`).

import { Reader, starts, type Texts } from "./bytes";
import type { Files, Sums } from "./index-data";
import type { Run } from "./source-model";

/** A file with changes. */
export interface FileChanges {
  path: string;
  /** The path before, if that was another. */
  oldPath: string;
  /** The place in the index; below zero if only the older data have the file. */
  file: number;
  /** Changed lines that count, and branches on them; none without a diff. */
  lines: Share;
  branches: Share;
  /** Numbers of lines; none without older data. */
  newRan: number;
  newMissed: number;
  lostCount: number;
  gainedCount: number;
  changed: readonly Run[];
  missed: readonly Run[];
  added: readonly Run[];
  lost: readonly Run[];
  gained: readonly Run[];
  functions: readonly FunctionChange[];
}

/** A function that ran before and does not now, or the other way round. */
export interface FunctionChange {
  fate: "lost" | "gained";
  line: number;
  name: string;
}

export interface Share {
  covered: number;
  total: number;
}

interface Head {
  diff: { base: string; unmeasured: string[] } | null;
  comparison: { baseline: string[]; removed: string[] } | null;
}

export interface Changes extends Head {
  /** In the order of the index; behind them, those that only the older data have. */
  files: FileChanges[];
  byPlace: Map<number, FileChanges>;
}

/** What became of lines, in the order in which ranges of one place are listed. */
export type Fate = "missed" | "added" | "lost" | "gained";

/** Signs and words: `+` is for what was changed, `!` as everywhere for what did not run. */
export const FATES: Record<Fate, [sign: string, words: string]> = {
  missed: ["!+", "changed, not covered"],
  added: ["!+", "new since the baseline, not covered"],
  lost: ["▼", "lost: ran in the baseline"],
  gained: ["▲", "gained: did not run in the baseline"],
};

export function decodeChanges(bytes: Uint8Array, files: Files): Changes {
  const reader = new Reader(bytes);
  const head = JSON.parse(reader.text()) as Head;
  const byPlace = new Map<number, FileChanges>();
  const at = (place: number) => {
    const known = byPlace.get(place) ?? noChanges(place, files.paths.get(place));
    byPlace.set(place, known);
    return known;
  };
  decodeChanged(reader, at);
  const gone = decodeCompared(reader, at);
  const here = [...byPlace.values()].sort((left, right) => left.file - right.file);
  return { ...head, files: [...here, ...gone], byPlace };
}

function noChanges(file: number, path: string): FileChanges {
  const nothing = { covered: 0, total: 0 };
  const numbers = { newRan: 0, newMissed: 0, lostCount: 0, gainedCount: 0 };
  const runs = { changed: [], missed: [], added: [], lost: [], gained: [] };
  return { path, oldPath: "", file, lines: nothing, branches: nothing, ...numbers, ...runs, functions: [] };
}

function decodeChanged(reader: Reader, at: (place: number) => FileChanges): void {
  const count = reader.number();
  const places = reader.deltas(count);
  const oldPaths = reader.texts(count);
  const [lines, branches] = [0, 1].map((): Sums => ({ total: reader.column(count), missed: reader.column(count) }));
  const [changed, missed] = [decodeRuns(reader, count), decodeRuns(reader, count)];
  places.forEach((place, row) => {
    Object.assign(at(place), {
      oldPath: oldPaths.get(row),
      lines: share(lines, row),
      branches: share(branches, row),
      changed: changed[row],
      missed: missed[row],
    });
  });
}

function share({ total, missed }: Sums, row: number): Share {
  return { covered: total[row] - missed[row], total: total[row] };
}

/** Returns the files that only the older data have. */
function decodeCompared(reader: Reader, at: (place: number) => FileChanges): FileChanges[] {
  const places = reader.deltas(reader.number());
  const goneCount = reader.number();
  const paths: Texts = reader.texts(goneCount);
  const count = places.length + goneCount;
  const oldPaths = reader.texts(count);
  const [newRan, newMissed, lostCount, gainedCount] = [0, 1, 2, 3].map(() => reader.column(count));
  const [added, lost, gained] = [0, 1, 2].map(() => decodeRuns(reader, count));
  const gone = Array.from({ length: goneCount }, (_, place) => noChanges(-1 - place, paths.get(place)));
  for (let row = 0; row < count; row++) {
    const changes = row < places.length ? at(places[row]) : gone[row - places.length];
    changes.oldPath ||= oldPaths.get(row);
    const numbers = { newRan: newRan[row], newMissed: newMissed[row], lostCount: lostCount[row] };
    const runs = { added: added[row], lost: lost[row], gained: gained[row] };
    Object.assign(changes, { ...numbers, gainedCount: gainedCount[row], ...runs });
  }
  const functions = (["lost", "gained"] as const).flatMap((fate) => decodeFunctions(reader, fate));
  for (const [row, fn] of functions) {
    const changes = row < places.length ? at(places[row]) : gone[row - places.length];
    changes.functions = [...changes.functions, fn];
  }
  return gone;
}

function decodeFunctions(reader: Reader, fate: FunctionChange["fate"]): [row: number, fn: FunctionChange][] {
  const count = reader.number();
  const rows = reader.deltas(count);
  const lines = reader.column(count);
  const names = reader.texts(count);
  return Array.from(rows, (row, place) => [row, { fate, line: lines[place], name: names.get(place) }]);
}

function decodeRuns(reader: Reader, count: number): Run[][] {
  const ends = starts(reader.column(count));
  const firsts = reader.deltas(ends[count]);
  const more = reader.column(ends[count]);
  const runs = Array.from(firsts, (first, place): Run => [first, first + more[place]]);
  return Array.from({ length: count }, (_, row) => runs.slice(ends[row], ends[row + 1]));
}

/** The ranges of a file with what became of them, by line; what is new to both diff and baseline stands there once. */
export function rangesOf(changes: FileChanges): [run: Run, fate: Fate][] {
  const isListed = ([first, last]: Run) => changes.missed.some((run) => run[0] <= first && last <= run[1]);
  const runs: Record<Fate, readonly Run[]> = { ...changes, added: changes.added.filter((run) => !isListed(run)) };
  const all = (Object.keys(FATES) as Fate[]).flatMap((fate) => runs[fate].map((run): [Run, Fate] => [run, fate]));
  return all.sort((left, right) => left[0][0] - right[0][0]);
}

/** The first lines of what was changed or is new and did not run, or is lost. */
export function regressions(changes: FileChanges | undefined): number[] {
  const ranges = changes ? rangesOf(changes) : [];
  return [...new Set(ranges.filter(([, fate]) => fate !== "gained").map(([[first]]) => first))];
}

export interface LineChange {
  /** Beside the sign for lines that did not run. */
  sign: string;
  words: string;
  isBad: boolean;
}

/** What a line that counts has of all that; nothing for most. */
export function changeOf(changes: FileChanges | undefined, line: number): LineChange | undefined {
  if (!changes) {
    return undefined;
  }
  const isIn = (runs: readonly Run[]) => runs.some(([first, last]) => first <= line && line <= last);
  const fates = (Object.keys(FATES) as Fate[]).filter((fate) => isIn(changes[fate]));
  const isChanged = isIn(changes.changed);
  if (fates.length === 0) {
    return isChanged ? { sign: "+", words: "changed, covered", isBad: false } : undefined;
  }
  const words = fates.filter((fate) => fate !== "added" || !fates.includes("missed")).map((fate) => FATES[fate][1]);
  if (isChanged && fates[0] === "gained") {
    words.unshift("changed");
  }
  const isNew = isChanged || fates.includes("added");
  const sign = fates.map((fate) => FATES[fate][0]).find((sign) => !sign.includes("+")) ?? "";
  return { sign: `${isNew ? "+" : ""}${sign}`, words: words.join("; "), isBad: fates[0] !== "gained" };
}
