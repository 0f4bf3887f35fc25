// What rows are sorted by.

import { METRICS, type AllSums, type Metric } from "./index-data";

export type SortKey = "name" | "calls" | Metric;

export interface Sort {
  key: SortKey;
  /** By the number of what did not run instead of the share of what did. */
  isMissed: boolean;
  isDescending: boolean;
}

export const BY_NAME: Sort = { key: "name", isMissed: false, isDescending: false };

const PATTERN = /^(-?)(name|calls|lines|units|functions|branches)(\.missed)?$/;

export function parseSort(text: string | null): Sort {
  const parts = PATTERN.exec(text ?? "");
  if (!parts) {
    return BY_NAME;
  }
  return { key: parts[2] as SortKey, isMissed: parts[3] !== undefined, isDescending: parts[1] === "-" };
}

export function formatSort({ key, isMissed, isDescending }: Sort): string {
  return `${isDescending ? "-" : ""}${key}${isMissed ? ".missed" : ""}`;
}

/** What a further press on a column's heading sorts by: worst first, most missed, best first. */
export function nextSort(sort: Sort, key: SortKey): Sort {
  const first = { key, isMissed: false, isDescending: key === "calls" };
  if (sort.key !== key) {
    return first;
  }
  if (!(METRICS as readonly string[]).includes(key)) {
    return { ...sort, isDescending: !sort.isDescending };
  }
  if (sort.isMissed) {
    return { key, isMissed: false, isDescending: true };
  }
  return sort.isDescending ? first : { key, isMissed: true, isDescending: true };
}

/** What a sort order is called. */
export function sortWords({ key, isMissed, isDescending }: Sort): string {
  if (key === "name") {
    return isDescending ? "last name first" : "by name";
  }
  if (key === "calls") {
    return isDescending ? "most calls first" : "fewest calls first";
  }
  return isMissed ? "most missed first" : isDescending ? "highest share first" : "lowest share first";
}

export interface Sortable {
  count: number;
  sums: AllSums;
  counts?: Uint32Array;
  /** Compares two rows by name; if there is none, rows are in the order of their names. */
  compareNames?: (left: number, right: number) => number;
}

/** All rows in an order. */
export function sorted(rows: Sortable, sort: Sort): Uint32Array {
  const places = Uint32Array.from({ length: rows.count }, (_, place) => place);
  if (sort.key === "name" && !rows.compareNames) {
    return sort.isDescending ? places.reverse() : places;
  }
  return places.sort(comparison(rows, sort));
}

export function comparison(rows: Sortable, sort: Sort): (left: number, right: number) => number {
  const byName = rows.compareNames ?? ((left: number, right: number) => left - right);
  if (sort.key === "name") {
    return sort.isDescending ? (left, right) => byName(right, left) : byName;
  }
  const keys = keysOf(rows, sort);
  return (left, right) => keys[left] - keys[right] || byName(left, right);
}

/** A number for each row, the smallest for the first; what has nothing to count comes last. */
function keysOf(rows: Sortable, { key, isMissed, isDescending }: Sort): Float64Array {
  const keys = new Float64Array(rows.count);
  const sign = isDescending ? -1 : 1;
  if (key === "name" || key === "calls") {
    return keys.map((_, place) => sign * (rows.counts?.[place] ?? 0));
  }
  const { total, missed } = rows.sums[key];
  const value = (place: number) => (isMissed ? missed[place] : (total[place] - missed[place]) / total[place]);
  return keys.map((_, place) => (total[place] === 0 ? Number.MAX_VALUE : sign * value(place)));
}
