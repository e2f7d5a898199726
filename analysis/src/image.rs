//! What is known of base images.

mod name;
mod packages;
mod profile;
mod table;

pub use profile::{Account, Entrypoint, Family, Profile, Tools};

use crate::paths::{below, is_application_folder};

/// An official image of Docker Hub, or a mirror of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseImage<'r> {
    /// The name: `python` in `docker.io/library/python:3.13-slim`.
    pub name: &'r str,
    /// The tag as written, variables and all; empty where there is none.
    pub tag: &'r str,
}

/// Official images for Linux whose configuration sets neither SHELL nor BASH_ENV, and what their ENTRYPOINT runs
/// just as it is: any command, or those of the list. Most have no ENTRYPOINT; `docker-php-entrypoint` runs what
/// does not start with a dash; `docker-entrypoint.sh` of node runs what is found in `PATH`, unless the working
/// directory has a file of that name. Sources: the Dockerfiles and scripts in github.com/docker-library,
/// nodejs/docker-node, rust-lang/docker-rust and those that
/// <https://github.com/docker-library/official-images/tree/master/library> names for the others.
const RUNS_COMMANDS: &[(&str, Option<&[&str]>)] = &[
    ("almalinux", None),
    ("alpine", None),
    ("amazoncorretto", None),
    ("amazonlinux", None),
    ("archlinux", None),
    ("buildpack-deps", None),
    ("busybox", None),
    ("centos", None),
    ("debian", None),
    ("elixir", None),
    ("erlang", None),
    ("fedora", None),
    ("gcc", None),
    ("golang", None),
    ("node", Some(&["node", "npm", "npx", "pnpm", "yarn", "yarnpkg"])),
    ("openjdk", None),
    ("oraclelinux", None),
    ("perl", None),
    ("php", None),
    ("pypy", None),
    ("python", None),
    ("rockylinux", None),
    ("ruby", None),
    ("rust", None),
    ("swift", None),
    ("ubuntu", None),
];

/// What an image has at the path of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nothing.
    Absent,
    /// A folder with nothing in it.
    Empty,
    /// Something, or it is not known.
    Unknown,
}

/// An image of which it is known what stands outside of the system's folders.
struct Layout {
    image: &'static str,
    /// Folders in which there is nothing that an application could meet.
    folders: &'static [&'static str],
    /// What the paths with something in them start with.
    taken: &'static [&'static str],
}

/// Official images, and what their Dockerfiles (<https://github.com/docker-library/official-images>) leave in
/// folders that an application may have for itself. Sorted.
const LAYOUTS: &[Layout] = &[
    Layout { image: "almalinux", folders: &[], taken: &[] },
    Layout { image: "alpine", folders: &[], taken: &[] },
    Layout { image: "amazoncorretto", folders: &[], taken: &[] },
    Layout { image: "amazonlinux", folders: &[], taken: &[] },
    Layout { image: "buildpack-deps", folders: &[], taken: &[] },
    Layout { image: "centos", folders: &[], taken: &[] },
    Layout { image: "debian", folders: &[], taken: &[] },
    // JAVA_HOME: adoptium/containers
    Layout { image: "eclipse-temurin", folders: &[], taken: &["/opt/java"] },
    Layout { image: "elixir", folders: &[], taken: &["/usr/local/src"] },
    Layout { image: "erlang", folders: &[], taken: &["/usr/local/src"] },
    Layout { image: "fedora", folders: &[], taken: &[] },
    Layout { image: "gcc", folders: &[], taken: &[] },
    Layout { image: "golang", folders: &["/go/src"], taken: &[] },
    Layout { image: "httpd", folders: &[], taken: &["/usr/local/apache2"] },
    Layout { image: "maven", folders: &[], taken: &["/opt/java"] },
    Layout { image: "nginx", folders: &[], taken: &["/docker-entrypoint.d"] },
    // A user with a home; Yarn: nodejs/docker-node
    Layout { image: "node", folders: &["/home/node"], taken: &["/opt/yarn-"] },
    Layout { image: "openjdk", folders: &[], taken: &["/usr/java", "/usr/local/openjdk-", "/opt/"] },
    Layout { image: "oraclelinux", folders: &[], taken: &[] },
    Layout { image: "perl", folders: &[], taken: &[] },
    // `mkdir -p /var/www/html`, for all variants: docker-library/php
    Layout { image: "php", folders: &["/var/www/html"], taken: &[] },
    Layout { image: "python", folders: &[], taken: &[] },
    Layout { image: "rockylinux", folders: &[], taken: &[] },
    Layout { image: "ruby", folders: &[], taken: &[] },
    Layout { image: "rust", folders: &[], taken: &[] },
    // A user with a home, from 23.04 on.
    Layout { image: "ubuntu", folders: &["/home/ubuntu"], taken: &[] },
];

/// Folders that each of these images has.
const EVERYWHERE: &[&str] = &[
    "/",
    "/etc",
    "/home",
    "/mnt",
    "/opt",
    "/root",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/sbin",
    "/usr/local/share",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/cache",
    "/var/lib",
    "/var/log",
];

impl<'r> BaseImage<'r> {
    /// Takes `reference` apart; none where it is no official image, or where a variable is part of its name.
    ///
    /// Official are plain names (`python`), those of `docker.io`, and every `…/library/NAME`, which is how
    /// mirrors call them. `example.com/python` may be anything.
    pub fn official(reference: &'r str) -> Option<Self> {
        let repository = reference.split('@').next().unwrap_or(reference);
        let (folder, last) = repository.rsplit_once('/').unwrap_or(("", repository));
        let is_official = matches!(folder, "" | "docker.io" | "index.docker.io")
            || folder.rsplit('/').next() == Some("library");
        let (name, tag) = last.split_once(':').unwrap_or((last, ""));
        (is_official && !folder.contains('$') && !name.contains('$')).then_some(Self { name, tag })
    }

    /// What the image has at `path`.
    pub fn presence(&self, path: &str) -> Presence {
        let Some(layout) = self.layout().filter(|_| is_application_folder(path)) else {
            return Presence::Unknown;
        };
        let is_taken = |start: &str| path.starts_with(start) || below(start, path).is_some();
        match layout.folders.iter().any(|folder| below(folder, path).is_some()) {
            true if layout.folders.contains(&path) => Presence::Empty,
            false if !layout.taken.iter().any(|start| is_taken(start)) => Presence::Absent,
            _ => Presence::Unknown,
        }
    }

    /// True where the image is known to have the folder `path`.
    pub fn has_folder(&self, path: &str) -> bool {
        self.layout().is_some_and(|layout| {
            EVERYWHERE.contains(&path) || layout.folders.iter().any(|folder| below(folder, path).is_some())
        })
    }

    /// None where the image is not known, or runs instructions of its own in the build.
    fn layout(&self) -> Option<&'static Layout> {
        let has_triggers = self.tag.contains("onbuild");
        LAYOUTS.iter().find(|layout| layout.image == self.name && !has_triggers)
    }

    /// True where the image leaves it to `/bin/sh` to read the shell form, and to no set-up before it.
    pub fn has_plain_shell(&self) -> bool {
        self.runs().is_some()
    }

    /// True where a container of the image runs a command that starts with `program` just as it is.
    pub fn runs_as_it_is(&self, program: &str) -> bool {
        self.runs().is_some_and(|only| only.is_none_or(|only| only.contains(&program)))
    }

    fn runs(&self) -> Option<Option<&'static [&'static str]>> {
        let is_windows = ["windows", "nanoserver"].iter().any(|part| self.tag.contains(part));
        let row = RUNS_COMMANDS.iter().find(|(name, _)| *name == self.name)?;
        (!is_windows).then_some(row.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presence(image: &str, path: &str) -> Presence {
        BaseImage::official(image).unwrap().presence(path)
    }

    #[test]
    fn layouts_are_sorted() {
        assert!(LAYOUTS.is_sorted_by_key(|layout| layout.image));
    }

    #[test]
    fn folders_are_absent_empty_or_unknown() {
        assert_eq!(presence("debian:12", "/app"), Presence::Absent);
        assert_eq!(presence("php:8-apache", "/var/www/html"), Presence::Empty);
        assert_eq!(presence("php:8-apache", "/var/www/html/app"), Presence::Absent);
        for (image, path) in [
            ("php:8", "/var/www"),
            ("debian", "/usr/share/app"),
            ("postgres", "/app"),
            ("node:8-onbuild", "/app"),
            ("node:22", "/opt/yarn-v1.22.22"),
            ("node:22", "/home/node"),
            ("maven:3", "/opt/java/openjdk"),
        ] {
            assert_eq!(presence(image, path), Presence::Unknown, "{image} {path}");
        }
        let has_folder = |image, path| BaseImage::official(image).unwrap().has_folder(path);
        assert!(
            has_folder("php", "/var/www") && has_folder("alpine", "/opt") && has_folder("node", "/home/node")
        );
        assert!(!has_folder("alpine", "/usr/src") && !has_folder("postgres", "/opt"));
    }
}
