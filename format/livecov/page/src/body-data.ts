// What one file has inside (`formats/html/body.rs`), unpacked when it is wanted.

import { Reader, starts, unpack } from "./bytes";
import type { Index } from "./index-data";

export interface Units {
  count: number;
  startLine: Uint32Array;
  startCol: Uint32Array;
  endLine: Uint32Array;
  endCol: Uint32Array;
  statements: Uint32Array;
  counts: Uint32Array;
  kind: Uint32Array;
  flags: Uint32Array;
  owner: Int32Array;
  /** The runs that ran each, as places of sets (`contexts.ts`); none if runs are not told apart. */
  contexts: Uint32Array | undefined;
}

export interface Lines {
  count: number;
  number: Uint32Array;
  counts: Uint32Array;
  unit: Uint32Array;
  flags: Uint32Array;
}

export interface Branch {
  kind: number;
  line: number;
  count: number;
  unit: number;
}

export interface BranchPoint {
  line: number;
  fn: number;
  isReached: boolean;
  branches: Branch[];
}

export interface Body {
  units: Units;
  /** The units of each function are those from `functionStarts[n]` to `functionStarts[n + 1]`. */
  functionStarts: Uint32Array;
  lines: Lines;
  points: BranchPoint[];
  /** The source as UTF-8, if it was there. */
  source: Uint8Array | null;
}

export const IS_INTRA_LINE = 1;
export const IS_PARTIAL = 1;

export function decodeBody(bytes: Uint8Array, hasContexts: boolean): Body {
  const reader = new Reader(bytes);
  const units = decodeUnits(reader);
  const functionStarts = starts(reader.column(reader.number()));
  const lines = decodeLines(reader, units);
  const points = decodePoints(reader, units);
  const source = reader.number() === 1 ? reader.skip(reader.number()) : null;
  units.contexts = hasContexts ? reader.column(units.count) : undefined;
  return { units, functionStarts, lines, points, source };
}

function decodeUnits(reader: Reader): Units {
  const count = reader.number();
  const startLine = reader.deltas(count);
  const startCol = reader.column(count);
  const endLine = reader.column(count).map((more, place) => startLine[place] + more);
  const [endCol, statements, counts, kind, flags] = Array.from({ length: 5 }, () => reader.column(count));
  const owner = reader.references(count, (place) => place);
  return { count, startLine, startCol, endLine, endCol, statements, counts, kind, flags, owner, contexts: undefined };
}

function decodeLines(reader: Reader, units: Units): Lines {
  const count = reader.number();
  const number = reader.deltas(count);
  const unit = reader.deltas(count);
  const counts = unit.map((unit) => units.counts[unit] + reader.signed());
  return { count, number, counts, unit, flags: reader.column(count) };
}

function decodePoints(reader: Reader, units: Units): BranchPoint[] {
  const count = reader.number();
  const line = reader.deltas(count);
  const fn = reader.deltas(count);
  const flags = reader.column(count);
  const branchStarts = starts(reader.column(count));
  const branches = decodeBranches(reader, units);
  return Array.from(line, (line, place) => ({
    line,
    fn: fn[place],
    isReached: flags[place] !== 0,
    branches: branches.slice(branchStarts[place], branchStarts[place + 1]),
  }));
}

function decodeBranches(reader: Reader, units: Units): Branch[] {
  const count = reader.number();
  const kind = reader.column(count);
  const line = reader.deltas(count);
  const unit = reader.references(count, () => 0);
  const counts = Array.from(unit, (unit) => (units.counts[unit] ?? 0) + reader.signed());
  return Array.from(kind, (kind, place) => ({ kind, line: line[place], count: counts[place], unit: unit[place] }));
}

/** Chunks kept unpacked. */
const KEPT = 8;

/** Finds the contents of files in the page, and keeps those that were used last. */
export class Bodies {
  private readonly chunks = new Map<number, Promise<Uint8Array[]>>();

  constructor(private readonly index: Index) {}

  async get(file: number): Promise<Body> {
    const chunk = this.chunkOf(file);
    const parts = await this.chunk(chunk);
    return decodeBody(parts[file - this.index.chunkStarts[chunk]], this.index.head.context_count > 0);
  }

  private chunkOf(file: number): number {
    const starts = this.index.chunkStarts;
    let [low, high] = [0, starts.length - 1];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      [low, high] = starts[middle] <= file ? [middle, high] : [low, middle];
    }
    return low;
  }

  private chunk(number: number): Promise<Uint8Array[]> {
    const parts = this.chunks.get(number) ?? this.load(number);
    this.chunks.delete(number);
    this.chunks.set(number, parts);
    for (const oldest of this.chunks.keys()) {
      if (this.chunks.size <= KEPT) {
        break;
      }
      this.chunks.delete(oldest);
    }
    return parts;
  }

  private async load(number: number): Promise<Uint8Array[]> {
    const element = await present(`chunk${number}`);
    const reader = new Reader(await unpack(element));
    const files = this.index.chunkStarts[number + 1] - this.index.chunkStarts[number];
    return Array.from(reader.column(files), (length) => reader.skip(length));
  }
}

/** The element of that name, which may be in a part of the page that is still being read. */
export async function present(id: string): Promise<Element> {
  // An element is complete once something stands behind it.
  const isComplete = (element: Element | null): element is Element => element?.nextSibling != null;
  const element = document.getElementById(id);
  if (isComplete(element)) {
    return element;
  }
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
  }
  const late = document.getElementById(id);
  if (!late) {
    throw new Error(`this page has no ${id}: the file was cut`);
  }
  return late;
}
