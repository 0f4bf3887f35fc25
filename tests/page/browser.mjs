// A browser with the page in it, which keeps a list of all that must not happen.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export function launch() {
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/** A page in a browser profile of its own. */
export class Report {
  /** Requests, errors and messages that there must be none of. */
  troubles = [];

  static async open(browser, file, hash = "", options = {}) {
    const report = new Report();
    const { colorScheme = "light", width = 1280, height = 800 } = options;
    report.context = await browser.newContext({ colorScheme, viewport: { width, height } });
    report.page = await report.context.newPage();
    report.watch(`file://${file}`);
    await report.page.goto(`file://${file}#${hash}`);
    await report.page.waitForSelector("main > section", { timeout: 20_000 });
    return report;
  }

  watch(document) {
    const { page, troubles } = this;
    page.on("console", (message) => troubles.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => troubles.push(`error: ${error.stack}`));
    page.on("dialog", (dialog) => troubles.push(`dialog: ${dialog.message()}`));
    page.on("request", (request) => {
      // The icon is in the page itself, and so is what is saved.
      const isOwn = request.url().startsWith("data:image/svg+xml,") || request.url().startsWith("blob:");
      if (request.url().split("#")[0] !== document && !isOwn) {
        troubles.push(`request: ${request.url().slice(0, 200)}`);
      }
    });
  }

  /** Closes the page, which must not have done what it must not do. */
  async close() {
    await this.context.close();
    assert.deepEqual(this.troubles, []);
  }

  async keys(...keys) {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
    await this.settled();
  }

  /** Waits until the next picture is drawn. */
  settled() {
    return this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0))));
  }

  /** The fields of the address. */
  async route() {
    return Object.fromEntries(new URLSearchParams(new URL(this.page.url()).hash.slice(1)));
  }

  texts(selector) {
    return this.page.locator(selector).allInnerTexts();
  }

  /** The names in the first column of the table. */
  async names() {
    const names = this.page.locator(".holder > .row .name :is(a, .label)");
    return names.evaluateAll((names) =>
      names.map((name) =>
        [...name.childNodes]
          .filter((node) => !node.classList?.contains("muted"))
          .map((node) => node.textContent)
          .join(""),
      ),
    );
  }

  /** The shares at the top, as text. */
  shares() {
    return this.texts(".totals .share");
  }

  async search(text) {
    await this.page.locator("input[type=search]").fill(text);
    await this.settled();
  }

  /** The source is there, and it is that of this file. */
  async isOpen(path) {
    await this.page.waitForFunction((path) => {
      const shown = document.querySelector(".crumb-path")?.textContent;
      return shown === path && document.querySelector(".source .line");
    }, path);
  }

  /** No rule of accessibility is broken, as far as a program can tell. */
  async isAccessible(what) {
    // Not as an element: the page's policy forbids scripts.
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run(document));
    const found = violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map((node) => `${node.html} ${node.failureSummary}`)
          .slice(0, 3)
          .join("\n")}`,
    );
    assert.deepEqual(found, [], what);
  }
}
