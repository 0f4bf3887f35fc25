// What is said where a search leaves nothing.

import { h, type Child } from "./dom";
import type { Filtered } from "./filter";
import { grouped } from "./format";
import type { Router } from "./route";
import { VIEW_NAMES } from "./tabs";

export function nothing(filtered: Filtered, router: Router): Child[] {
  if (router.route.query === "") {
    return [h("p", {}, "There is nothing to count here.")];
  }
  const links = (["files", "functions", "crates"] as const)
    .filter((view) => filtered.of(view).count > 0)
    .flatMap((view, place) => {
      const text = `${grouped(filtered.of(view).count)} ${VIEW_NAMES[view].toLowerCase()}`;
      return [place > 0 && ", ", h("a", { href: router.link({ view }) }, text)];
    });
  const clear = { type: "button", on: { click: () => router.replace({ query: "" }) } };
  return [
    h("p", {}, "Nothing fits the search here."),
    links.length > 0 && h("p", {}, "Elsewhere: ", ...links),
    h("button", clear, "Clear the search"),
  ];
}
