// The map: how much code there is where (area: units), and how much of it ran, or how often (colour, and a number).

import { h, fill } from "./dom";
import { amount, grouped, percent, shortCount, times } from "./format";
import { heat } from "./heat";
import type { Colour, Router } from "./route";
import type { Tree } from "./tree";
import { squarify, type Box } from "./treemap-layout";

const HEADING = 20;
const GAP = 2;
/** Smaller boxes are not divided. */
const LEAST_WIDTH = 90;
const LEAST_HEIGHT = 64;
/** Smaller boxes are not shown: nobody could hit them. */
const LEAST_SIDE = 7;
const DEPTH = 3;
/** The colours' steps, from nothing ran to all ran. */
const STEPS = 9;
/** Those of heat, from once to as often as what ran most. */
const HEAT_STEPS = 8;

export class Treemap {
  readonly element: HTMLElement;
  private readonly crumbs = h("nav", { class: "map-crumbs", "aria-label": "Directory" });
  private readonly area = h("div", {
    class: "map-area",
    role: "group",
    "aria-label": "Map of files: area is the number of units",
  });
  private readonly legend = h("div", { class: "map-legend" });
  private leftOut = 0;

  constructor(
    private readonly tree: Tree,
    private readonly router: Router,
    /** The highest count of a line; none if counts only say whether something ran. */
    private readonly highest: number | undefined,
  ) {
    this.element = h("div", { class: "map" }, this.crumbs, this.area, this.legend);
    new ResizeObserver(() => this.isVisible() && this.render()).observe(this.area);
    this.area.addEventListener("keydown", (event) => this.onKey(event));
  }

  get focusable(): HTMLElement {
    return this.area.querySelector<HTMLElement>("a") ?? this.area;
  }

  private isVisible(): boolean {
    return this.area.clientWidth > 0;
  }

  render(): void {
    const root = this.tree.find(this.router.route.dir);
    this.leftOut = 0;
    const box = { x: 0, y: 0, width: this.area.clientWidth, height: this.area.clientHeight };
    fill(this.area, ...this.boxes(root, box, 1));
    this.renderCrumbs(root);
    this.renderLegend();
  }

  private isHeat(): boolean {
    return this.highest !== undefined && this.router.route.colour === "heat";
  }

  private renderLegend(): void {
    const colour = this.isHeat() ? "heat" : "coverage";
    const choice = (name: Colour, text: string) => {
      const attributes = { type: "button", "aria-pressed": String(name === colour), class: "choice" };
      return h("button", { ...attributes, on: { click: () => this.choose(name) } }, text);
    };
    const choices = [choice("coverage", "How much ran"), choice("heat", "How often")];
    const switches = h("span", { class: "choices", role: "group", "aria-label": "Colours" }, ...choices);
    fill(this.legend, ...(colour === "heat" ? heatLegend(this.highest ?? 0) : legend()));
    this.legend.append(...(this.highest === undefined ? [] : [switches]));
  }

  /** Draws the map anew, and leaves the focus on the choice. */
  private choose(colour: Colour): void {
    this.router.replace({ colour });
    this.legend.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
  }

  /** Changes what the colours stand for. */
  nextColour(): void {
    if (this.highest !== undefined) {
      this.router.replace({ colour: this.isHeat() ? "coverage" : "heat" });
    }
  }

  private renderCrumbs(root: number): void {
    const parts = this.tree.nodes[root].path.split("/").slice(0, -1);
    const link = (text: string, dir: string) => h("a", { href: this.router.link({ dir, view: "map" }) }, text);
    const crumbs = parts.map((part, place) => link(`${part}/`, `${parts.slice(0, place + 1).join("/")}/`));
    const files = amount(this.tree.fileCounts[root], "file");
    const note = this.leftOut > 0 ? `${files}, ${grouped(this.leftOut)} too small to show` : files;
    fill(this.crumbs, link("All", ""), ...crumbs, h("span", { class: "muted" }, note));
  }

  private size(node: number): number {
    return this.tree.sums.units.total[node];
  }

  private boxes(parent: number, within: Box, depth: number): HTMLElement[] {
    const children = this.tree.nodes[parent].children.filter((child) => this.size(child) > 0);
    children.sort((left, right) => this.size(right) - this.size(left));
    const boxes = squarify(
      children.map((child) => this.size(child)),
      within,
    );
    return children.flatMap((child, place) => this.box(child, inset(boxes[place]), depth));
  }

  private box(node: number, box: Box, depth: number): HTMLElement[] {
    if (box.width < LEAST_SIDE || box.height < LEAST_SIDE) {
      this.leftOut += this.tree.fileCounts[node];
      return [];
    }
    const isDirectory = this.tree.nodes[node].file < 0;
    const isDivided = isDirectory && depth < DEPTH && box.width >= LEAST_WIDTH && box.height >= LEAST_HEIGHT;
    const own = this.link(node, box, isDivided);
    const inner = {
      x: box.x + GAP,
      y: box.y + HEADING,
      width: box.width - 2 * GAP,
      height: box.height - HEADING - GAP,
    };
    return isDivided ? [own, ...this.boxes(node, inner, depth + 1)] : [own];
  }

  private link(node: number, box: Box, isDivided: boolean): HTMLElement {
    const { name, path, file } = this.tree.nodes[node];
    const total = this.size(node);
    const covered = total - this.tree.sums.units.missed[node];
    const share = percent(covered, total);
    const count = this.tree.highest[node];
    const often = this.isHeat() ? `, ${count > 0 ? `a line of it ${times(count)}` : "never"}` : "";
    const words = `${path}: ${share} of ${amount(total, "unit")} ran${often}`;
    const value = this.isHeat() ? `${shortCount(count)}×` : share;
    const more = this.isHeat() ? ` at most, ${words}` : ` of ${amount(total, "unit")} ran, ${path}`;
    const href = this.router.link(file < 0 ? { view: "map", dir: path } : { file: path, line: 0 });
    const step = this.isHeat() ? heatStep(count, this.highest ?? 0) : coverageStep(covered, total);
    const hasText = box.width > 44 && box.height > 18;
    const hasShare = hasText && (isDivided ? box.width > 120 : box.height > 36);
    const element = h(
      "a",
      {
        href,
        class: `box ${isDivided ? "group" : step}`,
        title: words,
        "aria-label": hasText ? undefined : words,
      },
      hasText && h("span", { class: "box-name" }, file < 0 ? `${name}/` : name),
      hasShare && h("span", { class: "box-share" }, value),
      hasText && h("span", { class: "unseen" }, hasShare ? more : ` ${value}${more}`),
    );
    Object.assign(element.style, {
      left: `${box.x}px`,
      top: `${box.y}px`,
      width: `${box.width}px`,
      height: `${box.height}px`,
    });
    return element;
  }

  /** Arrows go to the nearest box that way. */
  private onKey(event: KeyboardEvent): void {
    const ways: Record<string, [number, number]> = {
      ArrowRight: [1, 0],
      ArrowLeft: [-1, 0],
      ArrowDown: [0, 1],
      ArrowUp: [0, -1],
    };
    const way = ways[event.key];
    if (way && event.target instanceof HTMLElement) {
      event.preventDefault();
      this.nearest(event.target, way)?.focus();
    }
  }

  private nearest(from: HTMLElement, [x, y]: [number, number]): HTMLElement | undefined {
    const start = center(from);
    let best: { element: HTMLElement; distance: number } | undefined;
    for (const element of this.area.querySelectorAll<HTMLElement>("a")) {
      const at = center(element);
      const along = (at.x - start.x) * x + (at.y - start.y) * y;
      const aside = Math.abs((at.x - start.x) * y) + Math.abs((at.y - start.y) * x);
      const distance = along + 2 * aside;
      if (element !== from && along > 2 && (!best || distance < best.distance)) {
        best = { element, distance };
      }
    }
    return best?.element;
  }
}

/** Groups stand at their headings. */
function center(element: HTMLElement): { x: number; y: number } {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: left + width / 2, y: element.classList.contains("group") ? top + HEADING / 2 : top + height / 2 };
}

function inset({ x, y, width, height }: Box): Box {
  return { x: x + GAP / 2, y: y + GAP / 2, width: Math.max(width - GAP, 0), height: Math.max(height - GAP, 0) };
}

function coverageStep(covered: number, total: number): string {
  return `step-${total === 0 ? 0 : Math.floor((covered / total) * (STEPS - 1))}`;
}

function heatStep(count: number, highest: number): string {
  return count === 0 ? "cold" : `heat-${Math.min(Math.floor(heat(count, highest) * HEAT_STEPS), HEAT_STEPS - 1)}`;
}

function legend(): (HTMLElement | string)[] {
  const steps = Array.from({ length: STEPS }, (_, step) => h("i", { class: `step-${step}` }));
  return ["0% ran", h("span", { class: "steps", "aria-hidden": "true" }, ...steps), "100% ran"];
}

function heatLegend(highest: number): (HTMLElement | string)[] {
  const steps = Array.from({ length: HEAT_STEPS }, (_, step) => h("i", { class: `heat-${step}` }));
  const colours = h("span", { class: "steps", "aria-hidden": "true" }, h("i", { class: "cold" }), ...steps);
  return ["never ran", colours, `a line ran ${times(highest)} (logarithm)`];
}
