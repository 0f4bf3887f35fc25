// What is shown, as text to be copied or kept: lines that did not run, and rows as CSV and JSON.

import type { Bodies } from "./body-data";
import { copyText } from "./clipboard";
import { csv, json, type Rows } from "./export-rows";
import { fill, h } from "./dom";
import { grouped } from "./format";
import type { Index } from "./index-data";
import { uncoveredText } from "./uncovered";

/** More of a text is not shown, but copied and kept. */
const SHOWN = 100_000;

/** What a page has to give away. */
export interface Exportable {
  /** The files that are left, in their order. */
  files: number[];
  /** What the rows are, for names of files and of the choice. */
  name: string;
  rows(): Rows;
}

const KINDS = ["uncovered", "source", "csv", "json"] as const;
type Kind = (typeof KINDS)[number];

const ENDINGS: Record<Kind, string> = { uncovered: ".txt", source: ".txt", csv: ".csv", json: ".json" };
const TYPES: Record<Kind, string> = {
  uncovered: "text/plain",
  source: "text/plain",
  csv: "text/csv",
  json: "application/json",
};

export class ExportDialog {
  readonly element: HTMLDialogElement;
  private readonly select = h("select", { "aria-label": "What to export", on: { change: () => void this.show() } });
  private readonly area = h("textarea", { readonly: true, rows: 14, "aria-label": "Text", spellcheck: "false" });
  private readonly note = h("p", { class: "muted", role: "status" });
  private text = "";
  private exported: Exportable | undefined;

  constructor(
    private readonly index: Index,
    private readonly bodies: Bodies,
  ) {
    const button = (text: string, click: () => void) => h("button", { type: "button", on: { click } }, text);
    const close = h(
      "button",
      { type: "button", class: "quiet close", "aria-label": "Close", on: { click: () => this.element.close() } },
      "×",
    );
    const buttons = [button("Copy", () => void this.copy()), button("Save as file", () => this.save())];
    this.element = h(
      "dialog",
      { class: "help export", "aria-labelledby": "export-heading" },
      close,
      h("h2", { id: "export-heading" }, "Export"),
      h("div", { class: "export-tools" }, this.select, ...buttons),
      this.area,
      this.note,
    );
    this.element.addEventListener("click", (event) => event.target === this.element && this.element.close());
  }

  /** Opens it for what is shown now. */
  open(exported: Exportable): void {
    this.exported = exported;
    const texts: Record<Kind, string> = {
      uncovered: "Lines that did not run, as ranges",
      source: "Lines that did not run, with their source",
      csv: `These ${exported.name} as CSV`,
      json: `These ${exported.name} as JSON`,
    };
    const kind = this.kind();
    const options = KINDS.map((name) => h("option", { value: name, selected: name === kind }, texts[name]));
    fill(this.select, ...options);
    this.element.showModal();
    this.select.focus();
    void this.show();
  }

  private kind(): Kind {
    return KINDS.find((kind) => kind === this.select.value) ?? "uncovered";
  }

  private async show(): Promise<void> {
    const kind = this.kind();
    this.present("", "Reading the files…");
    const text = await this.make(kind);
    if (kind === this.kind()) {
      this.present(text, text === "" ? "There is nothing: every line ran." : sizeWords(text));
    }
  }

  private present(text: string, note: string): void {
    this.text = text;
    this.area.value = text.length > SHOWN ? `${text.slice(0, SHOWN)}\n…` : text;
    fill(this.note, note);
  }

  private async make(kind: Kind): Promise<string> {
    const { files, rows } = this.exported!;
    switch (kind) {
      case "csv":
        return csv(rows());
      case "json":
        return json(rows());
      default:
        return uncoveredText(files, this.index, this.bodies, kind === "source");
    }
  }

  private async copy(): Promise<void> {
    const isCopied = await copyText(this.text);
    fill(this.note, isCopied ? `Copied. ${sizeWords(this.text)}` : "The browser forbids copying: the text can be saved");
  }

  private save(): void {
    const kind = this.kind();
    const name = kind === "csv" || kind === "json" ? this.exported!.name : "uncovered";
    const href = URL.createObjectURL(new Blob([this.text], { type: TYPES[kind] }));
    h("a", { href, download: `coverage-${name.replace(/ /g, "-")}${ENDINGS[kind]}` }).click();
    // The browser reads it after this.
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  }
}

function sizeWords(text: string): string {
  const lines = text.split("\n").length - 1;
  const more = text.length > SHOWN ? ": more than is shown here" : "";
  return `${grouped(lines)} lines, ${grouped(text.length)} characters${more}`;
}
