//! YAML, as far as compose files need it: a small tree in which aliases are references. Nothing is
//! copied or expanded, so no file can grow.

use std::collections::BTreeMap;

use granit_parser::{Event, Options, Parser};

/// The most nodes of a file. Real compose files have a few thousand.
const MOST_NODES: usize = 32_768;

/// The most collections inside one another.
const DEEPEST: usize = 64;

/// The most mappings that `<<` may bring into one.
const MOST_MERGED: usize = 64;

/// A file of one document.
#[derive(Debug)]
pub(super) struct Yaml {
    nodes: Vec<Node>,
}

/// A node, by its place in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Id(usize);

#[derive(Debug)]
enum Node {
    Scalar(String),
    Sequence(Vec<Id>),
    Mapping(Vec<(Id, Id)>),
}

impl Yaml {
    /// Reads `text`. None where it is wrong, or far from anything that a person wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut options = Options::default();
        options.flow_nesting_limit = DEEPEST;
        options.block_nesting_limit = DEEPEST;
        options.set_emit_comments(false);
        let mut tree = Tree::default();
        for event in Parser::new_from_str_with_options(text, options) {
            tree.take(event.ok()?.0)?;
        }
        tree.open.is_empty().then_some(Self { nodes: tree.nodes })
    }

    /// The node that everything is in; none where the file is empty.
    pub(super) fn root(&self) -> Option<Id> {
        (!self.nodes.is_empty()).then_some(Id(0))
    }

    /// The value of `key` in the mapping `id`, or in one that `<<` brings into it.
    pub(super) fn get(&self, id: Id, key: &str) -> Option<Id> {
        let mut mappings = vec![id];
        for _ in 0..MOST_MERGED {
            let mapping = mappings.pop()?;
            if let Some((_, value)) = self.entries(mapping).find(|(own, _)| *own == key) {
                return Some(value);
            }
            if let Some((_, merged)) = self.entries(mapping).find(|(own, _)| *own == "<<") {
                match &self.nodes[merged.0] {
                    Node::Sequence(items) => mappings.extend(items.iter().rev()),
                    _ => mappings.push(merged),
                }
            }
        }
        None
    }

    /// The keys and values of the mapping `id` itself.
    pub(super) fn entries(&self, id: Id) -> impl Iterator<Item = (&str, Id)> {
        let entries = if let Node::Mapping(entries) = &self.nodes[id.0] { entries.as_slice() } else { &[] };
        entries.iter().filter_map(|(key, value)| Some((self.scalar(*key)?, *value)))
    }

    /// The text of the scalar `id`.
    pub(super) fn scalar(&self, id: Id) -> Option<&str> {
        if let Node::Scalar(text) = &self.nodes[id.0] { Some(text) } else { None }
    }
}

/// A tree that grows with each event.
#[derive(Default)]
struct Tree {
    nodes: Vec<Node>,
    /// The collections that are not finished, each with the key that waits for its value.
    open: Vec<(Id, Option<Id>)>,
    anchors: BTreeMap<usize, Id>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>) -> Option<()> {
        match event {
            Event::Scalar(text, _, anchor, _) => _ = self.add(Node::Scalar(text.into_owned()), anchor)?,
            Event::SequenceStart(_, anchor, _) => self.start(Node::Sequence(Vec::new()), anchor)?,
            Event::MappingStart(_, anchor, _) => self.start(Node::Mapping(Vec::new()), anchor)?,
            Event::SequenceEnd | Event::MappingEnd => _ = self.open.pop()?,
            Event::Alias(anchor) => {
                let id = *self.anchors.get(&anchor)?;
                self.put(id);
            }
            // What a second document means is up to the reader.
            Event::DocumentStart(..) if !self.nodes.is_empty() => return None,
            _ => {}
        }
        Some(())
    }

    fn start(&mut self, node: Node, anchor: usize) -> Option<()> {
        let id = self.add(node, anchor)?;
        self.open.push((id, None));
        Some(())
    }

    fn add(&mut self, node: Node, anchor: usize) -> Option<Id> {
        let id = Id(self.nodes.len());
        self.nodes.push(node);
        self.anchors.insert(anchor, id);
        self.put(id);
        (id.0 < MOST_NODES).then_some(id)
    }

    /// Puts a node into the collection that it stands in.
    fn put(&mut self, id: Id) {
        let Some((collection, key)) = self.open.last_mut() else { return };
        match &mut self.nodes[collection.0] {
            Node::Sequence(items) => items.push(id),
            Node::Mapping(entries) => match key.take() {
                Some(key) => entries.push((key, id)),
                None => *key = Some(id),
            },
            Node::Scalar(_) => {}
        }
    }
}
