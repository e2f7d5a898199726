//! Which recommended packages a command has to name.

use std::collections::{BTreeMap, BTreeSet};

use dfopt_analysis::packages::PackageCommand;
use dfopt_analysis::packages::recommends::{ReliedOn, rows};
use dfopt_analysis::{After, BaseImage, Build, Stage};

use super::names::Asked;
use super::{Declined, Site};

/// What has to be named, and why.
pub(super) struct Needed {
    pub(super) packages: Vec<&'static str>,
    pub(super) why: BTreeSet<&'static str>,
}

/// What is installed for sure, as far as the file tells.
#[derive(Default)]
pub(super) struct Installed {
    here: BTreeSet<String>,
    /// At the end of each stage.
    after: BTreeMap<usize, BTreeSet<String>>,
}

impl Installed {
    /// Begins with what the stage is built from.
    pub(super) fn enter(&mut self, build: &Build<'_>, stage: &Stage) {
        let parent = build.ancestry(stage).nth(1).and_then(|parent| self.after.get(&parent.index));
        self.here = match parent {
            Some(packages) => packages.clone(),
            None => {
                let image = build.base_image(stage.instructions.start).and_then(BaseImage::official);
                image.into_iter().flat_map(|image| image.packages()).map(str::to_owned).collect()
            }
        };
    }

    pub(super) fn leave(&mut self, stage: &Stage) {
        self.after.insert(stage.index, std::mem::take(&mut self.here));
    }

    /// Adds the packages of a command that runs for sure.
    pub(super) fn add(&mut self, command: &PackageCommand<'_>) {
        if command.invocation.is_plain() {
            let names = command.operands.iter().filter_map(|word| command.package_name(word));
            self.here.extend(names.map(std::borrow::Cow::into_owned));
        }
    }

    /// Adds packages that a rewrite names.
    pub(super) fn add_named(&mut self, packages: &[&str]) {
        self.here.extend(packages.iter().map(|&package| package.to_owned()));
    }

    fn brings(&self, row: &ReliedOn) -> bool {
        self.here.iter().any(|package| row.is_brought_by(package))
    }
}

/// What the file says that it needs, looked up once for each stage.
#[derive(Default)]
pub(super) struct Needs {
    mentioned: BTreeMap<(usize, &'static str), bool>,
}

impl Needs {
    /// The recommended packages that the command has to name.
    pub(super) fn of_command(
        &mut self,
        site: &Site<'_, '_>,
        asked: &Asked,
        installed: &Installed,
    ) -> Result<Needed, Declined> {
        let image = site.build.base_image(site.index);
        let applies = |row: &&ReliedOn| {
            asked.names.iter().any(|package| row.is_about(package))
                && !asked.names.iter().any(|package| row.is_brought_by(package))
                && !installed.brings(row)
        };
        let mut needed = Needed { packages: Vec::new(), why: BTreeSet::new() };
        for row in rows().filter(applies) {
            let is_of_release = row.releases.include(image);
            if is_of_release == Some(false)
                || !row.mentions.is_empty() && !row.mentions.iter().any(|text| self.is_mentioned(site, text))
            {
                continue;
            }
            if is_of_release.is_none() {
                let recommended = row.recommended.join(" ");
                let reason = format!(
                    "`{recommended}` belongs to some releases only, and which one the base image is is not known"
                );
                return Err(Declined::new(reason, "name what is needed, and add --no-install-recommends"));
            }
            needed.packages.extend(row.recommended);
            needed.why.insert(row.need);
        }
        needed.packages.retain(|&package| !asked.names.contains(package));
        needed.packages.sort_unstable();
        needed.packages.dedup();
        Ok(needed)
    }

    /// True where the stage, one that it is built from, or one that is built from it, holds the text.
    fn is_mentioned(&mut self, site: &Site<'_, '_>, text: &'static str) -> bool {
        let build = site.build;
        let Some(stage) = build.stage_of(site.index) else { return false };
        *self.mentioned.entry((stage.index, text)).or_insert_with(|| {
            let holds = |index: usize| holds(build.instruction(index).span.of(build.source()), text);
            let mut lineage = build.lineage(stage);
            let above = |index| if holds(index) { After::Found(()) } else { After::GoOn };
            lineage.any(holds) || build.find_after(stage.instructions.start, above).is_some()
        })
    }
}

/// True where `text` holds `word`: `curl` is no part of `libcurl4-dev`, `.xz` is one of `a.tar.xz`.
fn holds(text: &[u8], word: &str) -> bool {
    let word = word.as_bytes();
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let ends = |own: Option<&u8>, next: Option<&u8>| {
        !(own.is_some_and(|&b| is_letter(b)) && next.is_some_and(|&b| is_letter(b)))
    };
    memchr::memmem::find_iter(text, word).any(|start| {
        let end = start + word.len();
        ends(word.first(), start.checked_sub(1).map(|i| &text[i])) && ends(word.last(), text.get(end))
    })
}
