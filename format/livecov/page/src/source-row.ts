// One line of source.

import type { LineChange } from "./changes-data";
import { h } from "./dom";
import { shortCount, times } from "./format";
import { heat } from "./heat";
import { FIRST, tokenize, type Language, type State, type Token } from "./highlight";
import type { LineState, Mark, SourceModel } from "./source-model";

/** Nobody reads more of a line. */
const LENGTH_LIMIT = 4000;

const DECODER = new TextDecoder();

/** Signs say what colours do. */
export const SIGNS: Record<LineState, [sign: string, words: string]> = {
  none: ["", "not counted"],
  missed: ["!", "did not run"],
  partial: ["~", "ran in part"],
  ran: ["", "ran"],
};

/** The text of lines, with what each starts in as far as it was asked for. */
export class SourceText {
  private readonly states: State[] = [FIRST];

  constructor(
    private readonly model: SourceModel,
    private readonly language: Language,
  ) {}

  text(line: number): string {
    const text = DECODER.decode(this.model.bytes(line));
    return text.length > LENGTH_LIMIT ? `${text.slice(0, LENGTH_LIMIT)}…` : text;
  }

  tokens(line: number): Token[] {
    for (let before = this.states.length; before < line; before++) {
      this.states.push(tokenize(this.text(before), this.language, this.states[before - 1]).state);
    }
    return tokenize(this.text(line), this.language, this.states[line - 1]).tokens;
  }
}

export interface RowOptions {
  model: SourceModel;
  text: SourceText;
  isSetMode: boolean;
  href(line: number): string;
  /** Why a line is not counted, if that is known. */
  omission(line: number): string | undefined;
  /** What a diff and older data say of a line. */
  change(line: number): LineChange | undefined;
}

/** The cells of a line. */
export function lineCells(line: number, options: RowOptions): HTMLElement[] {
  const { model, text, isSetMode, href, omission } = options;
  const state = model.state(line);
  const count = model.count(line);
  const [sign, words] = SIGNS[state];
  const why = state === "none" ? omission(line) : undefined;
  const link = h("a", { href: href(line), tabindex: -1, class: "line-number" }, String(line));
  const signs = h("span", { class: "sign", "aria-hidden": "true" }, sign);
  const gutter = h(
    "span",
    { class: why ? "gutter left-out" : "gutter", role: "gridcell", title: why ?? title(count, words) },
    h("i", { class: "heat", vars: { "--heat": String(barLength(count, model.highestCount)) } }),
    link,
    h("span", { class: "hits" }, count === undefined ? "" : isSetMode ? (count > 0 ? "✓" : "0") : shortCount(count)),
    signs,
    ...changeMark(options.change(line)),
    state !== "none" && h("span", { class: "unseen" }, words),
  );
  const notes = model.notesOf(line);
  const code = h("code", { class: "code", role: "gridcell" }, ...segments(text, line, model.marksOf(line)));
  if (notes.length > 0) {
    code.append(h("span", { class: "note" }, summary(notes)));
  }
  return [gutter, code];
}

function changeMark(change: LineChange | undefined): HTMLElement[] {
  if (!change) {
    return [];
  }
  const { sign, words, isBad } = change;
  const mark = h("span", { class: isBad ? "change bad" : "change", title: words, "aria-hidden": "true" }, sign);
  return [mark, h("span", { class: "unseen" }, `${words}, `)];
}

function summary(notes: readonly string[]): string {
  const more = notes.length - 2;
  return notes.slice(0, 2).join(" · ") + (more > 0 ? ` · ${more} more` : "");
}

function title(count: number | undefined, words: string): string {
  return count === undefined || count === 0 ? words : `${words}: ${times(count)}`;
}

/** How long the bar is: the logarithm of the count, against that of the file's highest. */
function barLength(count: number | undefined, highest: number): number {
  return count ? 0.15 + 0.85 * heat(count, highest) : 0;
}

function segments(source: SourceText, line: number, marks: readonly Mark[]): Node[] {
  const text = source.text(line);
  const tokens = source.tokens(line).map(({ start, end, kind }) => ({ start, end, kind: kind as string }));
  const missed = marks.map(({ start, end }) => ({ start: indexOf(text, start), end: indexOf(text, end) }));
  const edges = [...tokens, ...missed].flatMap(({ start, end }) => [start, end]);
  const cuts = [...new Set([0, text.length, ...edges.filter((edge) => edge < text.length)])].sort((a, b) => a - b);
  return cuts.slice(1).map((end, place) => {
    const start = cuts[place];
    const covers = (stretch: { start: number; end: number }) => stretch.start <= start && end <= stretch.end;
    const kind = tokens.find(covers)?.kind ?? "";
    const isMissed = missed.some(covers) && text.slice(0, end).trim() !== "";
    const part = text.slice(start, end);
    if (kind === "" && !isMissed) {
      return document.createTextNode(part);
    }
    const classes = `${kind && `t-${kind}`}${isMissed ? " unran" : ""}`.trim();
    return h(isMissed ? "mark" : "span", { class: classes }, part);
  });
}

/** The place in a text of a place in its bytes. */
function indexOf(text: string, byte: number): number {
  let bytes = 0;
  let index = 0;
  for (const char of text) {
    if (bytes >= byte) {
      break;
    }
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    index += char.length;
  }
  return index;
}
