//! The table of `non-root-user`.
//!
//! ```toml
//! [non-root-user]
//! name = "app"                            # the user that is made where an image has none for applications
//! uid = 10001
//! gid = 10001
//!
//! [[non-root-user.images]]
//! name = "registry.example/base/*"        # without tag; `*` is any text
//! family = "debian"                       # the distribution
//! default-user = { name = "app", uid = 1001 }  # as whom containers start; root where it is left out
//! account = { name = "app", uid = 1001, gid = 1001, group = "app", home = "/home/app" }  # for applications
//! entrypoint = "runs-command"             # what its ENTRYPOINT does with a command
//! command = ["python3"]                   # what runs where a Dockerfile says nothing
//! ports = [8080]                          # what it exposes
//! writable = ["/data"]                    # folders that every user may write to
//! ```

use std::borrow::Cow;

use anyhow::Result;
use dfopt_analysis::{Account, Entrypoint, Family, Profile};
use dfopt_transforms::Users;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::reader::{Reader, entries};

const KEYS: &[&str] = &["name", "uid", "gid", "images"];

const IMAGE_KEYS: &[&str] =
    &["name", "family", "default-user", "account", "entrypoint", "command", "ports", "writable"];

const ACCOUNT_KEYS: &[&str] = &["name", "uid", "gid", "group", "home"];

const FAMILIES: &[(&str, Family)] = &[
    ("alpine", Family::Alpine),
    ("amazon-linux", Family::AmazonLinux),
    ("arch", Family::Arch),
    ("azure-linux", Family::AzureLinux),
    ("busybox", Family::BusyBox),
    ("debian", Family::Debian),
    ("distroless", Family::Distroless),
    ("red-hat", Family::RedHat),
    ("red-hat-minimal", Family::RedHatMinimal),
    ("scratch", Family::Scratch),
    ("suse", Family::Suse),
    ("ubuntu", Family::Ubuntu),
    ("windows", Family::Windows),
    ("wolfi", Family::Wolfi),
];

const ENTRYPOINTS: &[(&str, Entrypoint)] = &[
    ("runs-command", Entrypoint::RunsCommand),
    ("drops-root", Entrypoint::DropsRoot),
    ("needs-root", Entrypoint::NeedsRoot),
    ("platform", Entrypoint::Platform),
];

/// The largest number that every tool takes for one: `-1` and `-2` of 32 bits have meanings of their own.
const LARGEST: u64 = (1 << 31) - 2;

/// Reads the table into `users`.
pub(super) fn read(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>, users: &mut Users) -> Result<()> {
    for (key, offset, value) in reader.entries(value)? {
        let reader = reader.at_key(key);
        match key {
            "name" => users.name = user_name(&reader, value)?.to_owned(),
            "uid" => users.uid = id(&reader, value, 1)?,
            "gid" => users.gid = id(&reader, value, 1)?,
            "images" => {
                for table in reader.tables(value)? {
                    users.images.push(image(&reader, value, table)?);
                }
            }
            key => return Err(reader.unknown(key, offset, KEYS)),
        }
    }
    Ok(())
}

fn image(reader: &Reader<'_>, list: &Spanned<DeValue<'_>>, table: &DeTable<'_>) -> Result<(String, Profile)> {
    let mut name = "";
    let mut family = None;
    let mut profile = Profile {
        family: Family::Scratch,
        default_user: None,
        account: None,
        entrypoint: Entrypoint::RunsCommand,
        command: Cow::Borrowed(&[]),
        ports: Cow::Borrowed(&[]),
        writable: Cow::Borrowed(&[]),
    };
    for (key, offset, value) in entries(table) {
        let reader = reader.at_key(key);
        match key {
            "name" => name = image_name(&reader, value)?,
            "family" => family = Some(reader.choice(value, FAMILIES)?),
            "default-user" => profile.default_user = Some(account(&reader, value)?),
            "account" => profile.account = Some(account(&reader, value)?),
            "entrypoint" => profile.entrypoint = reader.choice(value, ENTRYPOINTS)?,
            "command" => profile.command = words(&reader, value)?,
            "ports" => profile.ports = ports(&reader, value)?,
            "writable" => {
                profile.writable = words(&reader, value)?;
                if !profile.writable.iter().all(|folder| folder.starts_with('/')) {
                    return Err(reader.wrong(value, "must be paths from the root: [\"/data\"]"));
                }
            }
            key => return Err(reader.unknown(key, offset, IMAGE_KEYS)),
        }
    }
    match family {
        Some(family) if !name.is_empty() => Ok((name.to_owned(), Profile { family, ..profile })),
        _ => Err(reader.wrong(list, "needs a `name` and a `family` in each table")),
    }
}

fn account(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>) -> Result<Account> {
    let mut name = "";
    let (mut uid, mut gid, mut group, mut home) = (None, None, None, None);
    for (key, offset, field) in reader.entries(value)? {
        let reader = reader.at_key(key);
        match key {
            "name" => name = user_name(&reader, field)?,
            "uid" => uid = Some(id(&reader, field, 1)?),
            // The group of root is what OpenShift wants.
            "gid" => gid = Some(id(&reader, field, 0)?),
            "group" => group = Some(group_name(&reader, field)?),
            "home" => {
                let path = reader.string(field)?;
                if !path.starts_with('/') {
                    return Err(reader.wrong(field, "must be a path from the root"));
                }
                home = Some(Cow::Owned(path.to_owned()));
            }
            key => return Err(reader.unknown(key, offset, ACCOUNT_KEYS)),
        }
    }
    let Some(uid) = uid.filter(|_| !name.is_empty()) else {
        return Err(reader.wrong(value, "needs a `name` and a `uid`"));
    };
    let group = group.unwrap_or(if gid == Some(0) { "root" } else { name });
    Ok(Account {
        name: Cow::Owned(name.to_owned()),
        uid,
        gid: gid.unwrap_or(uid),
        group: Cow::Owned(group.to_owned()),
        home,
        variable: None,
    })
}

/// A user that is not root.
fn user_name<'v>(reader: &Reader<'_>, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str> {
    match group_name(reader, value)? {
        "root" => Err(reader.wrong(value, "must not be root")),
        name => Ok(name),
    }
}

/// As `useradd` and `adduser` take it everywhere.
fn group_name<'v>(reader: &Reader<'_>, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str> {
    let is_first = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let is_inner = |byte: u8| is_first(byte) || byte.is_ascii_digit() || byte == b'-';
    let name = reader.string(value)?;
    let is_name = name.bytes().next().is_some_and(is_first) && name.bytes().all(is_inner) && name.len() <= 32;
    let message =
        "must be a name of at most 32 lower-case letters, digits, `_` and `-`, and start with no digit";
    is_name.then_some(name).ok_or_else(|| reader.wrong(value, message))
}

fn id(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>, smallest: u64) -> Result<u32> {
    let number = reader.number(value, smallest..=LARGEST)?;
    Ok(u32::try_from(number).expect("invariant: the range fits"))
}

/// The name that references are compared with, which have neither tag nor digest then.
fn image_name<'v>(reader: &Reader<'_>, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str> {
    let name = reader.string(value)?;
    let last = name.rsplit('/').next().unwrap_or(name);
    match last.contains([':', '@']) || name.contains(char::is_whitespace) {
        true => Err(reader.wrong(value, "must be a name without tag and digest")),
        false => Ok(name),
    }
}

fn words(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>) -> Result<Cow<'static, [Cow<'static, str>]>> {
    let words = reader.strings(value)?.into_iter().map(|(_, word)| Cow::Owned(word.to_owned()));
    Ok(words.collect())
}

fn ports(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>) -> Result<Cow<'static, [u16]>> {
    let wrong = || reader.wrong(value, "must be a list of numbers: [8080]");
    let items = value.get_ref().as_array().ok_or_else(wrong)?;
    let port = |item: &Spanned<DeValue<'_>>| {
        let number = reader.number(item, 1..=u64::from(u16::MAX))?;
        Ok(u16::try_from(number).expect("invariant: the range fits"))
    };
    items.iter().map(port).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    fn users(text: &str) -> Users {
        Config::parse(Path::new("dfopt.toml"), text).unwrap().selection.settings.users
    }

    #[test]
    fn the_user_is_app_if_nothing_is_said() {
        let Users { name, uid, gid, images } = users("[non-root-user]\n");
        assert_eq!((name.as_str(), uid, gid, images.len()), ("app", 10001, 10001, 0));
        let Users { name, uid, gid, .. } = users("[non-root-user]\nname = \"web\"\nuid = 20\ngid = 30\n");
        assert_eq!((name.as_str(), uid, gid), ("web", 20, 30));
    }

    #[test]
    fn every_field_of_an_image_is_read() {
        let users = users(
            r#"
            [[non-root-user.images]]
            name = "registry.example:5000/base/*"
            family = "red-hat-minimal"
            default-user = { name = "svc", uid = 1001, gid = 0 }
            account = { name = "app", uid = 1002, gid = 1003, group = "apps", home = "/home/app" }
            entrypoint = "drops-root"
            command = ["java", "-jar"]
            ports = [80, 8080]
            writable = ["/data"]

            [[non-root-user.images]]
            name = "plain"
            family = "alpine"
            account = { name = "app", uid = 1001 }
            "#,
        );
        let account = |name: &str, uid, gid, group: &str| Account {
            name: name.to_owned().into(),
            uid,
            gid,
            group: group.to_owned().into(),
            home: None,
            variable: None,
        };
        let profile = Profile {
            family: Family::RedHatMinimal,
            default_user: Some(account("svc", 1001, 0, "root")),
            account: Some(Account { home: Some("/home/app".into()), ..account("app", 1002, 1003, "apps") }),
            entrypoint: Entrypoint::DropsRoot,
            command: vec!["java".into(), "-jar".into()].into(),
            ports: vec![80, 8080].into(),
            writable: vec!["/data".into()].into(),
        };
        assert_eq!(Profile::of("registry.example:5000/base/java:17", &users.images), Some(profile));
        let plain = Profile::of("plain", &users.images).unwrap();
        assert_eq!((plain.family, plain.entrypoint), (Family::Alpine, Entrypoint::RunsCommand));
        assert_eq!((plain.account, plain.default_user), (Some(account("app", 1001, 1001, "app")), None));
    }

    #[test]
    fn the_page_on_images_names_every_family() {
        assert!(FAMILIES.is_sorted_by_key(|(name, _)| *name));
        let names: Vec<&str> = FAMILIES.iter().map(|(name, _)| *name).collect();
        let page = include_str!("../../docs/images.md");
        assert!(page.contains(&format!("| the distribution: {} |", names.join(", "))));
        assert!(ENTRYPOINTS.iter().all(|(name, _)| page.contains(&format!("`{name}`"))));
        let names_key = |key: &&str| page.contains(&format!("\n| {key} |"));
        assert!(IMAGE_KEYS.iter().all(names_key));
    }
}
