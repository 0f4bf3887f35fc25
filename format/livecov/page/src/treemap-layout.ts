// Rectangles for sizes: as near to squares as may be (Bruls, Huizing and van Wijk, "Squarified Treemaps").

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A box for each size, in the order of sizes; they must be sorted, the largest first. */
export function squarify(sizes: readonly number[], within: Box): Box[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const scale = all > 0 ? (within.width * within.height) / all : 0;
  const areas = sizes.map((size) => size * scale);
  const boxes: Box[] = [];
  let free = { ...within };
  let from = 0;
  while (from < areas.length) {
    const to = rowEnd(areas, from, Math.min(free.width, free.height));
    free = layRow(areas.slice(from, to), free, boxes);
    from = to;
  }
  return boxes;
}

/** Where a row ends that starts there: boxes join it as long as that makes them less oblong. */
function rowEnd(areas: readonly number[], from: number, side: number): number {
  let sum = areas[from];
  let worst = oblong(sum, areas[from], areas[from], side);
  let to = from + 1;
  while (to < areas.length) {
    const next = oblong(sum + areas[to], areas[from], areas[to], side);
    if (next > worst) {
      break;
    }
    [sum, worst] = [sum + areas[to], next];
    to++;
  }
  return to;
}

/** The worst ratio of sides in a row with these largest and smallest areas. */
function oblong(sum: number, largest: number, smallest: number, side: number): number {
  const square = side * side;
  return Math.max((square * largest) / (sum * sum), (sum * sum) / (square * smallest));
}

/** Puts a row along the shorter side, and returns what is left. */
function layRow(areas: readonly number[], free: Box, boxes: Box[]): Box {
  const sum = areas.reduce((sum, area) => sum + area, 0);
  const isUpright = free.width >= free.height;
  const thickness = isUpright ? sum / (free.height || 1) : sum / (free.width || 1);
  let at = isUpright ? free.y : free.x;
  for (const area of areas) {
    const length = thickness > 0 ? area / thickness : 0;
    boxes.push(
      isUpright
        ? { x: free.x, y: at, width: thickness, height: length }
        : { x: at, y: free.y, width: length, height: thickness },
    );
    at += length;
  }
  return isUpright
    ? { ...free, x: free.x + thickness, width: Math.max(free.width - thickness, 0) }
    : { ...free, y: free.y + thickness, height: Math.max(free.height - thickness, 0) };
}
