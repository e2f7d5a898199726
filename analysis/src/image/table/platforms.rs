//! What a platform starts in its own way, and what runs an init system of its own.

use super::row::*;

const fn of_platform(families: &'static [Family]) -> Variant {
    on(families).entrypoint(Entrypoint::Platform)
}

const OSS_FUZZ: &[Variant] = &[of_platform(UBUNTU)];
const LAMBDA: &[Variant] = &[of_platform(AMAZON_LINUX)];
const DEVCONTAINER: &[Variant] = &[of_platform(&[Family::Debian, Family::Ubuntu, Family::Alpine])];
const FUNCTIONS: &[Variant] = &[of_platform(&[Family::Debian, Family::AzureLinux, Family::Windows])];
/// s6 starts as root, and its services as the user of PUID and PGID.
const fn s6(families: &'static [Family]) -> Variant {
    on(families).entrypoint(Entrypoint::DropsRoot).runs(&["/init"])
}

/// Any of the distributions, where the tag says which.
const ANY: &[Family] = &[Family::Ubuntu, Family::Debian, Family::Alpine, Family::RedHat];
const SAYS_WHICH: &[When] = &[When::Word(&[
    "alpine", "bionic", "bookworm", "bullseye", "buster", "centos", "debian", "fedora", "focal", "jammy",
    "noble", "stretch", "trusty", "ubuntu", "xenial",
])];
const SUPERVISOR: &[Variant] =
    &[on(ANY).entrypoint(Entrypoint::NeedsRoot).runs(&["supervisord"]).when(SAYS_WHICH)];

/// Sources: <https://docs.aws.amazon.com/lambda/latest/dg/images-create.html> (a user of its own),
/// <https://containers.dev> (`remoteUser`), <https://google.github.io/oss-fuzz/>,
/// <https://learn.microsoft.com/azure/azure-functions/functions-how-to-custom-container>,
/// <https://docs.linuxserver.io/general/understanding-puid-and-pgid/>, jlesage/docker-baseimage-gui,
/// webdevops/Dockerfile, rocker-org/rocker-versioned2 (s6).
pub(super) const IMAGES: &[Image] = &[
    image("amazon/aws-lambda-*", LAMBDA),
    image("gcr.io/oss-fuzz-base/*", OSS_FUZZ),
    image("ghcr.io/linuxserver/*", &[s6(ANY).when(SAYS_WHICH)]),
    image("ghcr.io/linuxserver/baseimage-alpine", &[s6(ALPINE)]),
    image("ghcr.io/linuxserver/baseimage-alpine-*", &[s6(ALPINE)]),
    image("ghcr.io/linuxserver/baseimage-debian", &[s6(DEBIAN)]),
    image("ghcr.io/linuxserver/baseimage-ubuntu", &[s6(UBUNTU)]),
    image("gitpod/*", &[of_platform(UBUNTU)]),
    image("jlesage/*", &[s6(ANY).when(SAYS_WHICH)]),
    image("lambci/lambda", LAMBDA),
    image("linuxserver/*", &[s6(ANY).when(SAYS_WHICH)]),
    image("lsiobase/*", &[s6(ANY).when(SAYS_WHICH)]),
    image("lsiobase/alpine", &[s6(ALPINE)]),
    image("lsiobase/ubuntu", &[s6(UBUNTU)]),
    image("mcr.microsoft.com/azure-functions/*", FUNCTIONS),
    image("mcr.microsoft.com/devcontainers/*", DEVCONTAINER),
    image("mcr.microsoft.com/vscode/devcontainers/*", DEVCONTAINER),
    image("public.ecr.aws/lambda/*", LAMBDA),
    image("public.ecr.aws/sam/*", LAMBDA),
    image("rocker/geospatial", &[s6(UBUNTU)]),
    image("rocker/rstudio", &[s6(UBUNTU)]),
    image("rocker/tidyverse", &[s6(UBUNTU)]),
    image("rocker/verse", &[s6(UBUNTU)]),
    image("webdevops/*", SUPERVISOR),
];
