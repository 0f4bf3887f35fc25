// A report with a diff and older data in a browser. CHANGES is the page, JSON_CHANGES the same as data, REPORT one without.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, Report } from "./browser.mjs";

const { CHANGES, JSON_CHANGES, REPORT, PICTURES } = process.env;
const { diff, comparison, files } = JSON.parse(readFileSync(JSON_CHANGES, "utf8"));
let browser;

before(async () => {
  browser = await launch();
  mkdirSync(PICTURES, { recursive: true });
});
after(() => browser.close());

/** A test with a page of its own. */
function check(name, hash, body, { file = CHANGES, ...options } = {}) {
  test(name, async () => {
    const report = await Report.open(browser, file, hash, options);
    await body(report, report.page);
    await report.close();
  });
}

const isKnown = ({ path }) => files.some((file) => file.path === path);
const differing = comparison.files.filter(
  ({ totals }) => totals.new_covered + totals.new_uncovered + totals.lost + totals.gained > 0,
);

/** The places that `d` goes to, in their order. */
const targets = files.flatMap(({ path }) => {
  const changed = diff.files.find((file) => file.path === path)?.missed ?? [];
  const { lost = [], new_uncovered: added = [] } = comparison.files.find((file) => file.path === path) ?? {};
  const firsts = new Set([...changed, ...added, ...lost].map(([first]) => first));
  return [...firsts].sort((left, right) => left - right).map((line) => `${path}:${line}`);
});

const place = async (report) => {
  const { f, l } = await report.route();
  return `${f}:${l}`;
};

check("the view has the sums, files and ranges of the JSON report", "v=changes", async (report, page) => {
  const sums = await page.innerText(".changes-sums");
  const { covered, total } = diff.totals.lines;
  assert.ok(sums.includes(`${covered} of ${total}`), sums);
  for (const [name, number] of [
    ["New missed", comparison.totals.new_uncovered],
    ["Lost", comparison.totals.lost],
    ["Gained", comparison.totals.gained],
  ]) {
    assert.match(sums, new RegExp(`${name}\\s+${number}(\\s|$)`));
  }
  // Only rows in sight are in the page.
  await page.setViewportSize({ width: 1280, height: 2400 });
  await report.settled();
  const names = new Set([...diff.files, ...differing].map(({ path }) => path));
  assert.deepEqual(new Set(await report.names()), names);
  assert.match(await page.innerText(".changes-view"), /src\/unknown\.rs/);
  const hrefs = await page.locator(".range a").evaluateAll((links) => links.map((link) => link.hash.slice(1)));
  const fields = hrefs.map((hash) => new URLSearchParams(hash));
  const linked = new Set(fields.map((fields) => `${fields.get("f")}:${fields.get("l")}`));
  const ranges = (file) => [...(file.missed ?? []), ...(file.lost ?? []), ...(file.gained ?? [])];
  const listed = [...diff.files, ...differing.filter(isKnown)].flatMap((file) =>
    ranges(file).map(([first]) => `${file.path}:${first}`),
  );
  const functions = [...comparison.lost_functions, ...comparison.gained_functions].filter(isKnown);
  const starts = functions.map(({ path, line }) => `${path}:${line}`);
  assert.deepEqual(linked, new Set([...listed, ...starts]));
  assert.ok(differing.some((file) => !isKnown(file)) && (await page.getByText("not measured now").count()) > 0);
});

check("a search leaves what fits", "v=changes", async (report, page) => {
  await report.search("price");
  assert.deepEqual(await report.names(), ["src/price.rs"]);
  const { lost } = comparison.files.find(({ path }) => path === "src/price.rs").totals;
  assert.match(await page.innerText(".changes-sums"), new RegExp(`Lost\\s+${lost}\\s`));
  await report.search("nothing-fits-this");
  assert.match(await page.innerText(".no-rows"), /Nothing fits/);
});

check("a range leads to its line, and back", "v=changes", async (report, page) => {
  const { path, lost } = differing.find((file) => isKnown(file) && file.lost.length > 0);
  const row = page.locator(".row.range", { hasText: "lost: ran in the baseline" }).first();
  await row.click();
  await report.isOpen(path);
  assert.equal(await place(report), `${path}:${lost[0][0]}`);
  await report.keys("u");
  assert.match(await page.innerText('.row[aria-selected="true"]'), /lost/);
});

check("lines have signs that say what became of them", "f=src/price.rs", async (report, page) => {
  await report.isOpen("src/price.rs");
  const marks = await page.locator(".line .change").evaluateAll((marks) =>
    marks.map((mark) => [mark.parentElement.querySelector(".line-number").textContent, mark.textContent, mark.title]),
  );
  const isIn = (runs, line) => runs.some(([first, last]) => first <= line && line <= last);
  const price = files.find(({ path }) => path === "src/price.rs");
  const [changed, compared] = [diff, comparison].map((part) => part.files.find(({ path }) => path === "src/price.rs"));
  for (const { line } of price.lines) {
    const [, sign = "", words = ""] = marks.find(([number]) => Number(number) === line) ?? [];
    assert.equal(words.includes("changed, not covered"), isIn(changed.missed, line), `${line}: ${words}`);
    assert.equal(words.includes("gained"), isIn(compared.gained, line), `${line}: ${words}`);
    const isNew = isIn(changed.changed, line) || isIn(compared.new_uncovered, line);
    assert.equal(sign.includes("+"), isNew, `${line}: ${sign}`);
    assert.equal(sign.includes("▲"), isIn(compared.gained, line), `${line}: ${sign}`);
  }
  assert.ok(changed.missed.length > 0 && compared.gained.length > 0);
});

check("d goes from change to change", "", async (report, page) => {
  assert.ok(targets.length > 2 && new Set(targets.map((target) => target.split(":")[0])).size > 1);
  for (const target of [...targets, targets[0]]) {
    await report.keys("d");
    await report.isOpen(target.slice(0, target.lastIndexOf(":")));
    await report.settled();
    assert.equal(await place(report), target);
  }
  await page.waitForSelector(".status:not(:empty)");
  assert.match(await page.innerText(".status"), /From the first/);
  await report.keys("D");
  assert.equal(await place(report), targets.at(-1));
  await report.keys("?");
  assert.match(await page.getByRole("dialog").innerText(), /d D\s+next, previous changed line/);
  await report.keys("Escape", "7");
  assert.equal((await report.route()).v, "changes");
});

check(
  "a report without changes has none of it",
  "v=changes",
  async (report, page) => {
    assert.equal(await page.getByRole("link", { name: "Changes" }).count(), 0);
    assert.equal(await page.getByRole("treegrid").count(), 1);
    await report.keys("d", "7");
    assert.equal((await report.route()).f, undefined);
    await report.keys("?");
    assert.doesNotMatch(await page.getByRole("dialog").innerText(), /changed line/);
  },
  { file: REPORT },
);

for (const colorScheme of ["light", "dark"]) {
  for (const [name, hash] of [
    ["changes", "v=changes"],
    ["changed-source", "f=src/price.rs&l=15"],
    ["lost-source", "f=src/changed.rs&l=2"],
  ]) {
    check(
      `${name} is accessible, ${colorScheme}`,
      hash,
      async (report, page) => {
        await page.waitForSelector(".line, .row");
        await report.settled();
        await report.isAccessible(name);
        await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}.png` });
        await page.setViewportSize({ width: 400, height: 800 });
        await report.settled();
        await report.isAccessible(`${name}, narrow`);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 400, `${width} pixels wide`);
        await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}-narrow.png` });
      },
      { colorScheme },
    );
  }
}
