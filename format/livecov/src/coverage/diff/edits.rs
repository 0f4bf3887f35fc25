//! Which lines of a file an old and a new content have in common.

/// Lines that others took the place of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// The first line that was removed, or the line that the added ones stand before, in the old file's numbers.
    pub old_start: u32,
    /// How many lines were removed.
    pub old_count: u32,
    /// The first line that was added, or the line that the removed ones stood before, in the new file's numbers.
    pub new_start: u32,
    /// How many lines were added.
    pub new_count: u32,
}

/// The edits that make the new file of the old one, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    edits: Vec<Edit>,
}

impl Edit {
    const fn old_end(&self) -> u32 {
        self.old_start.saturating_add(self.old_count)
    }

    const fn new_end(&self) -> u32 {
        self.new_start.saturating_add(self.new_count)
    }
}

impl Edits {
    /// Edits of these lines; those that are out of order are dropped.
    #[must_use]
    pub fn new(edits: Vec<Edit>) -> Self {
        let mut ordered: Vec<Edit> = Vec::with_capacity(edits.len());
        for edit in edits {
            let is_behind = |last: &Edit| last.old_end() <= edit.old_start && last.new_end() <= edit.new_start;
            if ordered.last().is_none_or(is_behind) {
                ordered.push(edit);
            }
        }
        Self { edits: ordered }
    }

    /// A file of `count` lines that is new as a whole.
    #[must_use]
    pub fn all_new(count: u32) -> Self {
        Self { edits: vec![Edit { old_start: 1, old_count: 0, new_start: 1, new_count: count }] }
    }

    /// Number of lines that were added or modified.
    #[must_use]
    pub fn added_count(&self) -> u64 {
        self.edits.iter().map(|edit| u64::from(edit.new_count)).sum()
    }

    /// Whether a line of the new file was added or modified.
    #[must_use]
    pub fn is_new(&self, line: u32) -> bool {
        self.before(line).is_some_and(|edit| line < edit.new_end())
    }

    /// The old number of a line of the new file; none if it was added or modified.
    #[must_use]
    pub fn old_line(&self, line: u32) -> Option<u32> {
        let Some(edit) = self.before(line) else { return Some(line) };
        let distance = line.checked_sub(edit.new_end())?;
        edit.old_end().checked_add(distance)
    }

    /// The last edit that starts at or before a line of the new file.
    fn before(&self, line: u32) -> Option<&Edit> {
        let behind = self.edits.partition_point(|edit| edit.new_start <= line);
        self.edits.get(behind.checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Edits as `old,count new,count`.
    fn edits(numbers: &[[u32; 4]]) -> Edits {
        let edit = |[old_start, old_count, new_start, new_count]: &[u32; 4]| Edit {
            old_start: *old_start,
            old_count: *old_count,
            new_start: *new_start,
            new_count: *new_count,
        };
        Edits::new(numbers.iter().map(edit).collect())
    }

    #[test]
    fn lines_move_by_what_stands_before_them() {
        // Lines 3 and 4 became one, two lines were added before the old 7, the old 9 went away.
        let edits = edits(&[[3, 2, 3, 1], [7, 0, 6, 2], [9, 1, 10, 0]]);
        let old: Vec<Option<u32>> = (1..=11).map(|line| edits.old_line(line)).collect();
        let expected = [Some(1), Some(2), None, Some(5), Some(6), None, None, Some(7), Some(8), Some(10), Some(11)];
        assert_eq!(old, expected);
        assert_eq!((edits.added_count(), edits.is_new(6), edits.is_new(8)), (3, true, false));
    }

    #[test]
    fn numbers_at_their_limit_do_no_harm() {
        let edits = edits(&[[u32::MAX, u32::MAX, u32::MAX, u32::MAX]]);
        assert_eq!((edits.old_line(u32::MAX), edits.old_line(7)), (Some(u32::MAX), Some(7)));
        assert_eq!(Edits::default().old_line(u32::MAX), Some(u32::MAX));
        assert!(Edits::all_new(3).is_new(3) && !Edits::all_new(3).is_new(4));
    }

    #[test]
    fn what_is_out_of_order_is_dropped() {
        assert_eq!(edits(&[[5, 1, 5, 1], [2, 1, 2, 1]]), edits(&[[5, 1, 5, 1]]));
    }
}
