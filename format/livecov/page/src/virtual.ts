// Long lists of which only what is in sight is in the page.

/** Rows beyond either edge that are in the page as well. */
const MARGIN = 8;

export interface ListOptions {
  /** What scrolls. */
  scroller: HTMLElement;
  /** What the rows are put into; as high as all of them. */
  holder: HTMLElement;
  /** All rows are that high, in pixels. */
  rowHeight: number;
  render(row: number): HTMLElement;
}

export class VirtualList {
  private count = 0;
  private readonly rows = new Map<number, HTMLElement>();
  private isPending = false;

  constructor(private readonly options: ListOptions) {
    options.scroller.addEventListener("scroll", () => this.schedule(), { passive: true });
    new ResizeObserver(() => this.update()).observe(options.scroller);
  }

  /** Starts anew with so many rows. */
  reset(count: number): void {
    this.count = count;
    this.options.holder.style.height = `${count * this.options.rowHeight}px`;
    this.refresh();
  }

  /** Renders all that is in sight anew. */
  refresh(): void {
    this.rows.clear();
    this.options.holder.replaceChildren();
    this.update();
  }

  /** The row's element, if it is in the page. */
  element(row: number): HTMLElement | undefined {
    return this.rows.get(row);
  }

  /** Renders all rows, for the printer; at most so many. */
  renderAll(limit: number): void {
    this.show(0, Math.min(this.count, limit));
  }

  /** Scrolls as little as it takes, or so that the row is in the middle. */
  reveal(row: number, isCentered = false): void {
    const { scroller, rowHeight } = this.options;
    const top = this.top() + row * rowHeight;
    const height = scroller.clientHeight;
    const hidden = this.stickyHeight();
    if (isCentered) {
      scroller.scrollTop = top - Math.max((height - rowHeight) / 3, hidden);
    } else if (top < scroller.scrollTop + hidden) {
      scroller.scrollTop = top - hidden;
    } else if (top + rowHeight > scroller.scrollTop + height) {
      scroller.scrollTop = top + rowHeight - height;
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
    const { scroller, rowHeight } = this.options;
    return Math.max(0, Math.ceil((scroller.scrollTop - this.top() + this.stickyHeight()) / rowHeight));
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
    if (scroller.clientHeight === 0) {
      return;
    }
    const first = Math.floor((scroller.scrollTop - this.top()) / rowHeight);
    const last = Math.ceil((scroller.scrollTop - this.top() + scroller.clientHeight) / rowHeight);
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
    element.style.top = `${row * this.options.rowHeight}px`;
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
