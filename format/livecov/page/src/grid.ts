// A list of rows that one key after the other goes through.
//
// The focus stays on the whole, which names the active row to screen readers: rows out of sight are not in the page.

import { setAttributes } from "./dom";
import { VirtualList } from "./virtual";

export interface GridHandlers {
  /** Enter, or a click. */
  open(row: number): void;
  /** Right and left; whether it did anything. */
  expand?(row: number, isOpen: boolean): boolean;
  changed?(row: number): void;
}

export class Grid {
  active = 0;
  private count = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly list: VirtualList,
    private readonly handlers: GridHandlers,
    private readonly idPrefix: string,
  ) {
    element.addEventListener("keydown", (event) => this.onKey(event));
    element.addEventListener("focus", () => this.mark());
  }

  reset(count: number, active = 0): void {
    this.count = count;
    this.active = Math.max(Math.min(active, count - 1), 0);
    this.list.reset(count);
    this.mark();
  }

  /** The attributes of a row, for who renders it. */
  attributes(row: number): Record<string, unknown> {
    const isActive = row === this.active;
    return { id: this.idPrefix + row, "aria-selected": String(isActive), "aria-rowindex": row + 2 };
  }

  activate(row: number, isCentered = false): void {
    if (this.count === 0) {
      return;
    }
    this.active = Math.max(0, Math.min(row, this.count - 1));
    this.list.reveal(this.active, isCentered);
    this.mark();
    this.handlers.changed?.(this.active);
  }

  private mark(): void {
    const row = this.list.element(this.active);
    for (const other of this.element.querySelectorAll('[aria-selected="true"]')) {
      other.setAttribute("aria-selected", "false");
    }
    row?.setAttribute("aria-selected", "true");
    setAttributes(this.element, { "aria-activedescendant": row?.id });
  }

  private onKey(event: KeyboardEvent): void {
    if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (this.handle(event.key)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  private handle(key: string): boolean {
    const to = this.target(key);
    if (to !== undefined) {
      this.activate(to);
      return true;
    }
    if (key === "Enter" && this.count > 0) {
      this.handlers.open(this.active);
      return true;
    }
    if (key === "ArrowRight" || key === "ArrowLeft") {
      return this.handlers.expand?.(this.active, key === "ArrowRight") ?? false;
    }
    return false;
  }

  private target(key: string): number | undefined {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    steps["PageDown"] = this.list.pageSize();
    steps["PageUp"] = -this.list.pageSize();
    if (key in steps) {
      return this.active + steps[key];
    }
    return key === "Home" ? 0 : key === "End" ? this.count - 1 : undefined;
  }
}
