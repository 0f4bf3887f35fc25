// How long the page of a large project takes in a browser: first paint, keys of the search, views, opening files.

import { statSync } from "node:fs";
import { launch } from "./browser.mjs";

const [file] = process.argv.slice(2);
const ROUNDS = 5;
const QUERIES = ["queue reader", "lock lines<50", "zzzq", "crate:store offset"];
const browser = await launch();

const median = (numbers) => numbers.toSorted((left, right) => left - right)[numbers.length >> 1];
const show = (name, numbers) => {
  console.log(
    `${name.padEnd(44)} median ${median(numbers).toFixed(0).padStart(5)} ms, most ${Math.max(...numbers)
      .toFixed(0)
      .padStart(5)} ms`,
  );
};

async function open(hash = "") {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`file://${file}#${hash}`, { waitUntil: "commit" });
  await page.waitForSelector("main > section", { timeout: 60_000 });
  return page;
}

async function firstPaints() {
  const [paints, rows, loads] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    const page = await open();
    await page.waitForLoadState("load");
    await page.waitForTimeout(200);
    const times = await page.evaluate(() => ({
      paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
      shown: performance.getEntriesByName("livecov-shown")[0].startTime,
      load: performance.getEntriesByType("navigation")[0].loadEventEnd,
    }));
    paints.push(times.paint);
    rows.push(times.shown);
    loads.push(times.load);
    await page.context().close();
  }
  show("first contentful paint", paints);
  show("first rows", rows);
  show("whole file read", loads);
}

/** Types each query letter by letter, and takes the time until the next picture could be drawn. */
async function filterKeys(view) {
  const page = await open(`v=${view}`);
  await page.waitForLoadState("load");
  await page.waitForTimeout(500);
  const { handled, drawn } = await page.evaluate(async (queries) => {
    const search = document.querySelector("input[type=search]");
    const [handled, drawn] = [[], []];
    for (const query of queries) {
      for (let length = 1; length <= query.length; length++) {
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
        const start = performance.now();
        search.value = query.slice(0, length);
        search.dispatchEvent(new Event("input", { bubbles: true }));
        document.body.getBoundingClientRect();
        handled.push(performance.now() - start);
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
        drawn.push(performance.now() - start);
      }
    }
    return { handled, drawn };
  }, QUERIES);
  show(`a key of the search, ${view}`, handled);
  show(`a key of the search until drawn, ${view}`, drawn);
  await page.context().close();
}

/** From a click until source stands there. */
async function openFiles() {
  const page = await open("v=files");
  await page.waitForLoadState("load");
  const times = [];
  for (let round = 0; round < 20; round++) {
    times.push(
      await page.evaluate(async (round) => {
        const rows = document.querySelectorAll(".holder > .row a");
        const start = performance.now();
        rows[round].click();
        while (!document.querySelector(".source .line")) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        return performance.now() - start;
      }, round),
    );
    await page.keyboard.press("u");
    await page.evaluate(() => document.querySelector(".source .holder")?.replaceChildren());
    await page.waitForSelector(".table");
  }
  show("a file opens", times);
  await page.context().close();
}

console.log(`${"size".padEnd(44)} ${(statSync(file).size / 1e6).toFixed(2)} MB`);
await firstPaints();
for (const view of ["tree", "files", "functions", "map"]) {
  await filterKeys(view);
}
await openFiles();
await browser.close();
