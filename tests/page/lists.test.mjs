// Lists that are longer than a browser can show at once, and on paper. LONG is a page of a file with two million lines.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Report } from "./browser.mjs";

const { LONG, REPORT } = process.env;
const LINES = 2_000_000;
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

function check(name, hash, body, file = LONG) {
  test(name, async () => {
    const report = await Report.open(browser, file, hash);
    await body(report, report.page);
    await report.close();
  });
}

/** The numbers of the lines that can be seen. */
async function inSight(page) {
  return page.locator(".source").evaluate((source) => {
    const { top, bottom } = source.getBoundingClientRect();
    return [...source.querySelectorAll(".line")]
      .filter((line) => line.getBoundingClientRect().bottom > top + 1 && line.getBoundingClientRect().top < bottom - 1)
      .map((line) => Number(line.querySelector(".line-number").textContent));
  });
}

/** Lines follow each other without a gap, and fill what can be seen. */
function areWhole(lines, { clientHeight }) {
  assert.ok(lines.length >= Math.floor(clientHeight / 20), `${lines.length} lines in ${clientHeight} pixels`);
  lines.slice(1).forEach((line, place) => assert.equal(line, lines[place] + 1));
}

const sizes = (page) =>
  page.locator(".source").evaluate(({ clientHeight, scrollTop, scrollHeight }) => ({
    clientHeight,
    scrollTop,
    scrollHeight,
  }));

check("the last of two million lines is reached by key, link and jump", "f=src/long.rs", async (report, page) => {
  await report.isOpen("src/long.rs");
  await report.keys("End");
  let lines = await inSight(page);
  areWhole(lines, await sizes(page));
  assert.equal(lines.at(-1), LINES);
  await report.keys("PageUp", "PageUp", "ArrowUp");
  lines = await inSight(page);
  areWhole(lines, await sizes(page));
  assert.ok(lines[0] < LINES - 60 && lines[0] > LINES - 200, lines[0]);
  await report.keys("Home");
  assert.equal((await inSight(page))[0], 1);
  await report.keys("j");
  assert.equal((await report.route()).l, String(LINES - 2));
  assert.ok((await inSight(page)).includes(LINES - 2));
  await page.evaluate(() => (location.hash = "f=src/long.rs&l=1234567"));
  await page.waitForFunction(() => document.querySelector('.line[aria-selected="true"]')?.textContent.includes("1234567"));
  await report.settled();
  const middle = await inSight(page);
  assert.ok(middle.includes(1234567), `${middle[0]} to ${middle.at(-1)}`);
});

check("the wheel goes line by line, and the bar over all", "f=src/long.rs&l=1000000", async (report, page) => {
  await report.isOpen("src/long.rs");
  const before = (await inSight(page))[0];
  await page.locator(".source").hover();
  for (const [turn, expected] of [[200, 10], [-400, -10]]) {
    await page.mouse.wheel(0, turn);
    await page.waitForTimeout(700);
    const now = (await inSight(page))[0];
    assert.ok(Math.abs(now - before - expected) <= 1, `${before}, then ${now}`);
    areWhole(await inSight(page), await sizes(page));
  }
  const { scrollHeight, clientHeight } = await sizes(page);
  const way = scrollHeight - clientHeight;
  for (const share of [0.25, 1, 0.75, 0]) {
    await page.locator(".source").evaluate((source, top) => (source.scrollTop = top), way * share);
    await report.settled();
    await report.settled();
    const lines = await inSight(page);
    areWhole(lines, await sizes(page));
    assert.ok(Math.abs(lines[0] - share * LINES) < 50, `${share}: ${lines[0]}`);
  }
  assert.equal((await inSight(page))[0], 1);
});

check("who turns the wheel at the ends gets to the ends", "f=src/long.rs&l=40", async (report, page) => {
  await report.isOpen("src/long.rs");
  await page.locator(".source").hover();
  for (let turn = 0; turn < 8; turn++) {
    await page.mouse.wheel(0, -400);
    await page.waitForTimeout(60);
  }
  await page.waitForTimeout(400);
  assert.equal((await inSight(page))[0], 1);
  await report.keys("End");
  await page.mouse.wheel(0, -300);
  await page.waitForTimeout(300);
  assert.ok((await inSight(page)).at(-1) < LINES);
  for (let turn = 0; turn < 4; turn++) {
    await page.mouse.wheel(0, 400);
    await page.waitForTimeout(60);
  }
  await page.waitForTimeout(400);
  assert.equal((await inSight(page)).at(-1), LINES);
});

check("paper gets as many rows as there is room for, and the number of the others", "f=src/long.rs", async (report, page) => {
  await report.isOpen("src/long.rs");
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator(".source .line").count(), 5000);
  assert.match(await page.locator(".more-rows").innerText(), /1,995,000 further rows are not printed/);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  assert.ok(height > 5000 * 19 && height < 5000 * 20 + 2000, `${height} pixels`);
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  assert.equal(await page.locator(".more-rows").count(), 0);
});

check(
  "rows stand below each other on paper",
  "v=files",
  async (report, page) => {
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    const boxes = await page.locator(".holder > .row").evaluateAll((rows) =>
      rows.map((row) => [row.getBoundingClientRect().top, row.getBoundingClientRect().bottom]),
    );
    assert.ok(boxes.length > 4);
    assert.ok(await page.locator(".notices ul").isVisible(), "notes cannot be opened on paper");
    boxes.slice(1).forEach(([top], place) => assert.ok(Math.abs(top - boxes[place][1]) < 1, `${top}`));
  },
  REPORT,
);
