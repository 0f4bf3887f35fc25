// How hot code is: the logarithm of how often it ran.

import { COUNT_LIMIT } from "./format";

/** From zero to one, for a count against the highest; zero is for what never ran only. */
export function heat(count: number, highest: number): number {
  return count === 0 ? 0 : Math.log2(count + 1) / Math.log2(Math.min(Math.max(highest, count), COUNT_LIMIT) + 1);
}
