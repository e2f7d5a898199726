//! The table of `pin-digest`: how registries are asked.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use toml::Spanned;
use toml::de::DeValue;

use super::reader::Reader;
use crate::digests::RegistrySettings;

const KEYS: &[&str] = &["timeout", "cache-hours", "plain-http", "ca-file"];

/// The longest time limit, in seconds.
const LONGEST: u64 = 600;

/// The longest time that an answer is kept, in hours: a year.
const OLDEST: u64 = 24 * 366;

/// Reads the table into `settings`.
pub(super) fn read(
    reader: &Reader<'_>,
    value: &Spanned<DeValue<'_>>,
    settings: &mut RegistrySettings,
) -> Result<()> {
    for (key, offset, value) in reader.entries(value)? {
        let at = reader.at_key(key);
        match key {
            "timeout" => settings.timeout = Duration::from_secs(at.number(value, 1..=LONGEST)?),
            "cache-hours" => settings.keep = Duration::from_secs(60 * 60 * at.number(value, 0..=OLDEST)?),
            "plain-http" => {
                settings.plain_http =
                    at.strings(value)?.into_iter().map(|(_, host)| host.to_owned()).collect();
            }
            "ca-file" => {
                let folder = reader.path.parent().unwrap_or(Path::new(""));
                settings.ca_file = Some(folder.join(at.string(value)?));
            }
            key => return Err(reader.unknown(key, offset, KEYS)),
        }
    }
    Ok(())
}
