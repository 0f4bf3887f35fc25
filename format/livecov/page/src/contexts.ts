// Which runs ran a unit, unpacked when somebody asks (`formats/html/mod.rs`).

import { Reader, starts, unpack, type Texts } from "./bytes";
import { present } from "./body-data";

interface Data {
  names: Texts;
  setStarts: Uint32Array;
  members: Uint32Array;
}

export class Contexts {
  private data: Promise<Data> | undefined;

  /** How many runs there are; none are told apart if that is zero. */
  constructor(readonly count: number) {}

  /** The names of a set. */
  async namesOf(set: number): Promise<string[]> {
    this.data ??= load();
    const { names, setStarts, members } = await this.data;
    return Array.from(members.subarray(setStarts[set], setStarts[set + 1]), (name) => names.get(name));
  }
}

async function load(): Promise<Data> {
  const reader = new Reader(await unpack(await present("contexts")));
  const names = reader.texts(reader.number());
  const setStarts = starts(reader.column(reader.number()));
  const members = reader.deltas(setStarts[setStarts.length - 1]);
  return { names, setStarts, members };
}
