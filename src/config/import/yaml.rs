//! YAML as a tree of texts with their lines. Scalars stay as they are written: an id that begins
//! with 0 is no number.

use saphyr_parser::{Event, Parser};

const DEEPEST: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Text(String),
    /// Keys with their nodes and lines, in their order.
    Map(Vec<(String, usize, Self)>),
    Other,
}

impl Node {
    pub(super) fn get(&self, wanted: &str) -> Option<&Self> {
        self.entries().iter().find(|(key, ..)| key == wanted).map(|(.., node)| node)
    }

    pub(super) fn entries(&self) -> &[(String, usize, Self)] {
        match self {
            Self::Map(entries) => entries,
            Self::Text(_) | Self::Other => &[],
        }
    }

    /// The text; `None` for anything else, and for nothing.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()).filter(|text| !text.is_empty() && *text != "~"),
            Self::Map(_) | Self::Other => None,
        }
    }
}

pub(super) fn parse(text: &str) -> Result<Node, (usize, String)> {
    let mut events = Events { parser: Parser::new_from_str(text), depth: 0 };
    loop {
        let (event, line) = events.next()?;
        match event {
            Event::StreamEnd => return Ok(Node::Other),
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            event => return events.node(event, line),
        }
    }
}

struct Events<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    depth: usize,
}

impl<'a> Events<'a> {
    fn next(&mut self) -> Result<(Event<'a>, usize), (usize, String)> {
        match self.parser.next() {
            Some(Ok((event, span))) => Ok((event, span.start.line())),
            Some(Err(error)) => Err((error.marker().line(), error.info().to_owned())),
            None => Ok((Event::StreamEnd, 0)),
        }
    }

    fn node(&mut self, event: Event<'a>, line: usize) -> Result<Node, (usize, String)> {
        match event {
            Event::Scalar(text, ..) => Ok(Node::Text(text.into_owned())),
            Event::MappingStart(..) => self.deeper(line, Self::map),
            Event::SequenceStart(..) => self.deeper(line, Self::list),
            _ => Ok(Node::Other),
        }
    }

    fn deeper(
        &mut self,
        line: usize,
        read: impl Fn(&mut Self) -> Result<Node, (usize, String)>,
    ) -> Result<Node, (usize, String)> {
        if self.depth == DEEPEST {
            return Err((line, "it is nested too deep".to_owned()));
        }
        self.depth += 1;
        let node = read(self);
        self.depth -= 1;
        node
    }

    fn map(&mut self) -> Result<Node, (usize, String)> {
        let mut entries = Vec::new();
        loop {
            let (event, line) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                return Ok(Node::Map(entries));
            }
            let key = self.node(event, line)?;
            let (event, below) = self.next()?;
            let value = self.node(event, below)?;
            if let Node::Text(key) = key {
                entries.push((key, line, value));
            }
        }
    }

    fn list(&mut self) -> Result<Node, (usize, String)> {
        loop {
            let (event, line) = self.next()?;
            if matches!(event, Event::SequenceEnd | Event::StreamEnd) {
                return Ok(Node::Other);
            }
            self.node(event, line)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_as_they_are_written() {
        let tree = parse(
            "# note\na:\n  012345678901: {Name: 'x y'}\n  b: [1, {c: d}]\n  e:\n---\nother: 1\n",
        )
        .unwrap();
        let a = tree.get("a").unwrap();
        assert_eq!((a.entries()[0].0.as_str(), a.entries()[0].1), ("012345678901", 3));
        assert_eq!(a.get("012345678901").unwrap().get("Name").and_then(Node::text), Some("x y"));
        assert_eq!((a.get("b"), a.get("e").and_then(Node::text)), (Some(&Node::Other), None));
        assert_eq!(tree.get("other"), None);
        assert_eq!(parse(""), Ok(Node::Other));
    }

    #[test]
    fn what_is_no_yaml_has_a_line() {
        let (line, _) = parse("a: 1\nb: {c\n").unwrap_err();
        assert!(line >= 2, "{line}");
        assert!(parse(&"[".repeat(10_000)).is_err());
        assert!(parse("a: &x [*x, *x]\n").is_ok());
    }
}
