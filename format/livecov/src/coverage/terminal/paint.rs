//! Colours, and text that can do no harm to a terminal.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

/// Puts colours on text, or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Painter {
    /// Whether to.
    pub is_on: bool,
}

/// What a colour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Less than it should be.
    Fair,
    /// Far from it.
    Poor,
    /// Of less interest.
    Faint,
    /// A heading.
    Strong,
}

impl Painter {
    /// The text in a colour.
    #[must_use]
    pub fn paint(self, tone: Tone, text: &str) -> String {
        if !self.is_on || text.is_empty() {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Fair => AnsiColor::Yellow.on_default(),
            Tone::Poor => AnsiColor::Red.on_default(),
            Tone::Faint => Style::new().dimmed(),
            Tone::Strong => Style::new().bold(),
        };
        format!("{style}{text}{style:#}")
    }
}

/// The text in one line, without characters that command a terminal.
#[must_use]
pub fn harmless(text: &str) -> String {
    // These turn the direction of what follows, so that a path could look like another.
    let turns = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.replace(|c: char| c.is_control() || turns(c), "\u{fffd}")
}

/// Number of columns that text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Text of at most `limit` columns: the middle of what is longer is left out.
#[must_use]
pub fn shorten(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let room = limit.saturating_sub(1);
    // The end of a path says more than its start.
    let head = take(text.chars(), room / 3);
    let tail: String = take(text.chars().rev(), room - width(&head)).chars().rev().collect();
    format!("{head}…{tail}")
}

/// As many characters as fit.
fn take(chars: impl Iterator<Item = char>, room: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= room
    };
    chars.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_loses_its_middle() {
        for (text, limit, short) in [
            ("src/a.rs", 8, "src/a.rs"),
            ("src/deep/a.rs", 10, "src…p/a.rs"),
            ("größe/größe.rs", 9, "gr…öße.rs"),
            ("日本語/日本語.rs", 8, "日…語.rs"),
            ("abc", 1, "…"),
        ] {
            assert_eq!(shorten(text, limit), short);
            assert!(width(short) <= limit, "{short}");
        }
    }

    #[test]
    fn terminals_are_not_commanded() {
        assert_eq!(harmless("a\u{1b}[2J\n\u{202e}b"), "a\u{fffd}[2J\u{fffd}\u{fffd}b");
    }
}
