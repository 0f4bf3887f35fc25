// Blocks of columns, as `formats/html/columns.rs` writes them.

const DECODER = new TextDecoder();

/** Many texts, each a text only once somebody wants it. */
export class Texts {
  constructor(
    readonly bytes: Uint8Array,
    /** Where each starts in `bytes`; one more for the end. */
    readonly starts: Uint32Array,
  ) {}

  get length(): number {
    return this.starts.length - 1;
  }

  get(place: number): string {
    return DECODER.decode(this.bytes.subarray(this.starts[place], this.starts[place + 1]));
  }
}

const ENCODER = new TextEncoder();

/** Texts that are there as such. */
export function textsOf(texts: readonly string[]): Texts {
  const bytes = ENCODER.encode(texts.join(""));
  return new Texts(bytes, starts(Uint32Array.from(texts, (text) => ENCODER.encode(text).length)));
}

/** Reads a block from its start. */
export class Reader {
  private offset = 0;

  constructor(private readonly bytes: Uint8Array) {}

  number(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      if (this.offset >= this.bytes.length) {
        throw new Error("the data of this page end too early: the file was cut");
      }
      const byte = this.bytes[this.offset++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        return value;
      }
      factor *= 128;
    }
  }

  signed(): number {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  column(count: number): Uint32Array {
    const numbers = new Uint32Array(count);
    for (let place = 0; place < count; place++) {
      numbers[place] = this.number();
    }
    return numbers;
  }

  deltas(count: number): Uint32Array {
    const numbers = new Uint32Array(count);
    let before = 0;
    for (let place = 0; place < count; place++) {
      before += this.signed();
      numbers[place] = before;
    }
    return numbers;
  }

  /** References to places; -1 for none. */
  references(count: number, from: (place: number) => number): Int32Array {
    const places = new Int32Array(count);
    for (let place = 0; place < count; place++) {
      const value = this.number();
      const distance = value - 1;
      const signed = distance % 2 === 0 ? distance / 2 : -(distance + 1) / 2;
      places[place] = value === 0 ? -1 : from(place) + signed;
    }
    return places;
  }

  texts(count: number): Texts {
    const starts = new Uint32Array(count + 1);
    for (let place = 0; place < count; place++) {
      starts[place + 1] = starts[place] + this.number();
    }
    return new Texts(this.skip(starts[count]), starts);
  }

  text(): string {
    return this.texts(1).get(0);
  }

  /** The next bytes, as they are. */
  skip(length: number): Uint8Array {
    const bytes = this.bytes.subarray(this.offset, this.offset + length);
    this.offset += length;
    return bytes;
  }
}

/** Where each of several runs of these lengths starts; one more for the end. */
export function starts(lengths: Uint32Array): Uint32Array {
  const sums = new Uint32Array(lengths.length + 1);
  for (let place = 0; place < lengths.length; place++) {
    sums[place + 1] = sums[place] + lengths[place];
  }
  return sums;
}

/** The bytes in an element: compressed, in base 85 (`formats/html/pack.rs`). */
export async function unpack(element: Element): Promise<Uint8Array> {
  const packed = decode85((element.textContent ?? "").trim());
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const DIGITS = "#$%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}";

/** Five digits are four bytes; at the end, there is one digit more than bytes. */
function decode85(text: string): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(128);
  [...DIGITS].forEach((digit, value) => (values[digit.charCodeAt(0)] = value));
  const length = Math.floor((text.length * 4) / 5);
  const bytes = new Uint8Array(Math.ceil(text.length / 5) * 4);
  const view = new DataView(bytes.buffer);
  for (let from = 0, to = 0; from < text.length; from += 5, to += 4) {
    let number = 0;
    for (let place = from; place < from + 5; place++) {
      // What is missing at the end counts as the highest digit, so that rounding does no harm.
      number = number * 85 + (place < text.length ? values[text.charCodeAt(place)] : 84);
    }
    view.setUint32(to, number);
  }
  return bytes.subarray(0, length);
}
