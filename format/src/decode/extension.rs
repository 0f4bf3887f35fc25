//! The extension's decoder. Records of unknown tags are skipped, and so is
//! the whole of an extension of a later version.

use super::cursor::Cursor;
use super::error::{DecodeError, DecodeErrorKind};
use crate::encode::extension::{TAG_FILES, TAG_FUNCTIONS, TAG_OMISSIONS};
use crate::layout::{EXTENSION_MAGIC, EXTENSION_VERSION};
use crate::model::{Extension, FileInfo, FunctionInfo, Omission, OmissionReason, Span, UnitInfo, UnitKind};
use std::vec::Vec;

/// Decodes an extension that stands at `offset` of its file.
pub(super) fn parse(bytes: &[u8], offset: u64) -> Result<Extension, DecodeError> {
    let mut extension = Extension::default();
    let mut cursor = Cursor::new(bytes, offset);
    cursor.array::<{ EXTENSION_MAGIC.len() }>()?;
    let version = cursor.u32()?;
    let len = cursor.u32()?;
    if version > EXTENSION_VERSION {
        return Ok(extension);
    }
    let start = cursor.offset();
    let mut records = Cursor::new(cursor.bytes(u64::from(len))?, start);
    while !records.left().is_empty() {
        let tag = records.u32()?;
        let len = records.u32()?;
        let start = records.offset();
        let mut record = Cursor::new(records.bytes(u64::from(len))?, start);
        match tag {
            TAG_FILES => extension.files = items(&mut record, 18, file)?,
            TAG_FUNCTIONS => extension.functions = items(&mut record, 5, function)?,
            TAG_OMISSIONS => extension.omissions = items(&mut record, 7, omission)?,
            _ => {}
        }
    }
    Ok(extension)
}

/// A count, then as many items of at least `item_len` bytes each.
fn items<'a, T>(
    cursor: &mut Cursor<'a>,
    item_len: u64,
    item: fn(&mut Cursor<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let count = cursor.count(item_len)?;
    (0..count).map(|_| item(cursor)).collect()
}

fn file(cursor: &mut Cursor<'_>) -> Result<FileInfo, DecodeError> {
    let path = cursor.string()?.to_vec();
    let content_hash = cursor.array()?;
    let run_count = cursor.count(2)?;
    let mut code_lines = Vec::with_capacity(run_count);
    let mut line = 0u32;
    let overflow = DecodeErrorKind::NumberTooLarge { bits: 32 };
    for _ in 0..run_count {
        let (gap, len) = (cursor.uleb32()?, cursor.uleb32()?);
        let first = line.checked_add(gap);
        let run = first.and_then(|first| Some([first, first.checked_add(len)?]));
        let run = run.ok_or_else(|| cursor.error(overflow.clone()))?;
        code_lines.push(run);
        line = run[1];
    }
    Ok(FileInfo { path, content_hash, code_lines })
}

fn function(cursor: &mut Cursor<'_>) -> Result<FunctionInfo, DecodeError> {
    Ok(FunctionInfo { declaration: span(cursor)?, units: items(cursor, 3, unit)? })
}

fn unit(cursor: &mut Cursor<'_>) -> Result<UnitInfo, DecodeError> {
    let start = *cursor;
    let head = cursor.uleb()?;
    let kind = u32::try_from(head >> 1).map_err(|_| start.error(DecodeErrorKind::NumberTooLarge { bits: 32 }))?;
    Ok(UnitInfo {
        kind: UnitKind::from_code(kind),
        is_intra_line: head & 1 == 1,
        owner: cursor.uleb32()?.checked_sub(1),
        decision: cursor.uleb32()?,
    })
}

fn omission(cursor: &mut Cursor<'_>) -> Result<Omission, DecodeError> {
    Ok(Omission {
        path: cursor.string()?.to_vec(),
        span: span(cursor)?,
        reason: OmissionReason::from_code(cursor.uleb32()?),
        detail: cursor.string()?.to_vec(),
    })
}

fn span(cursor: &mut Cursor<'_>) -> Result<Span, DecodeError> {
    Ok(Span {
        start_line: cursor.uleb32()?,
        start_col: cursor.uleb32()?,
        end_line: cursor.uleb32()?,
        end_col: cursor.uleb32()?,
    })
}
