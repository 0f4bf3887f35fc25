// The lines that did not run, as text.

import type { Bodies } from "./body-data";
import { copyText } from "./clipboard";
import { amount } from "./format";
import { IS_STALE, type Index } from "./index-data";
import { missedRuns, rangesText, splitLines, type Run } from "./source-model";

const STALE = "(The source was changed since it was compiled: these may be other lines.)\n";
const DECODER = new TextDecoder();

/** Those of several files, in the order of these; with what stands there, if that is wanted and known. */
export async function uncoveredText(
  files: number[],
  index: Index,
  bodies: Bodies,
  hasSource = false,
): Promise<string> {
  const texts: string[] = [];
  for (const file of files.filter((file) => index.files.sums.lines.missed[file] > 0)) {
    const body = await bodies.get(file);
    const runs = missedRuns(body.lines);
    texts.push(`${rangesText(index.files.paths.get(file), runs)}\n`);
    if (hasSource && body.source) {
      const isStale = (index.files.flags[file] & IS_STALE) !== 0;
      texts.push(isStale ? STALE : "", sourceText(body.source, runs), "\n");
    }
  }
  return texts.join("");
}

function sourceText(source: Uint8Array, runs: readonly Run[]): string {
  const starts = splitLines(source);
  const text = (line: number) => DECODER.decode(source.subarray(starts[line - 1], starts[line])).trimEnd();
  return runs
    .map(([first, last]) => {
      const end = Math.min(last, starts.length - 1);
      const lines = Array.from({ length: Math.max(end - first + 1, 0) }, (_, place) => first + place);
      return lines.map((line) => `${String(line).padStart(6)} | ${text(line)}\n`).join("");
    })
    .join("");
}

/** Copies those of several files, and returns what there is to tell. */
export async function copyUncovered(files: number[], index: Index, bodies: Bodies): Promise<string> {
  const text = await uncoveredText(files, index, bodies);
  if (text === "") {
    return "Every line ran";
  }
  const count = files.filter((file) => index.files.sums.lines.missed[file] > 0).length;
  return (await copyText(text.trimEnd())) ? `Copied the lines of ${amount(count, "file")}` : "The browser forbids copying";
}
