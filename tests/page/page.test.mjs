// The report of a small shop (`tests/examples/page_data.rs`) in a browser. REPORT is the page, JSON the same as data.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, Report } from "./browser.mjs";

const { REPORT, JSON_REPORT, PICTURES } = process.env;
const HOSTILE = "src/odd/</script><script>alert(1)</script>.rs";
const data = JSON.parse(readFileSync(JSON_REPORT, "utf8"));
let browser;

before(async () => {
  browser = await launch();
  mkdirSync(PICTURES, { recursive: true });
});
after(() => browser.close());

/** A test with a page of its own. */
function check(name, hash, body, options) {
  test(name, async () => {
    const report = await Report.open(browser, REPORT, hash, options);
    await body(report, report.page);
    await report.close();
  });
}

function percent({ covered, total }) {
  const permille = Math.floor((covered * 1000) / total);
  return `${Math.floor(permille / 10)}.${permille % 10}%`;
}

const METRICS = ["lines", "units", "functions", "branches"];

check("the sums are those of the JSON report", "", async (report) => {
  assert.deepEqual(
    await report.shares(),
    METRICS.map((metric) => percent(data.totals[metric])),
  );
});

check("the list has each file with its sums", "v=files", async (report) => {
  const rows = await report.texts(".holder > .row");
  assert.equal(rows.length, data.files.length);
  for (const [place, file] of data.files.entries()) {
    const cells = rows[place].split(/\s*\n\s*/).join("");
    assert.ok(cells.startsWith(file.path), cells);
    assert.ok(cells.includes(`${file.totals.lines.covered}/${file.totals.lines.total}`), cells);
  }
});

check("a search leaves what fits, and the sums follow", "v=files", async (report) => {
  await report.search("prc");
  assert.deepEqual(await report.names(), ["src/price.rs"]);
  const price = data.files.find(({ path }) => path === "src/price.rs");
  assert.equal((await report.shares())[0], percent(price.totals.lines));
  assert.deepEqual(await report.texts(".badge.found"), ["1", "3", "0"]);
  assert.equal((await report.route()).q, "prc");
  await report.search("crate:warehouse -deep");
  assert.equal((await report.names()).length, 3);
});

check("numbers filter", "v=files", async (report) => {
  const fits = (fit) => data.files.filter(({ totals }) => fit(totals)).map(({ path }) => path);
  for (const [query, fit] of [
    ["lines<65", ({ lines }) => lines.covered / lines.total < 0.65],
    [
      "units>=75% branches>=80",
      ({ units, branches }) => units.covered / units.total >= 0.75 && branches.covered / branches.total >= 0.8,
    ],
    ["lines.missed>2", ({ lines }) => lines.total - lines.covered > 2],
  ]) {
    await report.search(query);
    assert.deepEqual(await report.names(), fits(fit), query);
    assert.ok(fits(fit).length > 0, query);
  }
  await report.search("lines<0");
  assert.match(await report.page.innerText(".no-rows"), /Nothing fits/);
  await report.search("lines<");
  assert.equal((await report.names()).length, data.files.length);
});

check("functions and crates are found", "v=functions", async (report, page) => {
  assert.equal((await report.names()).length, data.files.flatMap((file) => file.functions).length);
  await report.search("lookup");
  assert.deepEqual(await report.names(), ["price::lookup"]);
  await page.getByRole("link", { name: "Crates" }).click();
  await report.search("ware");
  assert.deepEqual(await report.names(), ["warehouse"]);
  await page.locator(".holder .row").first().click();
  assert.deepEqual([(await report.route()).v, (await report.route()).q], ["files", "crate:warehouse"]);
  assert.equal((await report.names()).length, 4);
});

check("headings sort, and the browser remembers it", "v=files", async (report, page) => {
  const heading = page.getByRole("columnheader", { name: /^Lines/ });
  const shares = async () => (await report.texts(".holder .metric.lines .pct")).map(Number.parseFloat);
  await heading.getByRole("button").click();
  assert.equal(await heading.getAttribute("aria-sort"), "ascending");
  assert.deepEqual(
    await shares(),
    (await shares()).toSorted((left, right) => left - right),
  );
  await heading.getByRole("button").click();
  assert.equal((await report.route()).s, "-lines.missed");
  assert.equal((await report.names())[0], "src/price.rs");
  await heading.getByRole("button").click();
  assert.deepEqual(
    await shares(),
    (await shares()).toSorted((left, right) => right - left),
  );
  await page.goto(`file://${REPORT}#v=crates`);
  await page.reload();
  await page.waitForSelector(".table");
  assert.equal(await heading.getAttribute("aria-sort"), "descending");
});

check("a link leads to a line", "f=src/price.rs&l=15", async (report, page) => {
  await report.isOpen("src/price.rs");
  assert.match(await page.innerText('.line[aria-selected="true"]'), /15/);
  assert.match(await page.innerText(".details"), /Line 15: did not run/);
  assert.match(await page.innerText(".line.missed >> nth=0"), /arm 3 of 3 never taken/);
});

check("the keyboard is enough", "", async (report, page) => {
  await page.getByRole("treegrid").focus();
  await report.keys("Home", "ArrowLeft");
  assert.equal(await page.locator('[aria-selected="true"]').getAttribute("aria-expanded"), "false");
  await report.keys("ArrowRight", "End", "Enter");
  await report.isOpen("tests/deep/er/and/deeper.rs");
  await report.keys("u", "/");
  await page.keyboard.type("price");
  await report.keys("Enter", "End", "Enter");
  await report.isOpen("src/price.rs");
  await report.keys("j");
  assert.equal((await report.route()).l, "15");
  await report.keys("k", "h");
  assert.equal((await report.route()).hide, "1");
  assert.match(await page.innerText(".line.gap >> nth=0"), /hidden/);
  await report.keys("h", "u", "Escape", "/", "Escape");
  assert.equal((await report.route()).q, undefined);
  await report.keys("n");
  const first = (await report.route()).f;
  await report.keys("n");
  assert.notEqual((await report.route()).f, first);
  const second = (await report.route()).f;
  await report.keys("[", "]");
  assert.equal((await report.route()).f, second);
  await report.keys("?");
  assert.ok(await page.getByRole("dialog").isVisible());
  await report.keys("Escape");
  assert.ok(!(await page.getByRole("dialog").isVisible()));
  await report.keys("2");
  assert.equal((await report.route()).v, "files");
});

check("who comes back finds the row that it was", "v=files", async (report, page) => {
  await page.locator(".holder .row", { hasText: "price.rs" }).click();
  await report.isOpen("src/price.rs");
  await page.goBack();
  await page.waitForSelector('.row[aria-selected="true"]');
  assert.match(await page.innerText('.row[aria-selected="true"]'), /price\.rs/);
  await report.search("price");
  assert.equal(await page.locator('.row[aria-selected="true"]').getAttribute("id"), "files-0");
});

check("every control is reached by Tab", "v=files", async (report, page) => {
  const seen = new Set();
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    seen.add(
      await page.evaluate(
        () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim(),
      ),
    );
  }
  for (const name of ["Files", "Search files, functions and crates", "Copy uncovered"]) {
    assert.ok(
      [...seen].some((text) => text?.startsWith(name)),
      `${name} in ${[...seen].join("; ")}`,
    );
  }
  assert.ok([...seen].some((text) => text?.startsWith("Lines")));
});

check("partial lines are named and jumped to", `f=${encodeURIComponent(HOSTILE)}`, async (report, page) => {
  await report.isOpen(HOSTILE);
  await report.keys("J");
  assert.equal((await report.route()).l, "2");
  assert.equal((await report.texts(".line.partial .unran")).join(""), "{ return 2; }");
  assert.match(await page.innerText(".line.partial .note"), /if never true/);
});

check("the theme is kept", "", async (report, page) => {
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await report.keys("t", "t");
  const dark = await paper();
  assert.notEqual(dark, light);
  // What a page stores goes to another process of the browser, which may not have it when the page is read at once again.
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await page.waitForTimeout(100 * attempt);
    await page.reload();
    await page.waitForSelector("main > section");
    if ((await paper()) === dark) {
      break;
    }
  }
  assert.equal(await paper(), dark);
  assert.equal(await page.getByRole("button", { name: "Theme: dark" }).count(), 1);
});

check("the map zooms and opens", "v=map", async (report, page) => {
  await page
    .locator(".box.group", { hasText: "src/" })
    .first()
    .click({ position: { x: 8, y: 8 } });
  assert.equal((await report.route()).d, "src/");
  await page.locator(".box", { hasText: "price.rs" }).click();
  await report.isOpen("src/price.rs");
});

check("what is doubtful is said", "", async (report, page) => {
  await page.locator(".notices summary").click();
  const notes = await page.innerText(".notices");
  for (const note of data.notes) {
    assert.ok(notes.includes(note), note);
  }
  assert.match(notes, /1 file was changed since compilation/);
  await page.getByRole("link", { name: "show" }).first().click();
  assert.deepEqual(await report.names(), ["src/changed.rs"]);
  await report.search("is:nosource");
  assert.deepEqual(await report.names(), ["src/gone.rs"]);
  await page.locator(".holder .row").click();
  await report.isOpen("src/gone.rs");
  assert.match(await page.innerText(".banner"), /not found/);
  assert.deepEqual((await report.texts(".line-number")).slice(0, 2), ["1", "2"]);
});

check("what was left out is told with the reason", "v=left-out", async (report, page) => {
  assert.equal((await report.texts(".omissions .holder .row")).length, data.omissions.length);
  assert.match(await page.innerText(".summary"), /3 places/);
  await page.getByText("lines 20–22").click();
  await report.isOpen("src/price.rs");
  assert.match(await page.innerText(".details"), /marked so by an attribute \(#\[coverage\(off\)\]\)/);
});

check("uncovered lines are copied", "f=src/price.rs", async (report, page) => {
  await report.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await report.isOpen("src/price.rs");
  await page.getByRole("button", { name: "Copy uncovered" }).click();
  await page.waitForSelector(".status:not(:empty)");
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^src\/price\.rs:15-23$/);
  await report.keys("u");
  await page.getByRole("button", { name: "Copy uncovered" }).click();
  await page.waitForFunction(() => document.querySelector(".status")?.textContent?.includes("files"));
  const lines = (await page.evaluate(() => navigator.clipboard.readText())).split("\n");
  assert.equal(lines.length, data.files.filter(({ totals }) => totals.lines.covered < totals.lines.total).length);
});

check("paper gets all rows", "f=src/price.rs", async (report, page) => {
  await report.isOpen("src/price.rs");
  await page.setViewportSize({ width: 900, height: 300 });
  await report.settled();
  const rows = () => page.locator(".source .line").count();
  assert.ok((await rows()) < 24);
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  assert.equal(await rows(), 24);
  assert.ok(await page.locator(".toolbar, .tools").first().isHidden());
});

for (const colorScheme of ["light", "dark"]) {
  for (const [name, hash] of [
    ["tree", ""],
    ["files", "v=files&q=lines<80"],
    ["functions", "v=functions"],
    ["crates", "v=crates"],
    ["map", "v=map"],
    ["left-out", "v=left-out"],
    ["nothing", "v=crates&q=nothing-fits-this"],
    ["source", "f=src/price.rs&l=15"],
    ["partial", "f=src/changed.rs&l=2&hide=1"],
    ["no-source", "f=src/gone.rs"],
  ]) {
    check(
      `${name} is accessible, ${colorScheme}`,
      hash,
      async (report, page) => {
        await page.waitForSelector(".line, .row, .box, .no-rows");
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

check("the help is accessible", "", async (report) => {
  await report.keys("?");
  await report.isAccessible("help");
});
