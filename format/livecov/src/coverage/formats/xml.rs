//! XML by `quick-xml`, and what it does not look after.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesStart, BytesText, Event};
use std::io::{self, Write};

/// Writes a document.
pub struct Xml<W: Write> {
    writer: Writer<W>,
}

/// Names and values of attributes.
pub type Attributes<'a> = &'a [(&'a str, &'a str)];

impl<W: Write> Xml<W> {
    /// Starts a document.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn new(out: W) -> io::Result<Self> {
        let mut writer = Writer::new_with_indent(out, b' ', 1);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Ok(Self { writer })
    }

    /// An element with what `content` writes into it.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn element(
        &mut self,
        name: &str,
        attributes: Attributes<'_>,
        content: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        let start = start(name, attributes);
        self.writer.write_event(Event::Start(start.borrow()))?;
        content(self)?;
        self.writer.write_event(Event::End(start.to_end()))
    }

    /// An element without content.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn empty(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.writer.write_event(Event::Empty(start(name, attributes)))
    }

    /// An element with text.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn text_element(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.element(name, &[], |xml| xml.writer.write_event(Event::Text(BytesText::new(&expressible(text)))))
    }

    /// Ends the document.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn finish(self) -> io::Result<()> {
        writeln!(self.writer.into_inner())
    }
}

fn start<'a>(name: &'a str, attributes: Attributes<'_>) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        start.push_attribute((*key, expressible(value).as_str()));
    }
    start
}

/// XML 1.0 has no way at all to write some characters.
fn expressible(text: &str) -> String {
    let is_not =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    text.replace(is_not, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_escaped() {
        let mut out = Vec::new();
        let mut xml = Xml::new(&mut out).unwrap();
        xml.element("a", &[("name", "<\"]]>&'\n\u{1}ü")], |xml| xml.text_element("b", "]]> & \u{b}")).unwrap();
        xml.finish().unwrap();
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <a name=\"&lt;&quot;]]&gt;&amp;&apos;&#10;\u{fffd}ü\">\n <b>]]&gt; &amp; \u{fffd}</b>\n</a>\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
