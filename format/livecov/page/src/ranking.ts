// Which rows are shown, in which order.

import type { Filtered, Kind } from "./filter";
import type { Index } from "./index-data";
import { BY_NAME, formatSort, sorted, type Sort, type Sortable } from "./order";

export class Ranking {
  /** All rows of a kind in an order: made once, since a search only takes away. */
  private readonly orders = new Map<string, Uint32Array>();

  constructor(private readonly index: Index) {}

  /** The rows that are left: the best first, if names are searched and no other order is wanted. */
  visible(kind: Kind, sort: Sort, filtered: Filtered): Uint32Array {
    const { scores } = filtered.of(kind);
    const rows = this.order(kind, sort).filter((place) => scores[place] > 0);
    const isByName = formatSort(sort) === formatSort(BY_NAME);
    return filtered.isRanked && isByName
      ? rows.sort((left, right) => scores[right] - scores[left] || left - right)
      : rows;
  }

  private order(kind: Kind, sort: Sort): Uint32Array {
    const key = `${kind} ${formatSort(sort)}`;
    let order = this.orders.get(key);
    if (!order) {
      const { files, functions, packages } = this.index;
      const all: Record<Kind, Sortable> = { files, functions, crates: packages };
      order = sorted(all[kind], sort.key === "calls" && kind !== "functions" ? BY_NAME : sort);
      this.orders.set(key, order);
    }
    return order;
  }
}
