//! A list of packages in the file, and the order it should have.

use std::collections::{BTreeMap, BTreeSet};

use dfopt_analysis::packages::{Listed, PackageCommand, free_list};
use dfopt_analysis::{Build, ShellCode};
use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::LineKind;

/// No package has a longer name: what is longer is left alone, so that no line grows too long.
const LONGEST: usize = 255;

/// The packages of a command.
pub(super) struct List {
    /// Where they stand in the file, in its order.
    pub(super) places: Vec<Place>,
    /// For each place, the place of the package that should stand there; none where nothing should.
    pub(super) order: Vec<Option<usize>>,
}

pub(super) struct Place {
    /// The bytes of the word.
    pub(super) span: Span,
    /// The line it stands on.
    pub(super) line: usize,
    name: String,
    text: String,
    /// It is no package, and stays behind them.
    is_variable: bool,
    /// What comments and blank lines keep apart has different numbers.
    group: usize,
    /// A comment stands above it.
    has_comment: bool,
}

impl List {
    /// Reads the packages of a command where their order is free. None where it may not be, or where there
    /// are fewer than two.
    pub(super) fn read(
        build: &Build<'_>,
        index: usize,
        code: &ShellCode<'_>,
        command: &PackageCommand<'_>,
    ) -> Option<Self> {
        let words = free_list(command, build.base_image(index))?;
        let subcommand = code.source_span(command.subcommand.span);
        let mut places: Vec<Place> = Vec::with_capacity(words.len());
        for (word, listed) in words {
            let span = code.source_span(word.span);
            // A word that goes on in the next line cannot be moved.
            if span.len() != word.span.len() || span.len() > LONGEST {
                return None;
            }
            let (name, text, is_variable) = match listed {
                // A variable may be an option, which could take the next word for its value.
                Listed::Package { .. } if places.last().is_some_and(|place| place.is_variable) => {
                    return None;
                }
                Listed::Package { name, text } => (name, text, false),
                Listed::Variable => {
                    let text = String::from_utf8_lossy(span.of(build.source())).into_owned();
                    (text.clone(), text, true)
                }
            };
            let line = build.dockerfile().line_at(span.start);
            let above = places.last().map_or(subcommand, |place| place.span);
            let (is_apart, has_comment) = between(build, above, span);
            let group = places.last().map_or(0, |place| place.group) + usize::from(is_apart);
            places.push(Place { span, line, name, text, is_variable, group, has_comment });
        }
        if places.len() < 2 || has_versions(&places) {
            return None;
        }
        let order = order(&places);
        Some(Self { places, order })
    }

    /// True where comments or blank lines stand in the list.
    pub(super) fn has_groups(&self) -> bool {
        self.places.iter().any(|place| place.group > 0 || place.has_comment)
    }

    /// The places that nothing is put to, named by what stood there.
    pub(super) fn dropped(&self) -> impl Iterator<Item = &str> {
        let kept: BTreeSet<usize> = self.order.iter().flatten().copied().collect();
        self.places.iter().enumerate().filter(move |(i, _)| !kept.contains(i)).map(|(_, p)| p.text.as_str())
    }
}

/// Whether a comment or a blank line stands on the lines between two words, and whether it is a comment.
fn between(build: &Build<'_>, above: Span, below: Span) -> (bool, bool) {
    let dockerfile = build.dockerfile();
    let lines = dockerfile.line_at(above.end.saturating_sub(1)) + 1..dockerfile.line_at(below.start);
    let lines = dockerfile.lines().get(lines).unwrap_or_default();
    let has = |kind: LineKind| lines.iter().any(|line| line.kind == kind);
    let has_comment = has(LineKind::Comment);
    (has_comment || has(LineKind::Blank), has_comment)
}

/// True where a package is named twice, but not with the same word: the last version may count.
fn has_versions(places: &[Place]) -> bool {
    let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
    places.iter().any(|place| {
        let known = *texts.entry(&place.name).or_insert(&place.text);
        known != place.text
    })
}

/// Sorts each group, and leaves places empty where a package is named again in its group.
fn order(places: &[Place]) -> Vec<Option<usize>> {
    let mut order: Vec<Option<usize>> = (0..places.len()).map(Some).collect();
    let mut start = 0;
    for group in places.chunk_by(|a, b| a.group == b.group) {
        // What stands right below a comment may be what it speaks of, alone.
        let variables = group.iter().filter(|place| place.is_variable).count();
        let first = start + usize::from(group[0].has_comment);
        let sorted = first..(start + group.len() - variables).max(first);
        start += group.len();
        let mut packages: Vec<usize> = sorted.clone().collect();
        packages.sort_by_key(|&i| (&places[i].name, &places[i].text, i));
        let doubles = packages.windows(2).filter(|pair| places[pair[0]].text == places[pair[1]].text);
        let doubles: BTreeSet<usize> = doubles.map(|pair| pair[1]).collect();
        packages.retain(|i| !doubles.contains(i));
        // What follows the list stands on the line of its last package: that place is not given up.
        let mut empty = doubles;
        if empty.remove(&(places.len() - 1)) {
            empty.extend(sorted.clone().rev().skip(1).find(|i| !empty.contains(i)));
        }
        let mut packages = packages.into_iter();
        for place in sorted {
            order[place] = if empty.contains(&place) { None } else { packages.next() };
        }
    }
    order
}
