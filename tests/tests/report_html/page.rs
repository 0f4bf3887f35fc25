//! Takes a page apart: code of its own, by the description in `formats/html`.

use flate2::read::DeflateDecoder;
use serde_json::{Value, json};
use std::io::Read;

const DIGITS: &str = "#$%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}";

/// What a page has.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) head: Value,
    pub(crate) packages: Vec<Value>,
    pub(crate) files: Vec<Value>,
    pub(crate) omissions: Vec<Value>,
    /// The flags of each file: 1 for source that is there, 2 for source that was changed.
    pub(crate) flags: Vec<u64>,
    pub(crate) sources: Vec<Option<String>>,
    pub(crate) chunk_count: usize,
    /// Changed lines and the comparison, as the JSON report has them, as far as the page knows them.
    pub(crate) changes: Option<Value>,
    /// The runs that are told apart, as the JSON report has them.
    pub(crate) contexts: Option<Value>,
}

/// The texts of all elements of a kind that have these attributes.
pub(crate) fn elements<'h>(html: &'h str, start: &str, end: &str) -> Vec<&'h str> {
    html.split(start).skip(1).map(|rest| rest.split(end).next().expect("an end")).collect()
}

fn unpack(text: &str) -> Vec<u8> {
    let digit = |char: char| DIGITS.find(char).unwrap_or_else(|| panic!("{char:?} is no digit")) as u64;
    let digits: Vec<u64> = text.chars().map(digit).collect();
    let mut bytes = Vec::new();
    for group in digits.chunks(5) {
        let number = (0..5).fold(0, |number, place| number * 85 + group.get(place).copied().unwrap_or(84));
        let number = u32::try_from(number).expect("five digits of four bytes");
        bytes.extend(&number.to_be_bytes()[..group.len() - 1]);
    }
    let mut unpacked = Vec::new();
    DeflateDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked).expect("compressed data");
    unpacked
}

struct Block<'b>(&'b [u8]);

impl<'b> Block<'b> {
    fn number(&mut self) -> u64 {
        leb128::read::unsigned(&mut self.0).expect("a number")
    }

    fn signed(&mut self) -> i64 {
        signed(self.number())
    }

    fn column(&mut self, count: usize) -> Vec<u64> {
        (0..count).map(|_| self.number()).collect()
    }

    fn size(&mut self) -> usize {
        usize::try_from(self.number()).expect("a size")
    }

    fn sizes(&mut self, count: usize) -> Vec<usize> {
        (0..count).map(|_| self.size()).collect()
    }

    fn deltas(&mut self, count: usize) -> Vec<i64> {
        let mut value = 0;
        (0..count)
            .map(|_| {
                value += self.signed();
                value
            })
            .collect()
    }

    fn take(&mut self, length: usize) -> &'b [u8] {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    fn texts(&mut self, count: usize) -> Vec<String> {
        let lengths = self.sizes(count);
        lengths.into_iter().map(|length| String::from_utf8(self.take(length).to_vec()).expect("text")).collect()
    }

    fn ratios(&mut self, count: usize) -> Vec<Value> {
        let total = self.column(count);
        let missed = self.column(count);
        total.iter().zip(missed).map(|(total, missed)| json!({ "covered": total - missed, "total": total })).collect()
    }

    fn reference(&mut self, from: i64) -> Option<i64> {
        let number = self.number();
        (number > 0).then(|| from + signed(number - 1))
    }
}

fn signed(number: u64) -> i64 {
    let half = i64::try_from(number / 2).expect("a small number");
    if number.is_multiple_of(2) { half } else { -half - 1 }
}

/// Reads a page; each file and function as the JSON report has it, as far as the page knows it.
pub(crate) fn parse(html: &str) -> Page {
    let elements = elements(html, "<script type=\"application/octet-stream\" id=\"", "</script>");
    let (index, chunks) = elements.split_first().expect("an index");
    let (changed, chunks) =
        match chunks.split_first().and_then(|(first, rest)| Some((first.strip_prefix("changes\">")?, rest))) {
            Some((changed, rest)) => (Some(unpack(changed)), rest),
            None => (None, chunks),
        };
    let (contexts, chunks) =
        match chunks.split_last().and_then(|(last, rest)| Some((last.strip_prefix("contexts\">")?, rest))) {
            Some((contexts, rest)) => (Some(unpack(contexts)), rest),
            None => (None, chunks),
        };
    let index = unpack(index.strip_prefix("index\">").expect("the index comes first"));
    let mut block = Block(&index);
    let head: Value = serde_json::from_str(&block.texts(1)[0]).expect("JSON");
    let packages = packages(&mut block);
    let (mut files, flags, function_counts) = files(&mut block);
    let mut functions = functions(&mut block).into_iter();
    for (file, count) in files.iter_mut().zip(function_counts) {
        file["functions"] = functions.by_ref().take(count).collect();
    }
    let omissions = omissions(&mut block, &head);
    let chunk_count = block.size();
    let chunk_sizes = block.sizes(chunk_count);
    assert!(block.0.is_empty() && chunk_count == chunks.len());
    let mut sources = Vec::new();
    for (number, (chunk, size)) in chunks.iter().zip(chunk_sizes).enumerate() {
        let chunk = unpack(chunk.strip_prefix(&format!("chunk{number}\">")).expect("chunks are numbered"));
        let mut block = Block(&chunk);
        for length in block.sizes(size) {
            let file = &mut files[sources.len()];
            sources.push(body(&mut Block(block.take(length)), file, &head));
        }
        assert!(block.0.is_empty());
    }
    let changes = changed.map(|changed| changes(&mut Block(&changed), &files));
    let contexts = contexts.map(|text| contexts_of(&mut Block(&text)));
    assert_eq!(contexts.is_some(), head["context_count"] != 0);
    Page { head, packages, files, omissions, flags, sources, chunk_count, changes, contexts }
}

fn contexts_of(block: &mut Block<'_>) -> Value {
    let name_count = block.size();
    let names = block.texts(name_count);
    let set_count = block.size();
    let sizes = block.sizes(set_count);
    let mut members = block.deltas(sizes.iter().sum()).into_iter();
    let sets: Vec<Vec<i64>> = sizes.into_iter().map(|size| members.by_ref().take(size).collect()).collect();
    assert!(block.0.is_empty());
    json!({ "names": names, "sets": sets })
}

fn packages(block: &mut Block<'_>) -> Vec<Value> {
    let count = block.size();
    let [paths, names, modules] = std::array::from_fn(|_| block.texts(count));
    let package = |place: usize| json!({ "path": paths[place], "name": names[place], "module_path": modules[place] });
    (0..count).map(package).collect()
}

fn files(block: &mut Block<'_>) -> (Vec<Value>, Vec<u64>, Vec<usize>) {
    let count = block.size();
    let paths = block.texts(count);
    let flags = block.column(count);
    let package_counts = block.sizes(count);
    let packages: Vec<Vec<u64>> = package_counts.into_iter().map(|count| block.column(count)).collect();
    let [lines, units, functions, branches, statements] = std::array::from_fn(|_| block.ratios(count));
    let partial = block.column(count);
    let highest = block.column(count);
    let file = |place: usize| {
        json!({
            "path": paths[place],
            "packages": packages[place],
            "partial": partial[place],
            "highest": highest[place],
            "totals": {
                "lines": lines[place], "units": units[place], "functions": functions[place],
                "branches": branches[place], "statements": statements[place],
            },
        })
    };
    ((0..count).map(file).collect(), flags, block.sizes(count))
}

fn functions(block: &mut Block<'_>) -> Vec<Value> {
    let count = block.size();
    let names = block.texts(count);
    let packages = block.deltas(count);
    let flags = block.column(count);
    let lines = block.deltas(count);
    let more = block.column(count);
    let counts = block.column(count);
    let sums: [Vec<Value>; 3] = std::array::from_fn(|_| block.ratios(count));
    let function = |place: usize| {
        json!({
            "name": names[place],
            "package": packages[place],
            "is_literal": flags[place] == 1,
            "lines": [lines[place], lines[place] + i64::try_from(more[place]).unwrap()],
            "count": counts[place],
            "totals": { "lines": sums[0][place], "units": sums[1][place], "branches": sums[2][place] },
        })
    };
    (0..count).map(function).collect()
}

fn omissions(block: &mut Block<'_>, head: &Value) -> Vec<Value> {
    let [paths, details] = std::array::from_fn(|_| {
        let count = block.size();
        block.texts(count)
    });
    let count = block.size();
    let path = block.deltas(count);
    let span: [Vec<u64>; 4] = std::array::from_fn(|_| block.column(count));
    let [reason, detail] = std::array::from_fn(|_| block.sizes(count));
    let omission = |place: usize| {
        let span = span.each_ref().map(|column| column[place]);
        json!({
            "path": paths[usize::try_from(path[place]).unwrap()],
            "span": if span == [0; 4] { Value::Null } else { json!(span) },
            "reason": head["reasons"][reason[place]][0],
            "detail": details[detail[place]],
        })
    };
    (0..count).map(omission).collect()
}

/// Adds a file's contents to what the index has, and returns its source.
fn body(block: &mut Block<'_>, file: &mut Value, head: &Value) -> Option<String> {
    let mut units = units(block, head);
    let mut first = 0;
    for (number, count) in {
        let count = block.size();
        block.sizes(count)
    }
    .into_iter()
    .enumerate()
    {
        units[first..first + count].iter_mut().for_each(|unit| unit["function"] = json!(number));
        file["functions"][number]["unit_count"] = json!(count);
        first += count;
    }
    file["lines"] = lines(block, &units).into();
    file["branch_points"] = branch_points(block, &units, head).into();
    let source = (block.number() == 1).then(|| block.texts(1).remove(0));
    if head["context_count"] != 0 {
        let sets = block.column(units.len());
        for (unit, set) in units.iter_mut().zip(sets).filter(|(_, set)| *set != 0) {
            unit["contexts"] = set.into();
        }
    }
    file["units"] = units.into();
    assert!(block.0.is_empty());
    source
}

fn units(block: &mut Block<'_>, head: &Value) -> Vec<Value> {
    let count = block.size();
    let start_line = block.deltas(count);
    let [start_col, more, end_col, statements, counts, kind, flags] = std::array::from_fn(|_| block.column(count));
    let unit = |place: usize| {
        let end_line = start_line[place] + i64::try_from(more[place]).unwrap();
        let span = json!([start_line[place], start_col[place], end_line, end_col[place]]);
        let mut unit = json!({ "span": span, "statements": statements[place], "count": counts[place] });
        if kind[place] > 0 {
            unit["kind"] = head["kinds"][usize::try_from(kind[place]).unwrap()].clone();
        }
        if flags[place] == 1 {
            unit["is_intra_line"] = true.into();
        }
        unit
    };
    let mut units: Vec<Value> = (0..count).map(unit).collect();
    for (number, unit) in (0..).zip(&mut units) {
        block.reference(number).into_iter().for_each(|owner| unit["owner"] = owner.into());
    }
    units
}

fn count_of(units: &[Value], unit: Option<i64>) -> i64 {
    unit.map_or(0, |unit| units[usize::try_from(unit).unwrap()]["count"].as_i64().unwrap())
}

fn lines(block: &mut Block<'_>, units: &[Value]) -> Vec<Value> {
    let count = block.size();
    let numbers = block.deltas(count);
    let deciding = block.deltas(count);
    let counts: Vec<i64> = deciding.iter().map(|unit| count_of(units, Some(*unit)) + block.signed()).collect();
    let flags = block.column(count);
    let line = |place: usize| {
        let mut line = json!({ "line": numbers[place], "count": counts[place] });
        if flags[place] == 1 {
            line["is_partial"] = true.into();
        }
        line
    };
    (0..count).map(line).collect()
}

fn branch_points(block: &mut Block<'_>, units: &[Value], head: &Value) -> Vec<Value> {
    let count = block.size();
    let lines = block.deltas(count);
    let functions = block.deltas(count);
    let reached = block.column(count);
    let sizes = block.sizes(count);
    let mut branches = branches(block, units, head).into_iter();
    let mut point = |place: usize| {
        json!({
            "line": lines[place],
            "function": functions[place],
            "is_reached": reached[place] == 1,
            "branches": branches.by_ref().take(sizes[place]).collect::<Vec<Value>>(),
        })
    };
    (0..count).map(&mut point).collect()
}

fn branches(block: &mut Block<'_>, units: &[Value], head: &Value) -> Vec<Value> {
    let count = block.size();
    let kinds = block.sizes(count);
    let lines = block.deltas(count);
    let references: Vec<Option<i64>> = (0..count).map(|_| block.reference(0)).collect();
    let branch = |place: usize| {
        let count = count_of(units, references[place]) + block.signed();
        let mut branch = json!({ "kind": head["kinds"][kinds[place]], "line": lines[place], "count": count });
        if let Some(unit) = references[place] {
            branch["unit"] = unit.into();
        }
        branch
    };
    (0..count).map(branch).collect()
}

/// Adds up what files have of something.
fn sum(files: &[Value], fields: &[&str]) -> u64 {
    let number = |file: &Value| fields.iter().fold(&file["totals"], |value, field| &value[field]).as_u64().unwrap();
    files.iter().map(number).sum()
}

fn ranges(block: &mut Block<'_>, count: usize) -> Vec<Vec<[i64; 2]>> {
    let sizes = block.sizes(count);
    let firsts = block.deltas(sizes.iter().sum());
    let more = block.column(firsts.len());
    let mut all = firsts.iter().zip(more).map(|(first, more)| [*first, first + i64::try_from(more).unwrap()]);
    sizes.iter().map(|size| all.by_ref().take(*size).collect()).collect()
}

/// Empty paths stand for none.
fn with_old_path(mut file: Value, old_path: &str) -> Value {
    if !old_path.is_empty() {
        file["old_path"] = old_path.into();
    }
    file
}

fn paths(block: &mut Block<'_>, count: usize, files: &[Value]) -> Vec<Value> {
    block.deltas(count).into_iter().map(|place| files[usize::try_from(place).unwrap()]["path"].clone()).collect()
}

fn changes(block: &mut Block<'_>, files: &[Value]) -> Value {
    let mut head: Value = serde_json::from_str(&block.texts(1)[0]).expect("JSON");
    let changed = changed(block, files);
    let (compared, [lost, gained]) = compared(block, files);
    assert!(block.0.is_empty());
    if head["diff"].is_object() {
        let ratio = |what: &str| json!({ "covered": sum(&changed, &[what, "covered"]), "total": sum(&changed, &[what, "total"]) });
        head["diff"]["totals"] = json!({ "lines": ratio("lines"), "branches": ratio("branches") });
        head["diff"]["files"] = changed.into();
    }
    if head["comparison"].is_object() {
        for kind in ["new_covered", "new_uncovered", "lost", "gained"] {
            head["comparison"]["totals"][kind] = sum(&compared, &[kind]).into();
        }
        head["comparison"]["files"] = compared.into();
        head["comparison"]["lost_functions"] = lost.into();
        head["comparison"]["gained_functions"] = gained.into();
    }
    head
}

fn changed(block: &mut Block<'_>, files: &[Value]) -> Vec<Value> {
    let count = block.size();
    let paths = paths(block, count, files);
    let old_paths = block.texts(count);
    let [lines, branches] = std::array::from_fn(|_| block.ratios(count));
    let [changed, missed] = std::array::from_fn(|_| ranges(block, count));
    let file = |place: usize| {
        let totals = json!({ "lines": lines[place], "branches": branches[place] });
        let file = json!({
            "path": paths[place], "totals": totals, "changed": changed[place], "missed": missed[place],
        });
        with_old_path(file, &old_paths[place])
    };
    (0..count).map(file).collect()
}

/// The files, and the functions that are lost and gained.
fn compared(block: &mut Block<'_>, files: &[Value]) -> (Vec<Value>, [Vec<Value>; 2]) {
    let count = block.size();
    let mut paths = paths(block, count, files);
    let gone_count = block.size();
    paths.extend(block.texts(gone_count).into_iter().map(Value::from));
    let count = count + gone_count;
    let old_paths = block.texts(count);
    let numbers: [Vec<u64>; 4] = std::array::from_fn(|_| block.column(count));
    let [new_uncovered, lost, gained] = std::array::from_fn(|_| ranges(block, count));
    let file = |place: usize| {
        let [new_covered, missed, lost_count, gained_count] = numbers.each_ref().map(|column| column[place]);
        let file = json!({
            "path": paths[place],
            "totals": {
                "new_covered": new_covered, "new_uncovered": missed, "lost": lost_count, "gained": gained_count,
            },
            "new_uncovered": new_uncovered[place],
            "lost": lost[place],
            "gained": gained[place],
        });
        with_old_path(file, &old_paths[place])
    };
    let files = (0..count).map(file).collect();
    (files, std::array::from_fn(|_| named_functions(block, &paths)))
}

fn named_functions(block: &mut Block<'_>, paths: &[Value]) -> Vec<Value> {
    let count = block.size();
    let files = block.deltas(count);
    let lines = block.column(count);
    let names = block.texts(count);
    let path = |place: usize| &paths[usize::try_from(files[place]).unwrap()];
    (0..count).map(|place| json!({ "path": path(place), "line": lines[place], "name": names[place] })).collect()
}
