//! Gemfile.lock, and whether Bundler would write it anew.

use std::collections::{BTreeMap, BTreeSet};

use crate::ecosystems::Refusal;
use crate::ecosystems::versions::satisfies;

use super::gemfile::Gemfile;

/// What a lock file says.
#[derive(Debug, Default)]
pub(super) struct Lock<'t> {
    sources: BTreeSet<&'t str>,
    /// The gems, with the platforms that they are there for: empty for all.
    gems: BTreeMap<&'t str, BTreeSet<&'t str>>,
    /// What the gems require.
    required: BTreeSet<&'t str>,
    platforms: BTreeSet<&'t str>,
    dependencies: BTreeMap<&'t str, BTreeSet<String>>,
    ruby: Option<&'t str>,
    bundler: Option<&'t str>,
    has_git: bool,
    lacks_checksums: bool,
}

impl<'t> Lock<'t> {
    /// # Errors
    /// Where gems come from local folders or plugins, or something is not understood.
    pub(super) fn parse(text: &'t str) -> Result<Self, Refusal> {
        let mut lock = Self::default();
        let mut section = "";
        for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
            let content = line.trim_start();
            let indent = line.len() - content.len();
            if indent == 0 {
                section = line;
                lock.has_git |= line == "GIT";
                let known =
                    ["GEM", "GIT", "PLATFORMS", "DEPENDENCIES", "RUBY VERSION", "BUNDLED WITH", "CHECKSUMS"];
                match line {
                    "PATH" => {
                        return Err(Refusal::new(
                            "Gemfile.lock has gems of a local folder",
                            "copy the folder above the installation by hand",
                        ));
                    }
                    _ if known.contains(&line) => continue,
                    _ => return Err(Refusal::new("Gemfile.lock is not understood", "run `bundle lock`")),
                }
            }
            lock.line(section, indent, content);
        }
        Ok(lock)
    }

    fn line(&mut self, section: &str, indent: usize, content: &'t str) {
        let (name, rest) = content.split_once(" (").unwrap_or((content, ""));
        let rest = rest.trim_end_matches(['!', ')']);
        let name = name.trim_end_matches('!');
        match (section, indent) {
            ("GEM", 2) => {
                if let Some(url) = content.strip_prefix("remote: ") {
                    self.sources.insert(url.trim_end_matches('/'));
                }
            }
            ("GEM" | "GIT", 4) => {
                let platforms = self.gems.entry(name).or_default();
                platforms.insert(rest.split_once('-').map_or("ruby", |(_, platform)| platform));
            }
            ("GEM" | "GIT", 6) => {
                self.required.insert(name);
            }
            ("PLATFORMS", _) => {
                self.platforms.insert(content);
            }
            ("DEPENDENCIES", _) => {
                let requirements = rest.split(',').map(normal).filter(|text| !text.is_empty());
                self.dependencies.insert(name, requirements.collect());
            }
            ("CHECKSUMS", _) => self.lacks_checksums |= !content.contains(" sha256="),
            ("RUBY VERSION", _) => self.ruby = Some(content),
            ("BUNDLED WITH", _) => self.bundler = Some(content),
            _ => {}
        }
    }

    /// Proves that Bundler, which is not frozen, finds nothing to change.
    ///
    /// # Errors
    /// What it might change.
    pub(super) fn check(&self, gemfile: &Gemfile<'_>, ruby_file: Option<&str>) -> Result<(), &'static str> {
        if gemfile.more.is_some() || self.has_git {
            return Err("it cannot be told whether Gemfile.lock fits the Gemfile, and Bundler is not frozen");
        }
        let dependencies: BTreeMap<&str, BTreeSet<String>> = gemfile
            .gems
            .iter()
            .map(|(name, requirements)| {
                let requirements = requirements.as_ref()?.iter().map(|text| normal(text));
                let any = |text: &String| !text.is_empty() && text != ">= 0";
                Some((*name, requirements.filter(any).collect()))
            })
            .collect::<Option<_>>()
            .ok_or("the requirements of a gem in the Gemfile are not known, and Bundler is not frozen")?;
        let sources: BTreeSet<&str> = gemfile.sources.iter().map(|url| url.trim_end_matches('/')).collect();
        if dependencies != self.dependencies || sources != self.sources {
            return Err("Gemfile.lock does not fit the Gemfile: Bundler would write it");
        }
        let is_there = |name: &&str| self.gems.contains_key(name) || *name == "bundler";
        if !self.required.iter().all(is_there) || !gemfile.has_platforms && !dependencies.keys().all(is_there)
        {
            return Err("Gemfile.lock lacks a gem: Bundler would write it");
        }
        if !is_for_linux(&self.platforms) || !self.gems.values().all(is_for_linux) {
            return Err("Gemfile.lock is not for every Linux platform: Bundler may write it");
        }
        if self.lacks_checksums {
            return Err("Gemfile.lock lacks a checksum: Bundler would write it");
        }
        if self.bundler.is_some_and(|version| version.starts_with("1.")) {
            return Err("Gemfile.lock is of Bundler 1: a newer one would write it");
        }
        if !self.fits_ruby(gemfile, ruby_file) {
            return Err("Gemfile.lock may be for another version of Ruby: Bundler would write it");
        }
        Ok(())
    }

    /// `ruby 3.2.2p53`.
    fn fits_ruby(&self, gemfile: &Gemfile<'_>, file: Option<&str>) -> bool {
        let locked = self.ruby.and_then(|ruby| ruby.strip_prefix("ruby "));
        let locked = locked.map(|version| version.split('p').next().unwrap_or_default());
        let wanted: Option<Vec<&str>> = match file {
            Some(text) => {
                // A line `ruby 3.2.2` as in .tool-versions, or all of it.
                let line = text.lines().find_map(|line| line.strip_prefix("ruby "));
                let version = line.unwrap_or(text).split('#').next().unwrap_or_default().trim();
                Some(vec![version.strip_prefix("ruby-").unwrap_or(version)])
            }
            None => gemfile.ruby.clone(),
        };
        match (locked, wanted) {
            (None, None) => self.ruby.is_none(),
            (Some(locked), Some(wanted)) => {
                wanted.iter().all(|requirement| satisfies(locked, requirement) == Some(true))
            }
            _ => false,
        }
    }
}

/// `~>1.2` as `~> 1.2`, `1.2` as `= 1.2`.
fn normal(requirement: &str) -> String {
    let text = requirement.trim();
    let version = text.trim_start_matches(['~', '>', '<', '=', '!']);
    let operator = &text[..text.len() - version.len()];
    match (operator, version.trim()) {
        ("", "") => String::new(),
        ("", version) => format!("= {version}"),
        (operator, version) => format!("{operator} {version}"),
    }
}

/// Whoever builds may do so on either processor, and on either C library. `x86_64-linux` is for both of those.
fn is_for_linux(platforms: &BTreeSet<&str>) -> bool {
    let has = |processor: &str| {
        let has = |system: &str| platforms.contains(format!("{processor}-{system}").as_str());
        has("linux") || has("linux-gnu") && has("linux-musl")
    };
    platforms.contains("ruby") || has("x86_64") && has("aarch64")
}
