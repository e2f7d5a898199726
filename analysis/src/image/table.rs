//! The images that are known: rows by name, each with its variants, the first that a tag may mean first.

mod databases;
mod languages;
mod platforms;
mod row;
mod servers;
mod systems;
mod toolchains;

use std::borrow::Cow;

use super::name::Name;
use super::profile::{Family, Profile};
use row::{Certainty, Image, Variant};

/// Every list of rows; each is sorted by name.
const LISTS: &[&[Image]] = &[
    systems::IMAGES,
    languages::IMAGES,
    toolchains::IMAGES,
    servers::IMAGES,
    databases::IMAGES,
    platforms::IMAGES,
];

/// What tags call the distribution. Where several of them are in a tag, the first of this list counts:
/// `noble-chiseled`, `ubi9-minimal`.
const WORDS: &[(&[&str], &[Family])] = &[
    (&["windows", "nanoserver", "servercore"], &[Family::Windows]),
    (&["chiseled", "distroless"], &[Family::Distroless]),
    (&["minimal"], &[Family::RedHatMinimal, Family::AmazonLinux]),
    (&["alpine"], &[Family::Alpine]),
    (
        &["debian", "wheezy", "jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "forky"],
        &[Family::Debian],
    ),
    (
        &[
            "ubuntu", "precise", "trusty", "xenial", "bionic", "focal", "jammy", "noble", "plucky",
            "questing", "resolute",
        ],
        &[Family::Ubuntu],
    ),
    (&["al2", "amazon", "corretto"], &[Family::AmazonLinux]),
    (&["azurelinux", "cbl", "mariner"], &[Family::AzureLinux]),
    (
        &["alma", "centos", "fedora", "ol7", "ol8", "ol9", "ol10", "oracle", "rhel", "rocky", "ubi"],
        &[Family::RedHat, Family::RedHatMinimal],
    ),
    (&["leap", "opensuse", "tumbleweed"], &[Family::Suse]),
    (&["wolfi"], &[Family::Wolfi]),
    // Made from the slim image of what the others are made from.
    (&["slim"], &[Family::Debian, Family::Ubuntu, Family::RedHat, Family::RedHatMinimal]),
];

/// What is known of the image `name`. None where its tag leaves open which of several variants it is.
pub(super) fn profile(name: &Name<'_>) -> Option<Profile> {
    let image = find(&name.canonical()?)?;
    let candidates = candidates(image, name)?;
    let mut candidates = candidates.into_iter().map(|(variant, family)| variant.profile(family));
    let first = candidates.next()?;
    candidates.try_fold(first, common)
}

/// What holds of both. None where they differ in what matters everywhere.
fn common(one: Profile, other: Profile) -> Option<Profile> {
    let key = |profile: &Profile| (profile.family, profile.entrypoint);
    if key(&one) != key(&other) || one.default_user != other.default_user {
        return None;
    }
    let is_new = |port: &&u16| !one.ports.contains(port);
    let more: Vec<u16> = other.ports.iter().filter(is_new).copied().collect();
    let writable = one.writable.iter().filter(|folder| other.writable.contains(folder)).cloned().collect();
    Some(Profile {
        account: one.account.filter(|account| other.account.as_ref() == Some(account)),
        command: if one.command == other.command { one.command } else { Cow::Borrowed(&[]) },
        ports: one.ports.iter().copied().chain(more).collect(),
        writable,
        ..other
    })
}

/// The row of an image: its own, or that of the longest `*` that stands for it.
fn find(name: &str) -> Option<&'static Image> {
    let row = |name: &str| {
        let of_list = |list: &'static [Image]| list.binary_search_by_key(&name, |image| image.name).ok();
        LISTS.iter().find_map(|list| of_list(list).map(|index| &list[index]))
    };
    let bytes = name.as_bytes();
    let is_end = |at: &usize| {
        let before = bytes[at - 1];
        matches!(before, b'/' | b'-') || bytes[*at].is_ascii_digit() && !before.is_ascii_digit()
    };
    let ends = (1..bytes.len()).rev().filter(is_end);
    row(name).or_else(|| ends.into_iter().find_map(|end| row(&format!("{}*", &name[..end]))))
}

/// The variants and families that the tag may mean: one, where it leaves nothing open. None where one of them is not
/// known.
fn candidates(image: &Image, name: &Name<'_>) -> Option<Vec<(&'static Variant, Family)>> {
    if name.has("onbuild") == Some(true) {
        return None;
    }
    let named = WORDS.iter().find(|(words, _)| words.iter().any(|word| name.has(word) == Some(true)));
    let is_decided = named.is_some() || name.is_certain();
    let mut found = Vec::new();
    for variant in image.variants {
        let Some(holds) = variant.holds(name) else { continue };
        if variant.families.is_empty() {
            return None;
        }
        let before = found.len();
        let families = variant.families.iter().map(|family| (variant, *family));
        match named {
            Some((_, named)) => found.extend(families.filter(|(_, it)| named.contains(it)).take(1)),
            None => found.extend(families.take(if is_decided { 1 } else { usize::MAX })),
        }
        let is_only_one = variant.has_word() && variant.families.len() == 1;
        if holds == Certainty::Certain && found.len() > before && (is_decided || is_only_one) {
            break;
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::row::When;
    use super::*;

    fn images() -> impl Iterator<Item = &'static Image> {
        LISTS.iter().flat_map(|list| list.iter())
    }

    fn named<'n>(repository: &'n str, tag: &'n str) -> Name<'n> {
        Name { repository, tag: Some(tag) }
    }

    #[test]
    fn each_row_is_found_by_its_name() {
        for list in LISTS {
            assert!(list.is_sorted_by(|one, other| one.name < other.name), "{}", list[0].name);
        }
        for image in images() {
            let reference = image.name.replace('*', "0");
            let name = named(&reference, "1").canonical().unwrap().into_owned();
            assert_eq!(find(&name).map(|found| found.name), Some(image.name));
        }
    }

    /// Tags with up to two words, of which one is of the variant.
    fn tags(variant: &Variant) -> Vec<String> {
        let of_condition = |condition: &When| match condition {
            When::Word(words) => words.to_vec(),
            When::From(..) | When::Before(..) => Vec::new(),
        };
        let mut own: Vec<&str> = variant.conditions.iter().flat_map(of_condition).collect();
        own.push("x");
        let others: Vec<&str> =
            WORDS.iter().flat_map(|(words, _)| words.to_vec()).chain(own.clone()).collect();
        let versions =
            ["", "1.0-", "2.0-", "2.7-", "3.9-", "5-", "7.0-", "8.0-", "9.0-", "10.0-", "12-", "41-"];
        let pairs = own.iter().flat_map(|own| others.iter().map(move |other| format!("{own}-{other}")));
        pairs.flat_map(|pair| versions.map(|version| format!("{version}{pair}"))).collect()
    }

    #[test]
    fn each_variant_and_family_is_what_some_tag_means() {
        for image in images() {
            let repository = image.name.replace('*', "0");
            for variant in image.variants {
                let tags = tags(variant);
                if variant.families.is_empty() {
                    assert!(tags.iter().any(|tag| candidates(image, &named(&repository, tag)).is_none()));
                }
                for family in variant.families {
                    let is_meant = tags.iter().any(|tag| {
                        let found = candidates(image, &named(&repository, tag)).unwrap_or_default();
                        found.len() == 1 && std::ptr::eq(found[0].0, variant) && found[0].1 == *family
                    });
                    assert!(is_meant, "{} on {family:?}, {:?}", image.name, variant.command);
                }
            }
        }
    }
}
