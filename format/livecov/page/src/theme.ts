// Light, dark, or as the system has it.

import { h } from "./dom";
import { remember, remembered } from "./storage";

const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const SIGNS: Record<Theme, string> = { auto: "◐", light: "☀", dark: "☾" };

export class ThemeSwitch {
  readonly button = h("button", { class: "quiet", type: "button", on: { click: () => this.next() } });
  private theme: Theme;

  constructor() {
    const theme = remembered("theme") as Theme;
    this.theme = THEMES.includes(theme) ? theme : "auto";
    this.apply();
  }

  next(): void {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length];
    remember("theme", this.theme);
    this.apply();
  }

  private apply(): void {
    document.documentElement.dataset.theme = this.theme;
    const sign = h("span", { "aria-hidden": "true" }, SIGNS[this.theme]);
    this.button.replaceChildren(sign, h("span", { class: "button-text" }, this.theme));
    this.button.setAttribute("aria-label", `Theme: ${this.theme}`);
    this.button.title = "Theme (t)";
  }
}
