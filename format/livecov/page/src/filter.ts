// Which files, functions and crates the search leaves.

import { HAS_SOURCE, IS_STALE, METRICS, type AllSums, type Index, type Metric } from "./index-data";
import { Haystack } from "./match";
import { isTrue, type Condition, type Query, type State } from "./query";

/** What one kind of rows has left: a score for each, zero for those that are gone. */
export interface Matches {
  scores: Uint16Array;
  count: number;
}

/** What a search leaves; each kind is looked through when it is first asked for. */
export class Filtered {
  private readonly matches: Partial<Record<Kind, Matches>> = {};

  constructor(
    private readonly filter: Filter,
    private readonly query: Query,
  ) {}

  /** Whether names were searched, so that scores mean something. */
  get isRanked(): boolean {
    return this.query.words.length > 0;
  }

  get files(): Matches {
    return this.of("files");
  }

  get functions(): Matches {
    return this.of("functions");
  }

  get crates(): Matches {
    return this.of("crates");
  }

  of(kind: Kind): Matches {
    return (this.matches[kind] ??= this.filter.matches(kind, this.query));
  }
}

export type Kind = "files" | "functions" | "crates";

/** What conditions are about. */
interface Rows {
  count: number;
  sums: AllSums;
  partial?: Uint32Array;
  calls?: Uint32Array;
}

export class Filter {
  private readonly paths: Haystack;
  private readonly names: Haystack;
  private readonly crates: Haystack;

  constructor(private readonly index: Index) {
    this.paths = new Haystack(index.files.paths);
    this.names = new Haystack(index.functions.names);
    this.crates = new Haystack(index.packages.paths);
  }

  matches(kind: Kind, query: Query): Matches {
    const { packages, files, functions } = this.index;
    switch (kind) {
      case "files":
        return keep({ ...files, partial: files.partial }, this.fileScores(query), query.conditions);
      case "functions":
        return keep({ ...functions, calls: functions.counts }, this.functionScores(query), query.conditions);
      case "crates":
        return keep(packages, this.crateScores(query), query.conditions);
    }
  }

  private crateScores(query: Query): Uint16Array {
    const { packages } = this.index;
    const scores = new Uint16Array(packages.count).fill(1);
    for (const word of [...query.words, ...query.crates]) {
      const ofCrate = this.crates.scores(word);
      intersect(scores, (place) => ofCrate[place]);
    }
    query.excluded.forEach((word) => intersect(scores, (place) => Number(!this.crates.has(word, place))));
    query.states.forEach((state) => intersect(scores, (place) => Number(hasState(state, packages.sums, place))));
    return scores;
  }

  private fileScores(query: Query): Uint16Array {
    const { files } = this.index;
    const scores = new Uint16Array(files.count).fill(1);
    for (const word of query.words) {
      const [ofPath, ofCrate] = [this.paths.scores(word), this.crates.scores(word)];
      intersect(scores, (place) => ofPath[place] || Math.min(this.ofFile(ofCrate, place), 300));
    }
    for (const word of query.crates) {
      const ofCrate = this.crates.scores(word);
      intersect(scores, (place) => Math.min(this.ofFile(ofCrate, place), 1));
    }
    query.excluded.forEach((word) => intersect(scores, (place) => Number(!this.paths.has(word, place))));
    query.states.forEach((state) =>
      intersect(scores, (place) => Number(hasState(state, files.sums, place, files, place))),
    );
    return scores;
  }

  private functionScores(query: Query): Uint16Array {
    const { files: owners, packages, count, sums } = this.index.functions;
    const { files } = this.index;
    const scores = new Uint16Array(count).fill(1);
    for (const word of query.words) {
      const [ofName, ofPath, ofCrate] = [this.names.scores(word), this.paths.scores(word), this.crates.scores(word)];
      const around = (place: number) => Math.min(ofPath[owners[place]] || ofCrate[packages[place]], 300);
      intersect(scores, (place) => ofName[place] || around(place));
    }
    for (const word of query.crates) {
      const ofCrate = this.crates.scores(word);
      intersect(scores, (place) => Math.min(ofCrate[packages[place]], 1));
    }
    for (const word of query.excluded) {
      intersect(scores, (place) => Number(!this.paths.has(word, owners[place]) && !this.names.has(word, place)));
    }
    query.states.forEach((state) =>
      intersect(scores, (place) => Number(hasState(state, sums, place, files, owners[place]))),
    );
    return scores;
  }

  /** The best score of the crates that a file belongs to. */
  private ofFile(ofCrate: Uint16Array, file: number): number {
    const { packageStarts, packages } = this.index.files;
    let best = 0;
    for (let place = packageStarts[file]; place < packageStarts[file + 1]; place++) {
      best = Math.max(best, ofCrate[packages[place]]);
    }
    return best;
  }
}

/** Adds to the scores of rows that are still there; what scores zero is gone. */
function intersect(scores: Uint16Array, score: (place: number) => number): void {
  for (let place = 0; place < scores.length; place++) {
    if (scores[place] > 0) {
      const added = score(place);
      scores[place] = added === 0 ? 0 : Math.min(scores[place] + added, 0xffff);
    }
  }
}

function hasState(state: State, sums: AllSums, place: number, files?: Index["files"], file = 0): boolean {
  const { total, missed } = sums.lines;
  switch (state) {
    case "covered":
      return total[place] > 0 && missed[place] === 0;
    case "missed":
      return missed[place] > 0;
    case "partial":
      return files !== undefined && files.partial[file] > 0;
    case "stale":
      return files !== undefined && (files.flags[file] & IS_STALE) !== 0;
    case "nosource":
      return files !== undefined && (files.flags[file] & HAS_SOURCE) === 0;
  }
}

function keep(rows: Rows, scores: Uint16Array, conditions: Condition[]): Matches {
  let count = 0;
  for (let place = 0; place < rows.count; place++) {
    if (scores[place] > 0 && !conditions.every((condition) => fits(rows, condition, place))) {
      scores[place] = 0;
    }
    count += Number(scores[place] > 0);
  }
  return { scores, count };
}

function fits(rows: Rows, { of, aspect, operator, value }: Condition, place: number): boolean {
  if (of === "partial" || of === "calls") {
    const column = rows[of];
    return column !== undefined && isTrue(column[place], operator, value);
  }
  const total = rows.sums[of].total[place];
  const missed = rows.sums[of].missed[place];
  switch (aspect) {
    case "share":
      return total > 0 && isTrue(((total - missed) / total) * 100, operator, value);
    case "missed":
      return isTrue(missed, operator, value);
    case "covered":
      return isTrue(total - missed, operator, value);
    case "total":
      return isTrue(total, operator, value);
  }
}

/** The sums of the rows that are left. */
export function sumOf(sums: AllSums, scores: Uint16Array): Record<Metric, { covered: number; total: number }> {
  const result = {} as Record<Metric, { covered: number; total: number }>;
  for (const metric of METRICS) {
    const { total, missed } = sums[metric];
    let [all, bad] = [0, 0];
    for (let place = 0; place < scores.length; place++) {
      if (scores[place] > 0) {
        all += total[place];
        bad += missed[place];
      }
    }
    result[metric] = { covered: all - bad, total: all };
  }
  return result;
}
