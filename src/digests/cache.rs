//! Digests on disk: one small file for each reference, written whole or not at all, so that any number of calls may
//! share them. Whatever goes wrong with it costs a request, and no more.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dfopt_analysis::Reference;
use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

/// The most bytes of a file.
const LIMIT: u64 = 4096;

/// The user's digests.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
}

/// What a file holds.
#[derive(Deserialize, Serialize)]
struct Entry {
    /// The reference in full: a file system may take `Latest` and `latest` for one.
    reference: String,
    digest: String,
    /// Seconds since 1970.
    asked: u64,
}

impl Cache {
    /// In `DFOPT_CACHE_DIR`, else `dfopt` in the user's cache folder. None where there is neither.
    pub(super) fn of_user() -> Option<Self> {
        let set = std::env::var_os("DFOPT_CACHE_DIR").filter(|value| !value.is_empty()).map(PathBuf::from);
        let default = || Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("dfopt"));
        Some(Self { folder: set.or_else(default)?.join("digests") })
    }

    /// The digest of `reference`, where it was asked for within `keep`.
    pub(super) fn get(&self, reference: &Reference, keep: Duration) -> Option<String> {
        let mut text = String::new();
        fs::File::open(self.path(reference)).ok()?.take(LIMIT).read_to_string(&mut text).ok()?;
        let entry: Entry = serde_json::from_str(&text).ok()?;
        // A time to come is no time that something was asked at.
        let age = now().checked_sub(Duration::from_secs(entry.asked))?;
        let is_digest = || Reference::parse(&format!("image@{}", entry.digest)).is_some();
        (entry.reference == reference.to_string() && age < keep && is_digest()).then_some(entry.digest)
    }

    /// Keeps the digest that `reference` has now.
    pub(super) fn put(&self, reference: &Reference, digest: &str) {
        let entry =
            Entry { reference: reference.to_string(), digest: digest.to_owned(), asked: now().as_secs() };
        let path = self.path(reference);
        let write = || -> Option<()> {
            let folder = path.parent()?;
            fs::create_dir_all(folder).ok()?;
            let mut file = NamedTempFile::new_in(folder).ok()?;
            file.write_all(&serde_json::to_vec(&entry).ok()?).ok()?;
            file.persist(&path).ok()?;
            Some(())
        };
        let _ = write();
    }

    /// `docker.io/library/python/@3.13`: no part of a path starts so, and none is `..`. Colons are not for file
    /// names everywhere.
    fn path(&self, reference: &Reference) -> PathBuf {
        let domain = reference.domain.replace([':', '[', ']'], "_");
        let mut path = self.folder.join(domain);
        path.extend(reference.path.split('/'));
        path.join(format!("@{}", reference.tag_or_latest()))
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn digest(digit: &str) -> String {
        format!("sha256:{}", digit.repeat(64))
    }

    #[test]
    fn keeps_what_it_is_given() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache { folder: folder.path().to_owned() };
        let python = Reference::parse("python:3.13").unwrap();
        let local = Reference::parse("[::1]:5000/python/3.13:Latest").unwrap();
        assert_eq!(cache.get(&python, DAY), None);
        cache.put(&python, &digest("a"));
        cache.put(&local, &digest("b"));
        cache.put(&python, &digest("c"));
        assert_eq!(cache.get(&python, DAY), Some(digest("c")));
        assert_eq!(cache.get(&local, DAY), Some(digest("b")));
        assert_eq!(cache.get(&python, Duration::ZERO), None);
    }

    #[test]
    fn believes_no_file_that_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache { folder: folder.path().to_owned() };
        let python = Reference::parse("python:3.13").unwrap();
        let entry = |reference: &str, digest: &str, asked: u64| {
            format!(r#"{{"reference":"{reference}","digest":"{digest}","asked":{asked}}}"#)
        };
        let name = "docker.io/library/python:3.13";
        let good = entry(name, &digest("a"), now().as_secs());
        cache.put(&python, &digest("a"));
        fs::write(cache.path(&python), &good).unwrap();
        assert_eq!(cache.get(&python, DAY), Some(digest("a")));
        for wrong in [
            entry("docker.io/library/python:3.14", &digest("a"), now().as_secs()),
            entry(name, "sha256:short\\nFROM evil", now().as_secs()),
            entry(name, &digest("a"), now().as_secs() + 3600),
            entry(name, &digest("a"), now().as_secs() - 2 * DAY.as_secs()),
            good[..good.len() - 1].to_owned(),
            String::new(),
            format!("{}{good}", " ".repeat(LIMIT as usize)),
        ] {
            fs::write(cache.path(&python), wrong).unwrap();
            assert_eq!(cache.get(&python, DAY), None);
        }
    }
}
