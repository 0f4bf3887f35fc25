// Numbers as people read them.

/** What 32 bits can hold: a count of that much stands for that and more. */
export const COUNT_LIMIT = 0xffff_ffff;

const GROUPED = new Intl.NumberFormat("en-US");

export function grouped(number: number): string {
  return GROUPED.format(number);
}

/** A share with one digit, rounded down: 100 % means all. Nothing has no share. */
export function percent(covered: number, total: number): string {
  if (total === 0) {
    return "-";
  }
  const permille = Math.floor((covered * 1000) / total);
  return `${Math.floor(permille / 10)}.${permille % 10}%`;
}

/** A count of at most five characters. */
export function shortCount(count: number): string {
  if (count >= COUNT_LIMIT) {
    return "≥4.2G";
  }
  for (const [limit, unit, letter] of [
    [1e5, 1, ""],
    [1e6, 1e3, "k"],
    [1e9, 1e6, "M"],
  ] as const) {
    if (count < limit) {
      return unit === 1 ? String(count) : scaled(count / unit) + letter;
    }
  }
  return `${scaled(count / 1e9)}G`;
}

function scaled(number: number): string {
  return number < 10 ? (Math.floor(number * 10) / 10).toFixed(1) : String(Math.floor(number));
}

/** A count in full, if that is not too long. */
export function countText(count: number): string {
  return count < 10_000_000 ? grouped(count) : shortCount(count);
}

/** A number of at most five characters; there are no limits. */
export function compact(number: number): string {
  return number < 10_000
    ? String(number)
    : number < 1e5
      ? `${scaled(number / 1000)}k`
      : shortCount(Math.min(number, COUNT_LIMIT - 1));
}

/** A count in words. */
export function times(count: number): string {
  if (count >= COUNT_LIMIT) {
    return `${grouped(count)} times or more`;
  }
  return count === 1 ? "once" : `${grouped(count)} times`;
}

/** A number of things. */
export function amount(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}
