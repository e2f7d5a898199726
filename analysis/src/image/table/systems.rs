//! Distributions, and what is made to be built upon.

use super::row::*;

const SYSTEMD: Variant = on(RED_HAT).entrypoint(Entrypoint::NeedsRoot).runs(&["/sbin/init"]);
const MY_INIT: &[Variant] = &[on(UBUNTU).entrypoint(Entrypoint::NeedsRoot).runs(&["/sbin/my_init"])];
const FEDORA: &[Variant] = &[on(RED_HAT_BOTH).when(&[When::Before(41, 0)]), on(RED_HAT_MINIMAL)];
const RHEL_9: &[Variant] = &[on(RED_HAT_BOTH).when(&[When::Before(10, 0)]), on(RED_HAT_MINIMAL)];
/// `container-entrypoint` is for `USER 1001`, whose group is that of root (sclorg/s2i-base-container).
const SOFTWARE_COLLECTION: &[Variant] =
    &[on(RED_HAT_BOTH).as_user(user_of_root("default", 1001).home("/opt/app-root/src"))];
const UBI: &[Variant] = &[on(RED_HAT)];
const UBI_MINIMAL: &[Variant] = &[on(RED_HAT_MINIMAL)];
const UBI_INIT: &[Variant] = &[SYSTEMD];
const OWN_USER: &[Variant] =
    &[on(&[Family::Wolfi]).as_user(NONROOT).when(&[When::Word(&["dev"])]), on(DISTROLESS).as_user(NONROOT)];
/// `nonroot` is in the passwd of all, and has `/home/nonroot` (GoogleContainerTools/distroless, `base/base.bzl`).
const GOOGLE: Variant = on(DISTROLESS).with(NONROOT.home("/home/nonroot"));
const GOOGLE_NONROOT: Variant =
    GOOGLE.as_user(NONROOT.home("/home/nonroot")).when(&[When::Word(&["nonroot"])]);
const GOOGLE_BASE: &[Variant] = &[GOOGLE_NONROOT, GOOGLE];
const GOOGLE_JAVA: &[Variant] =
    &[GOOGLE_NONROOT.runs(&["/usr/bin/java", "-jar"]), GOOGLE.runs(&["/usr/bin/java", "-jar"])];
const GOOGLE_NODE: &[Variant] =
    &[GOOGLE_NONROOT.runs(&["/nodejs/bin/node"]), GOOGLE.runs(&["/nodejs/bin/node"])];
const GOOGLE_PYTHON: &[Variant] =
    &[GOOGLE_NONROOT.runs(&["/usr/bin/python3"]), GOOGLE.runs(&["/usr/bin/python3"])];

/// Sources: the Dockerfiles that <https://github.com/docker-library/official-images/tree/master/library> names;
/// `useradd` in RHEL's likes: docker-library/official-images#11184; without it: amazonlinux/container-images#28,
/// wildfly/wildfly-container#187; <https://github.com/GoogleContainerTools/distroless>;
/// <https://github.com/phusion/baseimage-docker>.
pub(super) const IMAGES: &[Image] = &[
    image("almalinux", RHEL_9),
    image("alpine", &[on(ALPINE)]),
    image("amazonlinux", &[on(AMAZON_LINUX)]),
    image("archlinux", &[on(&[Family::Arch])]),
    image("archlinux/archlinux", &[on(&[Family::Arch])]),
    image("archlinux/base", &[on(&[Family::Arch])]),
    image("bash", &[on(ALPINE).runs(&["bash"])]),
    image("bitnami/minideb", &[on(DEBIAN)]),
    image("buildpack-deps", &[on(&[Family::Debian, Family::Ubuntu])]),
    image("busybox", &[on(&[Family::BusyBox])]),
    image("centos", &[on(RED_HAT)]),
    image("cgr.dev/chainguard/*", OWN_USER),
    image("cgr.dev/chainguard/wolfi-base", &[on(&[Family::Wolfi]).with(NONROOT)]),
    image("debian", &[on(DEBIAN)]),
    image("fedora", FEDORA),
    image("gcr.io/distroless/base", GOOGLE_BASE),
    image("gcr.io/distroless/base-*", GOOGLE_BASE),
    image("gcr.io/distroless/cc", GOOGLE_BASE),
    image("gcr.io/distroless/cc-*", GOOGLE_BASE),
    image("gcr.io/distroless/java", GOOGLE_JAVA),
    image("gcr.io/distroless/java*", GOOGLE_JAVA),
    image("gcr.io/distroless/java-*", GOOGLE_JAVA),
    image("gcr.io/distroless/java-base-*", GOOGLE_BASE),
    image("gcr.io/distroless/nodejs", GOOGLE_NODE),
    image("gcr.io/distroless/nodejs*", GOOGLE_NODE),
    image("gcr.io/distroless/nodejs-*", GOOGLE_NODE),
    image("gcr.io/distroless/python*", GOOGLE_PYTHON),
    image("gcr.io/distroless/static", GOOGLE_BASE),
    image("gcr.io/distroless/static-*", GOOGLE_BASE),
    image("gliderlabs/alpine", &[on(ALPINE)]),
    image("kalilinux/*", &[on(DEBIAN)]),
    image("mcr.microsoft.com/azurelinux/base/core", &[on(&[Family::AzureLinux])]),
    image("mcr.microsoft.com/cbl-mariner/base/core", &[on(&[Family::AzureLinux])]),
    image("mcr.microsoft.com/windows", &[on(WINDOWS)]),
    image("mcr.microsoft.com/windows-insider", &[on(WINDOWS)]),
    image("mcr.microsoft.com/windows/*", &[on(WINDOWS)]),
    image("microsoft/nanoserver", &[on(WINDOWS)]),
    image("microsoft/windowsservercore", &[on(WINDOWS)]),
    image("neurodebian", &[on(&[Family::Debian, Family::Ubuntu])]),
    image("opensuse", &[on(&[Family::Suse])]),
    image("opensuse/leap", &[on(&[Family::Suse])]),
    image("opensuse/tumbleweed", &[on(&[Family::Suse])]),
    image(
        "oraclelinux",
        &[
            on(RED_HAT_MINIMAL).when(&[When::Word(&["slim"])]),
            on(RED_HAT).when(&[When::Before(9, 0)]),
            on(RED_HAT_MINIMAL),
        ],
    ),
    image("phusion/baseimage", MY_INIT),
    image("phusion/passenger-*", MY_INIT),
    image("public.ecr.aws/amazonlinux/amazonlinux", &[on(AMAZON_LINUX)]),
    image(
        "quay.io/centos/centos",
        &[on(RED_HAT_MINIMAL).when(&[When::Word(&["stream10"])]), on(RED_HAT_BOTH)],
    ),
    image("quay.io/fedora/fedora", FEDORA),
    image("quay.io/fedora/fedora-minimal", &[on(RED_HAT_MINIMAL)]),
    image("quay.io/rockylinux/rockylinux", RHEL_9),
    image("redhat/ubi10", UBI_MINIMAL),
    image("redhat/ubi10-micro", UBI_MINIMAL),
    image("redhat/ubi10-minimal", UBI_MINIMAL),
    image("redhat/ubi8", UBI),
    image("redhat/ubi8-init", UBI_INIT),
    image("redhat/ubi8-micro", UBI_MINIMAL),
    image("redhat/ubi8-minimal", UBI_MINIMAL),
    image("redhat/ubi9", UBI),
    image("redhat/ubi9-init", UBI_INIT),
    image("redhat/ubi9-micro", UBI_MINIMAL),
    image("redhat/ubi9-minimal", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi10", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi10-micro", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi10-minimal", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi10/ubi", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi10/ubi-micro", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi10/ubi-minimal", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi7", UBI),
    image("registry.access.redhat.com/ubi7-minimal", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi7/ubi", UBI),
    image("registry.access.redhat.com/ubi7/ubi-minimal", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi8", UBI),
    image("registry.access.redhat.com/ubi8-init", UBI_INIT),
    image("registry.access.redhat.com/ubi8-micro", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi8-minimal", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi8/nodejs-*", SOFTWARE_COLLECTION),
    image("registry.access.redhat.com/ubi8/php-*", SOFTWARE_COLLECTION),
    image("registry.access.redhat.com/ubi8/python-*", SOFTWARE_COLLECTION),
    image("registry.access.redhat.com/ubi8/ruby-*", SOFTWARE_COLLECTION),
    image("registry.access.redhat.com/ubi8/ubi", UBI),
    image("registry.access.redhat.com/ubi8/ubi-init", UBI_INIT),
    image("registry.access.redhat.com/ubi8/ubi-micro", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi8/ubi-minimal", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi9", UBI),
    image("registry.access.redhat.com/ubi9-init", UBI_INIT),
    image("registry.access.redhat.com/ubi9-micro", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi9-minimal", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi9/nodejs-*", SOFTWARE_COLLECTION),
    image("registry.access.redhat.com/ubi9/php-*", SOFTWARE_COLLECTION),
    image("registry.access.redhat.com/ubi9/python-*", SOFTWARE_COLLECTION),
    image("registry.access.redhat.com/ubi9/ruby-*", SOFTWARE_COLLECTION),
    image("registry.access.redhat.com/ubi9/ubi", UBI),
    image("registry.access.redhat.com/ubi9/ubi-init", UBI_INIT),
    image("registry.access.redhat.com/ubi9/ubi-micro", UBI_MINIMAL),
    image("registry.access.redhat.com/ubi9/ubi-minimal", UBI_MINIMAL),
    image("registry.fedoraproject.org/fedora", FEDORA),
    image("registry.fedoraproject.org/fedora-minimal", &[on(RED_HAT_MINIMAL)]),
    image("rockylinux", RHEL_9),
    image("rockylinux/rockylinux", RHEL_9),
    image("ros", &[on(UBUNTU).runs(&["bash"])]),
    image("scratch", &[on(&[Family::Scratch])]),
    image("ubuntu", &[on(UBUNTU)]),
];
