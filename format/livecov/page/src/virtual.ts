// Long lists of which only what is in sight is in the page.

import { h } from "./dom";
import { amount } from "./format";

/** Rows beyond either edge that are in the page as well. */
const MARGIN = 8;
/** Browsers cut elements that are higher: Firefox at 17.8 million pixels, Chromium at 33.5 million. */
const HEIGHT_LIMIT = 15_000_000;
/** When nothing has scrolled for so many milliseconds, the scroll bar is put where it belongs. */
const SETTLED = 200;

export interface ListOptions {
  /** What scrolls. */
  scroller: HTMLElement;
  /** What the rows are put into; as high as all of them, or as a browser can. */
  holder: HTMLElement;
  /** All rows are that high, in pixels. */
  rowHeight: number;
  render(row: number): HTMLElement;
}

export class VirtualList {
  private count = 0;
  private readonly rows = new Map<number, HTMLElement>();
  private isPending = false;
  private isPrinting = false;
  /**
   * How far rows stand above where they would without a limit. Where there is more than a browser can show, the bar goes
   * over all of it, and small steps go row by row: then this changes.
   */
  private shift = 0;
  private lastTop = 0;
  private settling = 0;

  constructor(private readonly options: ListOptions) {
    options.scroller.addEventListener("scroll", () => this.onScroll(), { passive: true });
    new ResizeObserver(() => this.update()).observe(options.scroller);
  }

  /** Starts anew with so many rows. */
  reset(count: number): void {
    this.count = count;
    this.options.holder.style.height = `${Math.min(count * this.options.rowHeight, HEIGHT_LIMIT)}px`;
    this.follow();
    this.refresh();
  }

  /** Goes to the first row. */
  toStart(): void {
    this.scrollTo(0);
    this.update();
  }

  /** How much higher all rows are than what holds them. */
  private excess(): number {
    return Math.max(this.count * this.options.rowHeight - HEIGHT_LIMIT, 0);
  }

  /** How many pixels of the list a pixel of the bar stands for. */
  private scale(): number {
    const { scroller } = this.options;
    const way = Math.max(scroller.scrollHeight - scroller.clientHeight, 1);
    return 1 + this.excess() / way;
  }

  /** The pixel of the whole list at the upper edge. */
  private position(): number {
    return this.options.scroller.scrollTop + this.shift;
  }

  private scrollTo(position: number): void {
    const { scroller } = this.options;
    const excess = this.excess();
    const end = Math.max(scroller.scrollHeight - scroller.clientHeight, 0) + excess;
    const target = Math.max(0, Math.min(position, end));
    scroller.scrollTop = target / this.scale();
    this.lastTop = scroller.scrollTop;
    // A pixel of the bar is the least step, and may be many rows.
    const isAtStart = excess === 0 || target < 1;
    this.move(isAtStart ? 0 : Math.min(target - this.lastTop, excess));
  }

  /** Takes the position that the bar has. */
  private follow(): void {
    const { scrollTop } = this.options.scroller;
    this.lastTop = scrollTop;
    this.move(scrollTop * (this.scale() - 1));
  }

  private move(shift: number): void {
    if (shift !== this.shift) {
      this.shift = shift;
      this.rows.forEach((element, row) => this.place(element, row));
    }
  }

  private place(element: HTMLElement, row: number): void {
    element.style.top = `${row * this.options.rowHeight - this.shift}px`;
  }

  private onScroll(): void {
    const { scroller } = this.options;
    if (this.excess() > 0) {
      const step = scroller.scrollTop - this.lastTop;
      if (Math.abs(step) > scroller.clientHeight) {
        this.follow();
      } else if (step !== 0) {
        this.lastTop = scroller.scrollTop;
        const isAtEdge = scroller.scrollTop < 1 || scroller.scrollTop + scroller.clientHeight + 1 > scroller.scrollHeight;
        clearTimeout(this.settling);
        this.settling = setTimeout(() => this.scrollTo(this.position()), isAtEdge ? 0 : SETTLED);
      }
    }
    this.schedule();
  }

  /** Renders all that is in sight anew. */
  refresh(): void {
    this.isPrinting = false;
    this.rows.clear();
    this.options.holder.replaceChildren();
    this.update();
  }

  /** The row's element, if it is in the page. */
  element(row: number): HTMLElement | undefined {
    return this.rows.get(row);
  }

  /** Renders all rows, for the printer; at most so many, and how many there are more. */
  renderAll(limit: number): void {
    this.isPrinting = true;
    this.move(0);
    this.show(0, Math.min(this.count, limit));
    if (this.count > limit) {
      const more = `${amount(this.count - limit, "further row is", "further rows are")} not printed`;
      this.options.holder.append(h("div", { class: "more-rows", role: "row" }, h("span", { role: "gridcell" }, more)));
    }
  }

  /** Scrolls as little as it takes, or so that the row is in the middle. */
  reveal(row: number, isCentered = false): void {
    const { scroller, rowHeight } = this.options;
    const top = this.top() + row * rowHeight;
    const height = scroller.clientHeight;
    const hidden = this.stickyHeight();
    if (isCentered) {
      this.scrollTo(top - Math.max((height - rowHeight) / 3, hidden));
    } else if (top < this.position() + hidden) {
      this.scrollTo(top - hidden);
    } else if (top + rowHeight > this.position() + height) {
      this.scrollTo(top + rowHeight - height);
    }
    this.update();
  }

  /** How many rows fit into what is in sight. */
  pageSize(): number {
    const { scroller, rowHeight } = this.options;
    return Math.max(Math.floor((scroller.clientHeight - this.stickyHeight()) / rowHeight) - 1, 1);
  }

  /** The first row that is in sight. */
  firstInSight(): number {
    const { rowHeight } = this.options;
    return Math.max(0, Math.ceil((this.position() - this.top() + this.stickyHeight()) / rowHeight));
  }

  /** Where the first row is in what scrolls. */
  private top(): number {
    return this.options.holder.offsetTop;
  }

  /** A heading that stays covers rows. */
  private stickyHeight(): number {
    const heading = this.options.scroller.querySelector<HTMLElement>(".sticky");
    return heading?.offsetHeight ?? 0;
  }

  private schedule(): void {
    if (!this.isPending) {
      this.isPending = true;
      requestAnimationFrame(() => {
        this.isPending = false;
        this.update();
      });
    }
  }

  private update(): void {
    const { scroller, rowHeight } = this.options;
    // On paper all is in sight.
    if (scroller.clientHeight === 0 || this.isPrinting) {
      return;
    }
    const above = this.position() - this.top();
    const first = Math.floor(above / rowHeight);
    const last = Math.ceil((above + scroller.clientHeight) / rowHeight);
    this.show(Math.max(first - MARGIN, 0), Math.min(last + MARGIN, this.count));
  }

  private show(from: number, to: number): void {
    for (const [row, element] of this.rows) {
      if (row < from || row >= to) {
        element.remove();
        this.rows.delete(row);
      }
    }
    for (let row = from; row < to; row++) {
      if (!this.rows.has(row)) {
        this.insert(row);
      }
    }
  }

  /** Rows stand in the page in their order, for those who hear it read. */
  private insert(row: number): void {
    const element = this.options.render(row);
    this.place(element, row);
    const before = this.rows.get(row - 1);
    if (before) {
      before.after(element);
    } else {
      const next = this.rows.get(row + 1) ?? this.firstAfter(row);
      this.options.holder.insertBefore(element, next ?? null);
    }
    this.rows.set(row, element);
  }

  private firstAfter(row: number): HTMLElement | undefined {
    let best: number | undefined;
    for (const other of this.rows.keys()) {
      if (other > row && (best === undefined || other < best)) {
        best = other;
      }
    }
    return best === undefined ? undefined : this.rows.get(best);
  }
}
