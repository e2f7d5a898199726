//! How containers of an image run: the users that are there, how one is made, and what starts.

use std::borrow::Cow;

use super::name::Name;
use super::table;

/// What is known of how containers of an image run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The distribution it is made from, as far as accounts depend on it.
    pub family: Family,
    /// The account that containers start as; none for root.
    pub default_user: Option<Account>,
    /// An account that is there for applications to run as.
    pub account: Option<Account>,
    /// What the ENTRYPOINT of the image does with a command.
    pub entrypoint: Entrypoint,
    /// What runs where the file names no command: program and arguments. Empty where the image has none, or where
    /// it is not known.
    pub command: Cow<'static, [Cow<'static, str>]>,
    /// The ports that it exposes, or that its variables have a server listen on.
    pub ports: Cow<'static, [u16]>,
    /// Folders that every user may write to, beside `/tmp` and `/var/tmp`.
    pub writable: Cow<'static, [Cow<'static, str>]>,
}

/// An entry of `/etc/passwd`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: Cow<'static, str>,
    /// The number of the user.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
    /// The name of its group.
    pub group: Cow<'static, str>,
    /// Its home, where that folder is there and belongs to it.
    pub home: Option<Cow<'static, str>>,
    /// The variable of the image's configuration that holds the number of the user: `APP_UID`.
    pub variable: Option<Cow<'static, str>>,
}

/// What the ENTRYPOINT of an image does with the command that it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrypoint {
    /// There is none, or it runs the command as it is, as the user that it is started as.
    RunsCommand,
    /// Started as root, it prepares something and gives root up itself.
    DropsRoot,
    /// It does what only root may.
    NeedsRoot,
    /// The platform that the image is for starts it in its own way, and chooses the user itself.
    Platform,
}

/// Distributions, as far as accounts depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Debian. `adduser` is gone from Debian 13; `useradd` is essential there.
    Debian,
    /// Ubuntu. From 23.04 on the number 1000 is taken.
    Ubuntu,
    /// Alpine.
    Alpine,
    /// BusyBox alone.
    BusyBox,
    /// Wolfi and Chainguard's images with a shell.
    Wolfi,
    /// Fedora, RHEL, UBI and those made from them, with `shadow-utils`.
    RedHat,
    /// The same without it, or where it is not known to be there: `ubi-minimal` (from 9.3), `ubi-micro`,
    /// `fedora-minimal`, Rocky's minimal images.
    RedHatMinimal,
    /// Amazon Linux, which has no `shadow-utils`.
    AmazonLinux,
    /// Azure Linux and CBL-Mariner, which have no `shadow-utils`.
    AzureLinux,
    /// openSUSE and SLE. Tumbleweed has no `useradd` since 2022 (os-autoinst/os-autoinst#2128).
    Suse,
    /// Arch Linux.
    Arch,
    /// No shell and no package manager, but `/etc/passwd` with `nonroot`.
    Distroless,
    /// Nothing at all.
    Scratch,
    /// Windows.
    Windows,
}

/// With what an account is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tools {
    /// `groupadd` and `useradd` of shadow.
    Shadow,
    /// `addgroup` and `adduser` of BusyBox.
    BusyBox,
    /// A shell, and nothing that makes accounts: lines are added to `/etc/passwd` and `/etc/group`.
    Shell,
    /// Nothing runs there: a number has to do.
    Nothing,
}

impl Profile {
    /// What is known of the image `reference`, which may hold variables: of an image in `added`, by its name, in
    /// which `*` is any text, or of one in the table.
    pub fn of(reference: &str, added: &[(String, Self)]) -> Option<Self> {
        let name = Name::of(reference)?;
        let given = added.iter().find(|(pattern, _)| is_match(pattern, name.repository));
        match given {
            Some((_, profile)) => Some(profile.clone()),
            None => table::profile(&name),
        }
    }
}

impl Family {
    /// With what accounts are made; none for Windows, whose users are none of Linux.
    pub fn tools(self) -> Option<Tools> {
        match self {
            Self::Debian | Self::Ubuntu | Self::RedHat | Self::Arch => Some(Tools::Shadow),
            Self::Alpine | Self::BusyBox | Self::Wolfi => Some(Tools::BusyBox),
            Self::RedHatMinimal | Self::AmazonLinux | Self::AzureLinux | Self::Suse => Some(Tools::Shell),
            Self::Distroless | Self::Scratch => Some(Tools::Nothing),
            Self::Windows => None,
        }
    }
}

/// Whether `text` is what `pattern` says, in which `*` is any text.
fn is_match(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        match text.find(part) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(reference: &str) -> Option<Profile> {
        Profile::of(reference, &[])
    }

    fn family(reference: &str) -> Option<Family> {
        of(reference).map(|profile| profile.family)
    }

    /// The name of the account for applications, and its number.
    fn account(reference: &str) -> Option<(String, u32)> {
        of(reference)?.account.map(|account| (account.name.into_owned(), account.uid))
    }

    fn default_user(reference: &str) -> Option<(String, u32, u32)> {
        of(reference)?.default_user.map(|user| (user.name.into_owned(), user.uid, user.gid))
    }

    #[test]
    fn words_of_the_tag_decide_the_family() {
        use Family::*;
        for (reference, expected) in [
            ("python", Debian),
            ("python:3.13-slim", Debian),
            ("python:3.13-alpine3.20", Alpine),
            ("python:3.13-windowsservercore-ltsc2022", Windows),
            ("docker.io/library/python:3.13-alpine@sha256:0", Alpine),
            ("python:${V}-slim", Debian),
            ("python:$V-alpine", Alpine),
            ("node:${V}-bookworm", Debian),
            ("debian:$V", Debian),
            ("debian@sha256:0", Debian),
            ("arm64v8/alpine", Alpine),
            ("eclipse-temurin:21", Ubuntu),
            ("eclipse-temurin:21-jre-alpine", Alpine),
            ("eclipse-temurin:21-jre-ubi9-minimal", RedHatMinimal),
            ("amazoncorretto:21-al2023-headless", AmazonLinux),
            ("amazoncorretto:21-alpine", Alpine),
            ("openjdk:8-jre", Debian),
            ("openjdk:11.0.16-slim-buster", Debian),
            ("openjdk:17", RedHatMinimal),
            ("openjdk:17-jdk-slim", Debian),
            ("openjdk:17-alpine", Alpine),
            ("nvidia/cuda:12.4.1-base-ubuntu22.04", Ubuntu),
            ("nvidia/cuda:12.4.1-base-ubi9", RedHatMinimal),
            ("mcr.microsoft.com/dotnet/aspnet:8.0", Debian),
            ("mcr.microsoft.com/dotnet/aspnet:10.0", Ubuntu),
            ("mcr.microsoft.com/dotnet/aspnet:8.0-jammy", Ubuntu),
            ("mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled", Distroless),
            ("mcr.microsoft.com/dotnet/aspnet:8.0-nanoserver-1809", Windows),
            ("mcr.microsoft.com/dotnet/runtime:9.0-azurelinux3.0", AzureLinux),
            ("mcr.microsoft.com/windows/servercore:ltsc2022", Windows),
            ("registry.access.redhat.com/ubi9/ubi-minimal:9.4", RedHatMinimal),
            ("registry.redhat.io/ubi8", RedHat),
            ("redhat/ubi9", RedHat),
            ("oraclelinux:8-slim", RedHatMinimal),
            ("rockylinux:9", RedHat),
            ("rockylinux:9-minimal", RedHatMinimal),
            ("fedora:40", RedHat),
            ("fedora", RedHatMinimal),
            ("ghcr.io/astral-sh/uv:latest", Scratch),
            ("ghcr.io/astral-sh/uv:python3.12-bookworm-slim", Debian),
            ("cgr.dev/chainguard/wolfi-base", Wolfi),
            ("gcr.io/distroless/java21-debian12:nonroot", Distroless),
            ("scratch", Scratch),
        ] {
            assert_eq!(family(reference), Some(expected), "{reference}");
        }
    }

    #[test]
    fn what_is_open_is_not_guessed() {
        for reference in [
            "python:$TAG",
            "python:3.$MINOR",
            "python@sha256:0",
            "node:8-onbuild",
            "php:8$X",
            "openjdk:$V",
            "mcr.microsoft.com/dotnet/aspnet:6.0-jammy-chiseled",
            "gcr.io/distroless/static@sha256:0",
            "maven:3-jdk-14",
            "tomcat:9.0.50-jdk17",
            "linuxserver/nginx",
            "debian:alpine",
            "example.com/python",
            "unheard/of",
            "$IMAGE",
            "",
        ] {
            assert_eq!(of(reference), None, "{reference}");
        }
    }

    #[test]
    fn accounts_came_with_versions() {
        let named = |name: &str, uid| Some((name.to_owned(), uid));
        assert_eq!(account("node:22-alpine"), named("node", 1000));
        assert_eq!(account("node:lts"), named("node", 1000));
        assert_eq!(account("node:6.2"), None);
        assert_eq!(account("node:$V-alpine"), None);
        assert_eq!(family("node:$V-alpine"), Some(Family::Alpine));
        assert_eq!(account("php:8.3-fpm"), named("www-data", 33));
        assert_eq!(account("php:8.3-fpm-alpine"), named("www-data", 82));
        assert_eq!(account("mcr.microsoft.com/dotnet/aspnet:8.0-alpine"), named("app", 1654));
        assert_eq!(account("mcr.microsoft.com/dotnet/sdk"), named("app", 1654));
        assert_eq!(account("mcr.microsoft.com/dotnet/aspnet:7.0"), None);
        assert_eq!(account("mcr.microsoft.com/dotnet/aspnet:8.0-windowsservercore-ltsc2022"), None);
        assert_eq!(account("ubuntu:24.04"), None);
        assert_eq!(account("oven/bun:1-slim"), named("bun", 1000));
        assert_eq!(account("gcr.io/distroless/static"), named("nonroot", 65532));
    }

    #[test]
    fn some_images_start_as_another_user() {
        let user = |name: &str, uid, gid| Some((name.to_owned(), uid, gid));
        assert_eq!(default_user("haproxy:2.4"), user("haproxy", 99, 99));
        assert_eq!(default_user("haproxy:2"), user("haproxy", 99, 99));
        assert_eq!(default_user("haproxy:2.3"), None);
        assert_eq!(default_user("haproxy:$V-alpine"), None);
        assert_eq!(
            default_user("gcr.io/distroless/cc-debian12:debug-nonroot"),
            user("nonroot", 65532, 65532)
        );
        assert_eq!(default_user("registry.redhat.io/ubi8/nodejs-18:1"), user("default", 1001, 0));
        assert_eq!(default_user("quay.io/jupyter/scipy-notebook"), user("jovyan", 1000, 100));
        assert_eq!(default_user("cgr.dev/chainguard/node:latest-dev"), user("nonroot", 65532, 65532));
    }

    #[test]
    fn the_rest_is_told_too() {
        let profile = of("php:8-apache").unwrap();
        assert_eq!((&*profile.command, &*profile.ports), (&["apache2-foreground".into()][..], &[80][..]));
        assert!(profile.writable.contains(&"/var/www/html".into()));
        let profile = of("php:$V-alpine").unwrap();
        assert_eq!((profile.command.is_empty(), &*profile.ports), (true, &[9000][..]));
        assert_eq!(of("postgres:16").unwrap().entrypoint, Entrypoint::DropsRoot);
        assert_eq!(of("docker:dind").unwrap().entrypoint, Entrypoint::NeedsRoot);
        assert_eq!(of("public.ecr.aws/lambda/python:3.12").unwrap().entrypoint, Entrypoint::Platform);
        assert_eq!(&*of("debian").unwrap().command, ["bash"]);
        assert_eq!(&*of("python:2.7").unwrap().command, ["python2"]);
        let user = of("mcr.microsoft.com/dotnet/aspnet:8.0").unwrap().account.unwrap();
        assert_eq!((user.variable.as_deref(), user.home.as_deref()), (Some("APP_UID"), Some("/home/app")));
    }

    #[test]
    fn what_is_added_wins() {
        let added = |name: &str| vec![(name.to_owned(), of("busybox").unwrap())];
        let family = |reference, name| Profile::of(reference, &added(name)).map(|profile| profile.family);
        for (reference, name) in [
            ("python:3", "python"),
            ("registry.example/base/java:17@sha256:0", "registry.example/base/*"),
            ("registry.example/base/java:$V", "registry.example/*/java"),
            ("registry.example/base/java", "*base*a*"),
            ("registry.example/base/java", "*"),
        ] {
            assert_eq!(family(reference, name), Some(Family::BusyBox), "{reference} {name}");
        }
        for (reference, name) in [
            ("registry.example/base", "registry.example/base/*"),
            ("registry.example/base/java", "registry.example/*/python"),
            ("registry.example/base/java:17", "registry.example/base/java:17"),
            ("aba", "ab*ba"),
            ("a", "a*b*"),
        ] {
            assert_eq!(family(reference, name), None, "{reference} {name}");
        }
    }
}
