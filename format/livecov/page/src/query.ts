// What stands in the search box.
//
//     retry -test crate:net lines<80 branches.missed>=3 is:partial

import { METRICS, type Metric } from "./index-data";
import { needle, type Needle } from "./match";

export type Aspect = "share" | "missed" | "covered" | "total";
export type Operator = "<" | "<=" | "=" | "!=" | ">=" | ">";
export type State = "covered" | "missed" | "partial" | "stale" | "nosource";

export interface Condition {
  of: Metric | "partial" | "calls";
  aspect: Aspect;
  operator: Operator;
  value: number;
}

export interface Query {
  words: Needle[];
  excluded: Needle[];
  crates: Needle[];
  states: State[];
  conditions: Condition[];
}

const STATES: readonly string[] = ["covered", "missed", "partial", "stale", "nosource"];
const CONDITION =
  /^(lines|units|functions|branches|partial|missed|calls)(?:\.(missed|covered|total))?(<=|>=|!=|<|>|=)(\d+(?:\.\d+)?)?%?$/;

export function parseQuery(text: string): Query {
  const query: Query = { words: [], excluded: [], crates: [], states: [], conditions: [] };
  for (const term of text.split(/\s+/).filter((term) => term !== "")) {
    addTerm(query, term);
  }
  return query;
}

function addTerm(query: Query, term: string): void {
  const numeric = CONDITION.exec(term.toLowerCase());
  if (numeric) {
    addCondition(query, numeric);
  } else if (term.startsWith("is:") && STATES.includes(term.slice(3))) {
    query.states.push(term.slice(3) as State);
  } else if (term.startsWith("crate:")) {
    add(query.crates, term.slice(6));
  } else if (term.startsWith("-")) {
    add(query.excluded, term.slice(1));
  } else if (!"is:".startsWith(term)) {
    add(query.words, term);
  }
}

function add(needles: Needle[], text: string): void {
  if (text !== "") {
    needles.push(needle(text));
  }
}

/** A condition whose number is still being typed is none. */
function addCondition(query: Query, [, of, aspect, operator, value]: RegExpExecArray): void {
  if (value === undefined) {
    return;
  }
  const isMetric = (METRICS as readonly string[]).includes(of);
  query.conditions.push({
    of: (of === "missed" ? "lines" : of) as Condition["of"],
    aspect: of === "missed" ? "missed" : ((aspect ?? (isMetric ? "share" : "total")) as Aspect),
    operator: operator as Operator,
    value: Number(value),
  });
}

export function isTrue(left: number, operator: Operator, right: number): boolean {
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case "=":
      return left === right;
    case "!=":
      return left !== right;
    case ">=":
      return left >= right;
    case ">":
      return left > right;
  }
}
