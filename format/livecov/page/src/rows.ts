// Files, functions, crates and directories as rows of tables.

import { pathText } from "./cells";
import { h } from "./dom";
import { amount, countText, times } from "./format";
import type { Index } from "./index-data";
import type { Router } from "./route";
import type { Row } from "./table";
import type { Shown, Tree } from "./tree";

export class Rows {
  constructor(
    private readonly index: Index,
    private readonly router: Router,
  ) {}

  node(tree: Tree, { node, level }: Shown, isOpen: boolean): Row {
    const { name, path, file } = tree.nodes[node];
    const common = { sums: tree.sums, place: node, level, title: path };
    if (file >= 0) {
      return { ...common, name: [name], href: this.fileLink(path) };
    }
    const files = h("span", { class: "muted" }, amount(tree.fileCounts[node], "file"));
    return { ...common, name: [`${name}/`, files], isOpen };
  }

  file(file: number): Row {
    const { files } = this.index;
    const path = files.paths.get(file);
    return { name: [pathText(path)], href: this.fileLink(path), title: path, sums: files.sums, place: file };
  }

  private fileLink(path: string): string {
    return this.router.link({ file: path, line: 0 });
  }

  fn(fn: number): Row {
    const { functions, files } = this.index;
    const path = files.paths.get(functions.files[fn]);
    const line = functions.startLines[fn];
    const name = functions.names.get(fn);
    const count = functions.counts[fn];
    return {
      name: [name, h("span", { class: "muted place" }, `${path}:${line}`)],
      href: this.router.link({ file: path, line }),
      title: `${name}\n${path}:${line}\n${count > 0 ? `called ${times(count)}` : "never called"}`,
      sums: functions.sums,
      place: fn,
      calls: functions.sums.functions.total[fn] === 0 ? "-" : countText(count),
    };
  }

  crate(place: number): Row {
    const { packages } = this.index;
    const path = packages.paths.get(place);
    const module = packages.modulePaths.get(place);
    const more = module && module !== path ? h("span", { class: "muted" }, module) : undefined;
    const href = this.router.link({ view: "files", query: `crate:${path}` });
    return { name: [path, more], href, title: path, sums: packages.sums, place };
  }
}
