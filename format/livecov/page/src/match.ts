// Fuzzy search over many names, without making a text of each.

import type { Texts } from "./bytes";

/** What is looked for: lower case, with the set of its letters. */
export interface Needle {
  text: string;
  bytes: Uint8Array;
  mask: number;
}

/** Words whose scores are kept. */
const KEPT = 24;

const ENCODER = new TextEncoder();

export function needle(text: string): Needle {
  const lowered = text.toLowerCase();
  const bytes = ENCODER.encode(lowered);
  return { text: lowered, bytes, mask: maskOf(bytes, 0, bytes.length) };
}

/** A bit for each letter, and for groups of what else there is. */
function maskOf(bytes: Uint8Array, start: number, end: number): number {
  let mask = 0;
  for (let place = start; place < end; place++) {
    mask |= 1 << (bytes[place] & 31);
  }
  return mask;
}

/** Names that are searched. */
export class Haystack {
  private readonly lowered: Uint8Array;
  private readonly masks: Uint32Array;
  private readonly starts: Uint32Array;
  private readonly kept = new Map<string, Uint16Array>();

  constructor(texts: Texts) {
    this.starts = texts.starts;
    this.lowered = texts.bytes.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));
    this.masks = new Uint32Array(texts.length);
    for (let place = 0; place < texts.length; place++) {
      this.masks[place] = maskOf(this.lowered, this.starts[place], this.starts[place + 1]);
    }
  }

  /** Whether a name has the needle in one piece. */
  has(needle: Needle, place: number): boolean {
    return this.mayHave(needle, place) && this.find(needle.bytes, place) >= 0;
  }

  /** How well each name fits; kept, because who types a word has mostly typed the others before. */
  scores(needle: Needle): Uint16Array {
    let scores = this.kept.get(needle.text);
    if (!scores) {
      scores = new Uint16Array(this.masks.length);
      for (let place = 0; place < scores.length; place++) {
        scores[place] = this.score(needle, place);
      }
      this.keep(needle.text, scores);
    }
    return scores;
  }

  private keep(text: string, scores: Uint16Array): void {
    this.kept.set(text, scores);
    const oldest = this.kept.keys().next();
    if (this.kept.size > KEPT && !oldest.done) {
      this.kept.delete(oldest.value);
    }
  }

  /** How well a name fits: zero if not at all. */
  score(needle: Needle, place: number): number {
    if (!this.mayHave(needle, place)) {
      return 0;
    }
    const found = this.find(needle.bytes, place);
    return found >= 0 ? this.scoreAt(found, needle.bytes.length, place) : this.scattered(needle.bytes, place);
  }

  private mayHave(needle: Needle, place: number): boolean {
    return (this.masks[place] & needle.mask) === needle.mask;
  }

  /** Where the last occurrence starts: names end with what tells them apart. */
  private find(wanted: Uint8Array, place: number): number {
    const { lowered, starts } = this;
    const length = wanted.length;
    for (let at = starts[place + 1] - length; at >= starts[place]; at--) {
      let same = 0;
      while (same < length && lowered[at + same] === wanted[same]) {
        same++;
      }
      if (same === length) {
        return at;
      }
    }
    return -1;
  }

  private scoreAt(at: number, length: number, place: number): number {
    const [start, end] = [this.starts[place], this.starts[place + 1]];
    const isWordStart = at === start || !isWordByte(this.lowered[at - 1]);
    const isLastPart = !this.hasSeparator(at + length, end);
    return 1000 + (isWordStart ? 400 : 0) + (isLastPart ? 400 : 0) - Math.min(end - start - length, 300);
  }

  private hasSeparator(from: number, to: number): boolean {
    for (let place = from; place < to; place++) {
      if (this.lowered[place] === 47 || this.lowered[place] === 58) {
        return true;
      }
    }
    return false;
  }

  /** The letters in their order, not too far from each other. */
  private scattered(wanted: Uint8Array, place: number): number {
    const { lowered, starts } = this;
    const start = starts[place];
    let at = starts[place + 1] - 1;
    // From the end, where names differ; then forward again, which gives the shortest stretch that ends there.
    let left = wanted.length - 1;
    for (; at >= start && left >= 0; at--) {
      left -= Number(lowered[at] === wanted[left]);
    }
    if (left >= 0) {
      return 0;
    }
    const from = at + 1;
    let found = 0;
    for (at = from; found < wanted.length; at++) {
      found += Number(lowered[at] === wanted[found]);
    }
    const stretch = at - from;
    const limit = wanted.length * 1.5 + 3;
    return stretch <= limit ? Math.max(1, Math.round(600 - 20 * (stretch - wanted.length))) : 0;
  }
}

function isWordByte(byte: number): boolean {
  return (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57) || byte >= 128;
}
