// What the page gives away as text, heat, and which runs the data are from.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, Report } from "./browser.mjs";

const { REPORT, JSON_REPORT, CHANGES, JSON_CHANGES, LONG, PICTURES } = process.env;
const data = JSON.parse(readFileSync(JSON_REPORT, "utf8"));
const changed = JSON.parse(readFileSync(JSON_CHANGES, "utf8"));
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

function check(name, hash, body, { file = REPORT, ...options } = {}) {
  test(name, async () => {
    const report = await Report.open(browser, file, hash, options);
    await body(report, report.page);
    await report.close();
  });
}

/** The text that the dialog has for a choice. */
async function exported(page, kind) {
  await page.getByLabel("What to export").selectOption(kind);
  await page.waitForFunction(() => !document.querySelector(".export p").textContent.startsWith("Reading"));
  return page.getByLabel("Text", { exact: true }).inputValue();
}

/** Rows of a CSV text; the quoted ones too. */
function parseCsv(text) {
  const rows = [];
  for (const line of text.match(/(?:"(?:[^"]|"")*"|[^"\n])*\n/g)) {
    const cells = line.trimEnd().match(/(?<=^|,)(?:"(?:[^"]|"")*"|[^,]*)/g);
    rows.push(cells.map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)));
  }
  return rows;
}

/** Lines that did not run as the JSON report has them. */
function missed({ path, lines }) {
  const runs = [];
  let isOpen = false;
  for (const { line, count } of lines) {
    if (count === 0 && isOpen) {
      runs.at(-1)[1] = line;
    } else if (count === 0) {
      runs.push([line, line]);
    }
    isOpen = count === 0;
  }
  return runs.length === 0 ? "" : `${path}:${runs.map(([a, b]) => (a === b ? a : `${a}-${b}`)).join(",")}\n`;
}

check("lines that did not run are exported, with their source too", "v=files", async (report, page) => {
  await report.keys("e");
  assert.equal(await exported(page, "uncovered"), data.files.map(missed).join(""));
  const text = await exported(page, "source");
  assert.match(text, /^src\/price\.rs:15-23\n {4}15 \| {9}_ => \{\n/m);
  assert.match(text, /^src\/changed\.rs:3\n\(The source was changed/m);
  assert.match(text, /^ {4}23 \| {5}println!\("never"\);\n\n/m);
  await report.keys("Escape");
  assert.equal(await page.getByRole("dialog").count(), 0);
});

check("rows are exported as CSV and JSON, as they are left and sorted", "v=files&q=lines<90&s=-lines.missed", async (report, page) => {
  await page.getByRole("button", { name: "Export", exact: true }).click();
  const names = await report.names();
  assert.ok(names.length > 1 && names.length < data.files.length);
  const [heading, ...rows] = parseCsv(await exported(page, "csv"));
  assert.deepEqual(rows.map(([path]) => path), names);
  for (const row of rows) {
    const { totals } = data.files.find(({ path }) => path === row[0]);
    for (const metric of ["lines", "units", "functions", "branches"]) {
      assert.equal(row[heading.indexOf(`${metric}_covered`)], String(totals[metric].covered));
      assert.equal(row[heading.indexOf(`${metric}_total`)], String(totals[metric].total));
    }
  }
  const objects = JSON.parse(await exported(page, "json"));
  assert.deepEqual(objects.map(({ path }) => path), names);
  assert.equal(objects[0].lines_total, data.files.find(({ path }) => path === names[0]).totals.lines.total);
});

check("each view and a file have rows to export", "v=functions", async (report, page) => {
  for (const [hash, columns, count] of [
    ["v=functions", "path,line,name,crate,calls", data.files.flatMap((file) => file.functions).length],
    ["v=crates", "crate,lines_covered", data.packages.length],
    ["v=left-out", "path,first_line,last_line,reason,detail", data.omissions.length],
    ["v=map", "path,lines_covered", data.files.length],
    ["f=src/price.rs", "path,line,count,state", data.files.find(({ path }) => path === "src/price.rs").lines.length],
  ]) {
    await page.goto(`file://${REPORT}#${hash}`);
    await page.waitForSelector(".row, .box, .line");
    await report.settled();
    await report.keys("e");
    const text = await exported(page, "csv");
    assert.ok(text.startsWith(columns), text);
    assert.equal(parseCsv(text).length, count + 1, hash);
    await report.keys("Escape");
  }
});

check("what is exported is copied and saved", "f=src/price.rs", async (report, page) => {
  await report.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await report.isOpen("src/price.rs");
  await report.keys("e");
  const text = await exported(page, "csv");
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await page.waitForFunction(() => document.querySelector(".export p").textContent.startsWith("Copied"));
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save as file" }).click(),
  ]);
  assert.equal(download.suggestedFilename(), "coverage-lines.csv");
  assert.equal(readFileSync(await download.path(), "utf8"), text);
});

for (const colorScheme of ["light", "dark"]) {
  check(
    `the export and heat are accessible, ${colorScheme}`,
    "v=map&c=heat",
    async (report, page) => {
      await page.waitForSelector(".box");
      await report.isAccessible("heat");
      await page.screenshot({ path: `${PICTURES}/heat-${colorScheme}.png` });
      await report.keys("e");
      await exported(page, "uncovered");
      await report.isAccessible("export");
      await page.screenshot({ path: `${PICTURES}/export-${colorScheme}.png` });
      await page.setViewportSize({ width: 375, height: 700 });
      await report.settled();
      await page.screenshot({ path: `${PICTURES}/export-${colorScheme}-narrow.png` });
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 375);
    },
    { colorScheme },
  );
}

check("the map shows how often code ran", "v=map", async (report, page) => {
  const box = page.locator(".box", { hasText: "deeper.rs" });
  assert.match(await box.getAttribute("class"), /step-\d/);
  await page.getByRole("button", { name: "How often" }).click();
  assert.equal((await report.route()).c, "heat");
  const highest = Math.max(...data.files.flatMap(({ lines }) => lines.map(({ count }) => count)));
  assert.ok((await page.innerText(".map-legend")).includes(highest.toLocaleString("en-US")));
  const { lines } = data.files.find(({ path }) => path.endsWith("deeper.rs"));
  const hottest = Math.max(...lines.map(({ count }) => count));
  assert.ok((await box.getAttribute("title")).includes(`a line of it ${hottest.toLocaleString("en-US")} times`));
  const step = Number(/heat-(\d)/.exec(await box.getAttribute("class"))[1]);
  assert.equal(step, Math.floor((Math.log2(hottest + 1) / Math.log2(highest + 1)) * 8));
  await report.keys("c");
  assert.equal((await report.route()).c, undefined);
  assert.match(await box.getAttribute("class"), /step-\d/);
});

check("the strip says which runs the data are from, and what is doubtful", "", async (report, page) => {
  const strip = await page.innerText(".runs");
  const { provenance } = data;
  for (const words of [
    `${provenance.process_count} processes`,
    `${provenance.counter_file_count} counter files of ${provenance.program_count} programs`,
    "some of which name no process",
    "2026-01-01 00:00:00 to 2026-01-01 01:00:00 UTC",
    "label night shift",
    `! ${provenance.left_out_count} input or part was left out`,
    `! ${provenance.saturated_count} unit has a count at the limit`,
  ]) {
    assert.ok(strip.includes(words), `${words}: ${strip}`);
  }
});

check("who ran a line is told", "f=src/changed.rs&l=2", async (report, page) => {
  await report.isOpen("src/changed.rs");
  await page.waitForSelector(".who .run");
  assert.match(await page.innerText(".who"), /Who ran it \(2 of 2 runs\)/);
  assert.deepEqual(await report.texts(".who .run"), ["night shift", "warehouse"]);
  await report.keys("Escape", "ArrowUp", "w");
  assert.match(await page.innerText(".details"), /Line 1/);
  await page.goto(`file://${REPORT}#f=tests/deep/er/and/deeper.rs&l=2`);
  await report.isOpen("tests/deep/er/and/deeper.rs");
  assert.match(await page.innerText(".who"), /is not known/);
});

check("data of one run do not say who ran it", "f=src/long.rs&l=1", async (report, page) => {
  await report.isOpen("src/long.rs");
  assert.equal(await page.locator(".who").count(), 0);
  await report.keys("w");
  assert.match(await page.innerText(".status"), /do not tell runs apart/);
}, { file: LONG });

check("functions that are lost and gained stand among the changes", "v=changes", async (report, page) => {
  await page.setViewportSize({ width: 1280, height: 2400 });
  await report.settled();
  const { lost_functions: lost, gained_functions: gained } = changed.comparison;
  assert.ok(lost.length > 0 && gained.length > 0);
  const sums = await page.innerText(".changes-sums");
  assert.match(sums, new RegExp(`Functions lost\\s+${lost.length}\\s`));
  assert.match(sums, new RegExp(`Functions gained\\s+${gained.length}(\\s|$)`));
  for (const [functions, words] of [[lost, "function lost"], [gained, "function gained"]]) {
    const rows = page.locator(".row.range", { hasText: words });
    assert.equal(await rows.count(), functions.length);
    const texts = (await rows.allInnerTexts()).join("\n");
    functions.forEach(({ name }) => assert.ok(texts.includes(name), `${name}: ${texts}`));
  }
  const row = page.locator(".row.range", { hasText: "function gained" }).first();
  const { path, line } = gained[0];
  await row.click();
  await report.isOpen(path);
  assert.deepEqual([(await report.route()).f, (await report.route()).l], [path, String(line)]);
}, { file: CHANGES });
