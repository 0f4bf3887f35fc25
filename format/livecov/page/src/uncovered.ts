// The lines that did not run, as text for the clipboard.

import type { Bodies } from "./body-data";
import { copyText } from "./clipboard";
import { amount } from "./format";
import type { Index } from "./index-data";
import { missedRuns, rangesText } from "./source-model";

/** Copies those of several files, and returns what there is to tell. */
export async function copyUncovered(files: number[], index: Index, bodies: Bodies): Promise<string> {
  const texts: string[] = [];
  for (const file of files.filter((file) => index.files.sums.lines.missed[file] > 0)) {
    const body = await bodies.get(file);
    texts.push(rangesText(index.files.paths.get(file), missedRuns(body.lines)));
  }
  if (texts.length === 0) {
    return "Every line ran";
  }
  const isCopied = await copyText(texts.join("\n"));
  return isCopied ? `Copied the lines of ${amount(texts.length, "file")}` : "The browser forbids copying";
}
