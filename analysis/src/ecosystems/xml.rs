//! A small reader of XML, for manifests: elements, attributes and text.
//!
//! It takes time and memory in proportion to the text, does not recurse, and gives up on what manifests do
//! not have: document types and the entities they declare, prefixes of elements, more elements than anybody
//! would write. (roxmltree 0.21 compares each attribute of an element with all others.)

use std::borrow::Cow;

/// The elements of a document in the order in which they start.
pub(super) struct Document<'t> {
    elements: Vec<Element<'t>>,
}

/// One element.
pub(super) struct Element<'t> {
    /// Its name.
    pub(super) name: &'t str,
    /// Its attributes, in order.
    pub(super) attributes: Vec<(&'t str, Cow<'t, str>)>,
    /// The text directly in it, without blanks around it.
    pub(super) text: String,
    /// The index after the last element in it.
    end: usize,
}

/// The most elements and attributes of a document: 8 MiB could hold two million.
const MOST: usize = 100_000;

impl<'t> Document<'t> {
    /// Reads `text`. None where it is not well-formed, or is more than a manifest.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut elements: Vec<Element<'t>> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut attributes = 0;
        while let Some(at) = rest.find('<') {
            match open.last() {
                Some(&parent) => elements[parent].text.push_str(&unescape(&rest[..at])?),
                None if rest[..at].trim().is_empty() => {}
                None => return None,
            }
            let markup = &rest[at..];
            if let Some(comment) = markup.strip_prefix("<!--") {
                rest = comment.split_once("-->")?.1;
            } else if let Some(data) = markup.strip_prefix("<![CDATA[") {
                let (data, after) = data.split_once("]]>")?;
                elements[*open.last()?].text.push_str(data);
                rest = after;
            } else if let Some(instruction) = markup.strip_prefix("<?") {
                rest = instruction.split_once("?>")?.1;
            } else if let Some(tag) = markup.strip_prefix("</") {
                let (name, after) = tag.split_once('>')?;
                let element = open.pop()?;
                if elements[element].name != name.trim_end() {
                    return None;
                }
                elements[element].end = elements.len();
                rest = after;
            } else {
                if open.is_empty() && !elements.is_empty() {
                    return None;
                }
                let tag = Tag::parse(&markup[1..])?;
                attributes += tag.attributes.len();
                if elements.len() + attributes > MOST {
                    return None;
                }
                let index = elements.len();
                elements.push(Element {
                    name: tag.name,
                    attributes: tag.attributes,
                    text: String::new(),
                    end: index + 1,
                });
                if !tag.is_empty {
                    open.push(index);
                }
                rest = tag.rest;
            }
        }
        let complete = open.is_empty() && !elements.is_empty() && rest.trim().is_empty();
        complete.then_some(Self { elements })
    }

    /// The element that all others are in.
    pub(super) fn root(&self) -> usize {
        0
    }

    /// Element `index`.
    pub(super) fn element(&self, index: usize) -> &Element<'t> {
        &self.elements[index]
    }

    /// The elements directly in element `index`.
    pub(super) fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.elements[index].end;
        let mut next = index + 1;
        std::iter::from_fn(move || {
            let child = (next < end).then_some(next)?;
            next = self.elements[child].end;
            Some(child)
        })
    }

    /// The elements in element `index`, at any depth, in order.
    pub(super) fn descendants(&self, index: usize) -> std::ops::Range<usize> {
        index + 1..self.elements[index].end
    }

    /// The first element directly in `index` that has the name.
    pub(super) fn child(&self, index: usize, name: &str) -> Option<usize> {
        self.children(index).find(|&child| self.elements[child].name == name)
    }

    /// The text of the first element directly in `index` that has the name.
    pub(super) fn child_text(&self, index: usize, name: &str) -> Option<&str> {
        self.child(index, name).map(|child| self.elements[child].text.trim())
    }
}

impl Element<'_> {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| *own == name).map(|(_, value)| &**value)
    }
}

/// The tag that starts an element, without its `<`.
struct Tag<'t> {
    name: &'t str,
    attributes: Vec<(&'t str, Cow<'t, str>)>,
    is_empty: bool,
    rest: &'t str,
}

impl<'t> Tag<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let (name, mut rest) = take_name(text)?;
        let mut attributes = Vec::new();
        loop {
            let trimmed = rest.trim_start();
            if let Some(after) = trimmed.strip_prefix("/>") {
                return Some(Self { name, attributes, is_empty: true, rest: after });
            }
            if let Some(after) = trimmed.strip_prefix('>') {
                return Some(Self { name, attributes, is_empty: false, rest: after });
            }
            // A blank comes before each attribute, and a prefix is for other tools.
            if trimmed.len() == rest.len() || attributes.len() > MOST {
                return None;
            }
            let end = trimmed.find(|c: char| c == '=' || c.is_whitespace() || c == '>' || c == '<')?;
            let (key, after) = trimmed.split_at(end);
            let value = after.trim_start().strip_prefix('=')?.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, after) = value[1..].split_once(quote)?;
            if key.is_empty() || value.contains('<') {
                return None;
            }
            attributes.push((key, unescape(value)?));
            rest = after;
        }
    }
}

fn take_name(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<' | '='))?;
    let (name, rest) = text.split_at(end);
    let starts = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    (starts && !name.contains(':')).then_some((name, rest))
}

/// `text` with the characters that references stand for. None for an entity that is not XML's own.
fn unescape(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('&') {
        return Some(Cow::Borrowed(text));
    }
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once('&') {
        let (name, after) = reference.split_once(';')?;
        value.push_str(before);
        value.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)?
            }
        });
        rest = after;
    }
    value.push_str(rest);
    Some(Cow::Owned(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read() {
        let text = "\u{feff}<?xml version='1.0'?>\n<!-- a > b -->\n<a x = '1' y=\"&lt;&#65;&#x42;\">\n \
                    <b/>c<b k='v>w'> d <![CDATA[<e>]]></b><f><g/></f></a>\n";
        let document = Document::parse(text).unwrap();
        let root = document.element(document.root());
        assert_eq!((root.name, root.attribute("x"), root.attribute("y")), ("a", Some("1"), Some("<AB")));
        assert_eq!(root.text.trim(), "c");
        let names: Vec<_> = document.children(0).map(|child| document.element(child).name).collect();
        assert_eq!(names, ["b", "b", "f"]);
        assert_eq!(document.element(2).text, " d <e>");
        assert_eq!(document.element(2).attribute("k"), Some("v>w"));
        assert_eq!(document.descendants(0).len(), 4);
    }

    #[test]
    fn what_is_no_manifest_is_not_read() {
        let hostile = [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>text",
            "<a b='1'c='2'/>",
            "<a b=1/>",
            "<a>&foo;</a>",
            "<a>&#xD800;</a>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            "<x:a/>",
            "<a b='",
            "<![CDATA[x]]><a/>",
        ];
        for text in hostile {
            assert!(Document::parse(text).is_none(), "{text}");
        }
        assert!(Document::parse(&"<a>".repeat(1 << 20)).is_none());
        assert!(Document::parse(&format!("<a {}/>", "b='' ".repeat(1 << 20))).is_none());
        let deep = format!("{}{}", "<a>".repeat(50_000), "</a>".repeat(50_000));
        assert!(Document::parse(&deep).is_some());
    }
}
