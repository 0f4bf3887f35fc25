// What is said of one line when it is chosen.

import type { LineChange } from "./changes-data";
import type { Contexts } from "./contexts";
import { fill, h } from "./dom";
import { amount, grouped, times } from "./format";
import type { Index } from "./index-data";
import { SIGNS } from "./source-row";
import type { SourceModel } from "./source-model";

export interface DetailsContext {
  index: Index;
  model: SourceModel;
  file: number;
  contexts: Contexts;
  omission(line: number): string | undefined;
  change(line: number): LineChange | undefined;
}

export function lineDetails(line: number, context: DetailsContext): HTMLElement[] {
  const { model } = context;
  const state = model.state(line);
  const heading = h("h3", {}, `Line ${line}: ${SIGNS[state][1]}`);
  if (state === "none") {
    return [heading, h("p", {}, notCounted(line, context))];
  }
  const count = model.count(line) ?? 0;
  const unit = model.unitOf(line);
  const parts: HTMLElement[] = [heading];
  const how = count > 0 ? `Ran ${times(count)}. ` : "";
  parts.push(
    h(
      "p",
      {},
      unit === undefined
        ? how
        : `${how}Its count is that of the ${unitName(unit, context)} in ${functionName(unit, context)}.`,
    ),
  );
  const change = context.change(line);
  if (change) {
    parts.push(h("p", {}, `Of the changes: ${change.words}.`));
  }
  if (unit !== undefined && count > 0) {
    parts.push(...whoRan(unit, context));
  }
  const items = [...branchItems(line, context), ...unitItems(line, context)];
  if (items.length > 0) {
    parts.push(h("ul", {}, ...items));
  }
  return parts;
}

/** So many runs are named at first. */
const NAMED = 12;

/** The runs that ran the unit that decides; their names come when they are unpacked. */
function whoRan(unit: number, { model, contexts }: DetailsContext): HTMLElement[] {
  const set = model.body.units.contexts?.[unit];
  if (set === undefined) {
    return [];
  }
  const element = h("p", { class: "who" }, "Who ran it: …");
  const show = (names: readonly string[], limit: number) => {
    const more = names.length - limit;
    const rest = h("button", { type: "button", on: { click: () => show(names, names.length) } }, `${grouped(more)} more`);
    const heading = `Who ran it (${grouped(names.length)} of ${amount(contexts.count, "run")}): `;
    const list = names.slice(0, limit).map((name) => h("span", { class: "run" }, name));
    fill(element, heading, ...list, more > 0 && rest);
  };
  if (set === 0) {
    fill(element, "Who ran it is not known: the data of that run do not name it.");
    return [element];
  }
  contexts.namesOf(set).then(
    (names) => show(names, NAMED),
    (error: unknown) => fill(element, String(error)),
  );
  return [element];
}

function notCounted(line: number, { omission }: DetailsContext): string {
  const why = omission(line);
  return why
    ? `Not counted: ${why}.`
    : "Not counted: the compiler has no code here. Comments, blank lines, declarations and braces alone are none.";
}

/** A unit by its kind and place. */
function unitName(unit: number, { index, model }: DetailsContext): string {
  const { startLine, startCol, endLine, endCol, kind } = model.body.units;
  const words = index.head.kinds[kind[unit]];
  return `${words ? `${words} ` : ""}unit ${startLine[unit]}:${startCol[unit]}–${endLine[unit]}:${endCol[unit]}`;
}

/** The function that a unit is in. */
function functionName(unit: number, { index, model, file }: DetailsContext): string {
  const starts = model.body.functionStarts;
  let fn = 0;
  while (fn + 2 < starts.length && starts[fn + 1] <= unit) {
    fn++;
  }
  return index.functions.names.get(index.files.functionStarts[file] + fn);
}

function branchItems(line: number, { model }: DetailsContext): HTMLElement[] {
  return model.pointsOn(line).flatMap((point) =>
    point.branches.flatMap((branch, number) => {
      if (branch.line !== line) {
        return [];
      }
      const verb = model.branchName(point, number) === "right operand" ? "evaluated" : "taken";
      const how = !point.isReached
        ? "could not be " + verb
        : branch.count > 0
          ? `${verb} ${times(branch.count)}`
          : `never ${verb}`;
      return [item(branch.count > 0, `${model.branchName(point, number)}: ${how}`)];
    }),
  );
}

function unitItems(line: number, context: DetailsContext): HTMLElement[] {
  const { units } = context.model.body;
  return context.model.unitsOn(line).map((unit) => {
    const count = units.counts[unit];
    const owner = units.owner[unit];
    const asked = owner >= 0 ? `, decided in the ${unitName(owner, context)}` : "";
    const statements = units.statements[unit] > 0 ? `, ${amount(units.statements[unit], "statement")}` : "";
    const how = count > 0 ? `ran ${times(count)}` : "never ran";
    return item(count > 0, `${unitName(unit, context)}${statements}: ${how}${asked}`);
  });
}

function item(isCovered: boolean, text: string): HTMLElement {
  return h("li", { class: isCovered ? "ran" : "missed" }, text);
}
