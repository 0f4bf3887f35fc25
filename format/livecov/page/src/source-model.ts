// What there is to say of the lines of a file.

import { IS_INTRA_LINE, IS_PARTIAL, type Body, type BranchPoint, type Lines } from "./body-data";
import type { Omissions } from "./index-data";

/** A stretch of a line that did not run, in bytes from zero. */
export interface Mark {
  start: number;
  end: number;
}

export type LineState = "none" | "missed" | "partial" | "ran";

/** Marks beyond that help nobody: data that claim more are damaged. */
const MARK_LIMIT = 500_000;
const LINE_LIMIT = 5_000_000;

export class SourceModel {
  /** Number of lines. */
  readonly lineCount: number;
  /** The first lines of runs of lines that did not run. */
  readonly misses: number[];
  readonly partials: number[] = [];
  readonly missedRuns: Run[];
  readonly highestCount: number;
  /** The place of each line in the body's lines, by number. */
  private readonly places = new Map<number, number>();
  private readonly marks = new Map<number, Mark[]>();
  private readonly notes = new Map<number, string[]>();
  private readonly lineStarts: number[];

  constructor(
    readonly body: Body,
    private readonly kinds: readonly string[],
    private readonly omissions: Omissions,
    private readonly ownOmissions: number[],
  ) {
    this.lineStarts = body.source ? splitLines(body.source) : [];
    this.missedRuns = missedRuns(body.lines);
    this.misses = this.missedRuns.map(([first]) => first);
    const last = body.lines.count > 0 ? body.lines.number[body.lines.count - 1] : 0;
    this.lineCount = Math.min(body.source ? this.lineStarts.length - 1 : last, LINE_LIMIT);
    this.highestCount = body.lines.counts.reduce((most, count) => Math.max(most, count), 0);
    this.readLines();
    this.markUnits();
    body.points.forEach((point) => this.noteBranches(point));
  }

  /** The bytes of a line without its end. */
  bytes(line: number): Uint8Array {
    const { source } = this.body;
    if (!source || line >= this.lineStarts.length) {
      return new Uint8Array();
    }
    const start = this.lineStarts[line - 1];
    let end = this.lineStarts[line];
    while (end > start && (source[end - 1] === 10 || source[end - 1] === 13)) {
      end--;
    }
    return source.subarray(start, end);
  }

  private readLines(): void {
    const { lines } = this.body;
    for (let place = 0; place < lines.count; place++) {
      this.places.set(lines.number[place], place);
      if (lines.counts[place] > 0 && lines.flags[place] & IS_PARTIAL) {
        this.partials.push(lines.number[place]);
      }
    }
  }

  state(line: number): LineState {
    const place = this.places.get(line);
    if (place === undefined) {
      return "none";
    }
    const { counts, flags } = this.body.lines;
    return counts[place] === 0 ? "missed" : flags[place] & IS_PARTIAL ? "partial" : "ran";
  }

  count(line: number): number | undefined {
    const place = this.places.get(line);
    return place === undefined ? undefined : this.body.lines.counts[place];
  }

  /** The unit that decides on a line. */
  unitOf(line: number): number | undefined {
    const place = this.places.get(line);
    return place === undefined ? undefined : this.body.lines.unit[place];
  }

  marksOf(line: number): readonly Mark[] {
    return this.marks.get(line) ?? [];
  }

  notesOf(line: number): readonly string[] {
    return this.notes.get(line) ?? [];
  }

  private markUnits(): void {
    const { units } = this.body;
    let left = MARK_LIMIT;
    for (let unit = 0; unit < units.count && left > 0; unit++) {
      if (units.counts[unit] > 0) {
        continue;
      }
      this.noteUnit(unit);
      const last = Math.min(units.endLine[unit], this.lineCount);
      for (let line = units.startLine[unit]; line <= last && left > 0; line++, left--) {
        this.markLine(unit, line);
      }
    }
  }

  /** Lines that did not run at all need no marks. */
  private markLine(unit: number, line: number): void {
    const state = this.state(line);
    if (state !== "partial" && state !== "ran") {
      return;
    }
    const { startLine, startCol, endLine, endCol } = this.body.units;
    const start = line === startLine[unit] ? startCol[unit] - 1 : 0;
    const end = line === endLine[unit] ? endCol[unit] - 1 : Number.MAX_SAFE_INTEGER;
    push(this.marks, line, { start, end });
  }

  /** What is no branch, but did not run on a line that did. */
  private noteUnit(unit: number): void {
    const { units } = this.body;
    const words: Record<string, string> = {
      loop: "loop never entered",
      closure: "closure never called",
      continuation: "what follows was never reached",
      async: "async block never ran",
      block: "block never ran",
    };
    const text = words[this.kinds[units.kind[unit]]];
    const line = units.startLine[unit];
    if (text && this.state(line) === "partial") {
      push(this.notes, line, text);
    }
  }

  private noteBranches(point: BranchPoint): void {
    if (!point.isReached) {
      return;
    }
    point.branches.forEach((branch, number) => {
      if (branch.count === 0) {
        push(this.notes, branch.line, this.missedBranch(point, number));
      }
    });
  }

  /** What did not happen, in words. */
  private missedBranch(point: BranchPoint, number: number): string {
    const isPattern = this.kinds[point.branches[0].kind] === "let-else";
    switch (this.kinds[point.branches[number].kind]) {
      case "then":
        return "if never true";
      case "implicit":
        return isPattern ? "pattern never matched" : "if always true";
      case "condition":
        return "right operand never evaluated";
      default:
        return `${this.branchName(point, number)} never taken`;
    }
  }

  /** What a branch is called among its point's. */
  branchName(point: BranchPoint, number: number): string {
    const { kind } = point.branches[number];
    const name = this.kinds[kind];
    switch (name) {
      case "arm":
        return `arm ${number + 1} of ${point.branches.length}`;
      case "then":
        return "true branch";
      case "let-else":
        return "else of let";
      case "condition":
        return "right operand";
      case "implicit":
        return this.kinds[point.branches[0].kind] === "let-else"
          ? "pattern that matches"
          : "false branch, without code";
      default:
        return name;
    }
  }

  pointsOn(line: number): BranchPoint[] {
    return this.body.points.filter((point) => point.branches.some((branch) => branch.line === line));
  }

  unitsOn(line: number): number[] {
    const { units } = this.body;
    return Array.from({ length: units.count }, (_, unit) => unit).filter((unit) => units.startLine[unit] === line);
  }

  isIntraLine(unit: number): boolean {
    return (this.body.units.flags[unit] & IS_INTRA_LINE) !== 0;
  }

  /** Why a line is not counted: the innermost omission around it. */
  omissionOf(line: number): number | undefined {
    const { startLine, endLine } = this.omissions;
    const around = this.ownOmissions.filter((place) => startLine[place] <= line && line <= endLine[place]);
    const length = (place: number) => endLine[place] - startLine[place];
    return around.sort((left, right) => length(left) - length(right))[0];
  }

  /** The omission of the whole file. */
  wholeOmission(): number | undefined {
    return this.ownOmissions.find((place) => this.omissions.endLine[place] === 0);
  }
}

function push<V>(map: Map<number, V[]>, key: number, value: V): void {
  const values = map.get(key);
  if (values) {
    values.push(value);
  } else {
    map.set(key, [value]);
  }
}

/** Where each line starts; one more for the end. */
export function splitLines(source: Uint8Array): number[] {
  const starts: number[] = [];
  let start = 0;
  while (start < source.length) {
    starts.push(start);
    const newline = source.indexOf(10, start);
    start = newline < 0 ? source.length : newline + 1;
  }
  starts.push(source.length);
  return starts;
}

export type Run = [first: number, last: number];

/** Runs of lines that did not run; lines that do not count join their neighbours. */
export function missedRuns(lines: Lines): Run[] {
  const runs: Run[] = [];
  let isOpen = false;
  for (let place = 0; place < lines.count; place++) {
    const isMissed = lines.counts[place] === 0;
    if (isMissed && isOpen) {
      runs[runs.length - 1][1] = lines.number[place];
    } else if (isMissed) {
      runs.push([lines.number[place], lines.number[place]]);
    }
    isOpen = isMissed;
  }
  return runs;
}

/** Lines as `src/a.rs:40,52-58`. */
export function rangesText(path: string, runs: readonly Run[]): string {
  const texts = runs.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`));
  return `${path}:${texts.join(",")}`;
}
