// Colours of source: enough of Rust's and Go's grammar to read by, one line after the other.

export type TokenKind =
  "comment" | "string" | "keyword" | "number" | "type" | "macro" | "attribute" | "lifetime" | "fn";

export interface Token {
  start: number;
  end: number;
  kind: TokenKind;
}

/** What a line starts in: code, a comment so deep, or a string that ends with this. */
export type State = { in: "code" } | { in: "comment"; depth: number } | { in: "string"; end: string };

const CODE: State = { in: "code" };
export const FIRST: State = CODE;

export type Language = "rust" | "go" | "plain";

export function languageOf(path: string): Language {
  return path.endsWith(".rs") ? "rust" : path.endsWith(".go") ? "go" : "plain";
}

const RUST_WORDS =
  "as async await break const continue crate dyn else enum extern false fn for gen if impl in let loop match mod move " +
  "mut pub ref return self Self static struct super trait true type union unsafe use where while yield";
const GO_WORDS =
  "break case chan const continue default defer else fallthrough false for func go goto if import interface iota map " +
  "nil package range return select struct switch true type var";
const GO_TYPES =
  "any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint " +
  "uint8 uint16 uint32 uint64 uintptr";
const RUST_TYPES = "bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize";

const words = (text: string) => new Set(text.split(" "));

const GRAMMARS = {
  rust: { keywords: words(RUST_WORDS), types: words(RUST_TYPES) },
  go: { keywords: words(GO_WORDS), types: words(GO_TYPES) },
};

const RUST =
  /(?<line>\/\/.*)|(?<open>\/\*)|(?<raw>\b(?:b|c)?r#*")|(?<text>(?:\b[bc])?")|(?<char>b?'(?:[^'\\]|\\(?:x..|u\{[^}]*\}|.))')|(?<life>'[\p{L}_][\p{L}\p{N}_]*)|(?<attr>#!?\[[^\]]*\]?)|(?<num>\b\d[\w]*(?:\.\d[\w]*)?)|(?<word>[\p{L}_][\p{L}\p{N}_]*)(?<bang>!(?![=]))?/gu;
const GO =
  /(?<line>\/\/.*)|(?<open>\/\*)|(?<raw>`)|(?<text>")|(?<char>'(?:[^'\\]|\\.)+')|(?<num>\b\d[\w]*(?:\.\d[\w]*)?)|(?<word>[\p{L}_][\p{L}\p{N}_]*)/gu;

/** The tokens of a line that have a colour, and what the next line starts in. */
export function tokenize(text: string, language: Language, state: State): { tokens: Token[]; state: State } {
  const tokens: Token[] = [];
  if (language === "plain") {
    return { tokens, state };
  }
  let at = 0;
  if (state.in !== "code") {
    const closed = close(text, 0, state, language);
    tokens.push({ start: 0, end: closed.at, kind: state.in });
    if (closed.state.in !== "code") {
      return { tokens, state: closed.state };
    }
    at = closed.at;
  }
  return { tokens, state: scan(text, at, language, tokens) };
}

function scan(text: string, from: number, language: "rust" | "go", tokens: Token[]): State {
  const pattern = language === "rust" ? RUST : GO;
  pattern.lastIndex = from;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const groups = found.groups ?? {};
    const start = found.index;
    const opened = openedBy(groups, found[0], language);
    if (opened) {
      const closed = close(text, start + found[0].length, opened, language);
      tokens.push({ start, end: closed.at, kind: opened.in === "comment" ? "comment" : "string" });
      if (closed.state.in !== "code") {
        return closed.state;
      }
      pattern.lastIndex = closed.at;
      continue;
    }
    const kind = kindOf(groups, text, start + found[0].length, language);
    if (kind) {
      tokens.push({ start, end: start + found[0].length, kind });
    }
  }
  return CODE;
}

function openedBy(groups: Record<string, string>, found: string, language: "rust" | "go"): State | undefined {
  if (groups.open) {
    return { in: "comment", depth: 1 };
  }
  if (groups.raw) {
    return { in: "string", end: language === "go" ? "`" : `"${found.replace(/[^#]/g, "")}` };
  }
  return groups.text ? { in: "string", end: '\\"' } : undefined;
}

/** Where a comment or string ends, from a place within it. */
function close(text: string, from: number, state: State, language: Language): { at: number; state: State } {
  if (state.in === "comment") {
    return closeComment(text, from, state.depth, language === "rust");
  }
  if (state.in === "string" && state.end === '\\"') {
    return closeText(text, from, language);
  }
  const end = state.in === "string" ? state.end : "";
  const found = text.indexOf(end, from);
  return found < 0 ? { at: text.length, state } : { at: found + end.length, state: CODE };
}

/** A string with escapes; Go's end with their line. */
function closeText(text: string, from: number, language: Language): { at: number; state: State } {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") {
      at++;
    } else if (text[at] === '"') {
      return { at: at + 1, state: CODE };
    }
  }
  return { at: text.length, state: language === "go" ? CODE : { in: "string", end: '\\"' } };
}

function closeComment(text: string, from: number, depth: number, nests: boolean): { at: number; state: State } {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  for (let found = edge.exec(text); found; found = edge.exec(text)) {
    depth += found[0] === "*/" ? -1 : nests ? 1 : 0;
    if (depth === 0) {
      return { at: found.index + 2, state: CODE };
    }
  }
  return { at: text.length, state: { in: "comment", depth } };
}

function kindOf(
  groups: Record<string, string>,
  text: string,
  end: number,
  language: "rust" | "go",
): TokenKind | undefined {
  if (groups.word) {
    return wordKind(groups.word, groups.bang !== undefined, text[end], language);
  }
  const kinds: [string, TokenKind][] = [
    ["line", "comment"],
    ["char", "string"],
    ["life", "lifetime"],
    ["attr", "attribute"],
    ["num", "number"],
  ];
  return kinds.find(([name]) => groups[name] !== undefined)?.[1];
}

function wordKind(word: string, isMacro: boolean, next: string, language: "rust" | "go"): TokenKind | undefined {
  const { keywords, types } = GRAMMARS[language];
  if (isMacro) {
    return "macro";
  }
  if (keywords.has(word)) {
    return "keyword";
  }
  const isType = types.has(word) || (language === "rust" && /^\p{Lu}/u.test(word));
  return isType ? "type" : next === "(" ? "fn" : undefined;
}
