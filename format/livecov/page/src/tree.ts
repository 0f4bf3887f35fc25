// Files as a tree of directories.

import { emptySums, METRICS, type AllSums, type Files } from "./index-data";
import { comparison, type Sort } from "./order";

export interface Node {
  name: string;
  /** The path of a directory, with a slash behind it; empty for the root. */
  path: string;
  /** The file; -1 for directories. */
  file: number;
  children: number[];
}

/** A node that is shown. */
export interface Shown {
  node: number;
  level: number;
}

interface Directory {
  directories: Map<string, Directory>;
  files: [name: string, file: number][];
}

export class Tree {
  readonly nodes: Node[] = [];
  readonly sums: AllSums;
  /** How many files of each node the filter left. */
  readonly fileCounts: Uint32Array;
  /** The highest count of a line in each node, of what the filter left. */
  readonly highest: Uint32Array;

  constructor(private readonly files: Files) {
    const root: Directory = { directories: new Map(), files: [] };
    for (let file = 0; file < files.count; file++) {
      insert(root, files.paths.get(file), file);
    }
    this.add(root, "", "", true);
    this.sums = emptySums(this.nodes.length);
    this.fileCounts = new Uint32Array(this.nodes.length);
    this.highest = new Uint32Array(this.nodes.length);
  }

  /** Directories with one directory in them and nothing else are one with it. */
  private add(directory: Directory, name: string, path: string, isRoot: boolean): number {
    const [only, ...others] = directory.directories;
    if (!isRoot && only && others.length === 0 && directory.files.length === 0) {
      return this.add(only[1], `${name}/${only[0]}`, `${path}${only[0]}/`, false);
    }
    const node: Node = { name, path, file: -1, children: [] };
    const place = this.nodes.push(node) - 1;
    for (const [name, inner] of directory.directories) {
      node.children.push(this.add(inner, name, `${path}${name}/`, false));
    }
    for (const [name, file] of directory.files) {
      node.children.push(this.nodes.push({ name, path: path + name, file, children: [] }) - 1);
    }
    return place;
  }

  /** Adds the sums up anew, of the files that have a score. */
  update(scores: Uint16Array): void {
    this.fileCounts.fill(0);
    this.highest.fill(0);
    METRICS.forEach((metric) => {
      this.sums[metric].total.fill(0);
      this.sums[metric].missed.fill(0);
    });
    // Children stand behind their parents.
    for (let place = this.nodes.length - 1; place >= 0; place--) {
      const { file, children } = this.nodes[place];
      if (file < 0) {
        children.forEach((child) => this.addUp(place, this.sums, child, this.fileCounts[child]));
        this.highest[place] = children.reduce((highest, child) => Math.max(highest, this.highest[child]), 0);
      } else if (scores[file] > 0) {
        this.addUp(place, this.files.sums, file, 1);
        this.highest[place] = this.files.highest[file];
      }
    }
  }

  private addUp(to: number, sums: AllSums, from: number, fileCount: number): void {
    this.fileCounts[to] += fileCount;
    for (const metric of METRICS) {
      this.sums[metric].total[to] += sums[metric].total[from];
      this.sums[metric].missed[to] += sums[metric].missed[from];
    }
  }

  /** The nodes that are to be seen if these are open. */
  shown(isOpen: (node: number) => boolean, sort: Sort): Shown[] {
    const shown: Shown[] = [];
    const rows = { count: this.nodes.length, sums: this.sums };
    const compare = comparison(rows, sort.key === "calls" ? { ...sort, key: "name" } : sort);
    const visit = (node: number, level: number) => {
      const children = this.nodes[node].children.filter((child) => this.fileCounts[child] > 0);
      for (const child of children.sort(compare)) {
        shown.push({ node: child, level });
        if (this.nodes[child].file < 0 && isOpen(child)) {
          visit(child, level + 1);
        }
      }
    };
    visit(0, 1);
    return shown;
  }

  /** Directories to open at first: level by level, as long as few rows come of it. */
  firstOpen(limit: number): Set<number> {
    const open = new Set<number>();
    let level = this.nodes[0].children;
    let rows = level.length;
    for (;;) {
      const directories = level.filter((node) => this.nodes[node].file < 0);
      const next = directories.flatMap((node) => this.nodes[node].children);
      rows += next.length;
      if (next.length === 0 || rows > limit) {
        return open;
      }
      directories.forEach((node) => open.add(node));
      level = next;
    }
  }

  /** The node of a directory, by its path. */
  find(path: string): number {
    return Math.max(
      this.nodes.findIndex((node) => node.file < 0 && node.path === path),
      0,
    );
  }
}

function insert(root: Directory, path: string, file: number): void {
  const parts = path.split("/");
  const name = parts.pop() ?? path;
  let directory = root;
  for (const part of parts) {
    let inner = directory.directories.get(part);
    if (!inner) {
      inner = { directories: new Map(), files: [] };
      directory.directories.set(part, inner);
    }
    directory = inner;
  }
  directory.files.push([name, file]);
}
