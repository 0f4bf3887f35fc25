//! The extension's encoder; the layout stands in the
//! [crate documentation](crate#extension).

use super::package::{put_bytes, put_uleb};
use crate::layout::{EXTENSION_MAGIC, EXTENSION_VERSION};
use crate::model::{Extension, FileInfo, FunctionInfo, Omission, Span};
use alloc::vec::Vec;

/// Record with the source files.
pub(crate) const TAG_FILES: u32 = 1;
/// Record with the functions and their units.
pub(crate) const TAG_FUNCTIONS: u32 = 2;
/// Record with what was left out.
pub(crate) const TAG_OMISSIONS: u32 = 3;

/// The bytes of `extension`: none if it says nothing. `None` if it is longer
/// than its 32-bit lengths can say.
pub(crate) fn encode(extension: &Extension) -> Option<Vec<u8>> {
    if extension.is_empty() {
        return Some(Vec::new());
    }
    let mut records = Vec::new();
    put_record(&mut records, TAG_FILES, &extension.files, put_file)?;
    put_record(&mut records, TAG_FUNCTIONS, &extension.functions, put_function)?;
    put_record(&mut records, TAG_OMISSIONS, &extension.omissions, put_omission)?;
    let mut bytes = Vec::new();
    bytes.extend(EXTENSION_MAGIC);
    bytes.extend(EXTENSION_VERSION.to_le_bytes());
    bytes.extend(u32::try_from(records.len()).ok()?.to_le_bytes());
    bytes.extend(records);
    Some(bytes)
}

fn put_record<T>(records: &mut Vec<u8>, tag: u32, items: &[T], put: fn(&mut Vec<u8>, &T)) -> Option<()> {
    if items.is_empty() {
        return Some(());
    }
    let mut payload = Vec::new();
    put_uleb(&mut payload, items.len() as u64);
    for item in items {
        put(&mut payload, item);
    }
    records.extend(tag.to_le_bytes());
    records.extend(u32::try_from(payload.len()).ok()?.to_le_bytes());
    records.extend(payload);
    Some(())
}

fn put_file(out: &mut Vec<u8>, file: &FileInfo) {
    put_bytes(out, &file.path);
    out.extend(file.content_hash);
    put_uleb(out, file.code_lines.len() as u64);
    let mut line = 0;
    for [first, behind] in &file.code_lines {
        put_uleb(out, u64::from(first.wrapping_sub(line)));
        put_uleb(out, u64::from(behind.wrapping_sub(*first)));
        line = *behind;
    }
}

fn put_function(out: &mut Vec<u8>, function: &FunctionInfo) {
    put_span(out, function.declaration);
    put_uleb(out, function.units.len() as u64);
    for unit in &function.units {
        put_uleb(out, u64::from(unit.kind.code()) << 1 | u64::from(unit.is_intra_line));
        put_uleb(out, unit.owner.map_or(0, |owner| u64::from(owner) + 1));
        put_uleb(out, u64::from(unit.decision));
    }
}

fn put_omission(out: &mut Vec<u8>, omission: &Omission) {
    put_bytes(out, &omission.path);
    put_span(out, omission.span);
    put_uleb(out, u64::from(omission.reason.code()));
    put_bytes(out, &omission.detail);
}

fn put_span(out: &mut Vec<u8>, span: Span) {
    for number in [span.start_line, span.start_col, span.end_line, span.end_col] {
        put_uleb(out, u64::from(number));
    }
}
