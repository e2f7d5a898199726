//! Java and .NET, with what builds for them.

use super::row::*;

/// The user of all images from .NET 8 on, with its number in the environment
/// (<https://devblogs.microsoft.com/dotnet/securing-containers-with-rootless/>).
const APP: User = User { variable: Some("APP_UID"), ..user("app", 1654) }.home("/home/app");
const GRADLE: User = user("gradle", 1000).home("/home/gradle");

/// What is made for others than Windows; Debian until .NET 9, then Ubuntu, where the tag says nothing.
const LINUX: &[Family] = &[Family::Debian, Family::Ubuntu, Family::Alpine, Family::AzureLinux];
const UBUNTU_FIRST: &[Family] = &[Family::Ubuntu, Family::Alpine, Family::AzureLinux];
const CHISELED: Variant = on(DISTROLESS).as_user(APP).with(APP).ports(&[8080]);
const DOTNET: &[Variant] = &[
    CHISELED.when(&[When::Word(&["chiseled", "distroless"]), When::From(8, 0)]),
    on(UBUNTU_FIRST).with(APP).ports(&[8080]).when(&[When::From(10, 0)]),
    on(LINUX).with(APP).ports(&[8080]).when(&[When::From(8, 0)]),
    on(LINUX).ports(&[80]).when(&[When::Before(8, 0)]),
    on(WINDOWS),
];
const DOTNET_SDK: &[Variant] = &[
    on(UBUNTU_FIRST).with(APP).ports(&[8080]).when(&[When::From(10, 0)]),
    on(LINUX).with(APP).ports(&[8080]).when(&[When::From(8, 0)]),
    on(LINUX).ports(&[80]).when(&[When::Before(8, 0)]),
    on(WINDOWS),
];
const DOTNET_CORE: &[Variant] =
    &[on(&[Family::Debian, Family::Ubuntu, Family::Alpine, Family::Windows]).ports(&[80])];
const ASPNETCORE: &[Variant] = &[on(DEBIAN_WINDOWS).ports(&[80])];
const DEBIAN_WINDOWS: &[Family] = &[Family::Debian, Family::Windows];

const JRE: When = When::Word(&["jre"]);
const JSHELL: &[&str] = &["jshell"];
const TEMURIN_FAMILIES: &[Family] =
    &[Family::Ubuntu, Family::Alpine, Family::RedHatMinimal, Family::Debian, Family::Windows];
const TEMURIN: &[Variant] = &[
    on(TEMURIN_FAMILIES).when(&[JRE]),
    on(TEMURIN_FAMILIES).when(&[When::Before(9, 0)]),
    on(TEMURIN_FAMILIES).runs(JSHELL),
];
const SEMERU: &[Family] = &[Family::Ubuntu, Family::RedHat];
/// From Java 12 on `openjdk` is on Oracle Linux, but for the tags that name Debian or `slim`.
const OPENJDK_DEBIAN: When = When::Word(&["bookworm", "bullseye", "buster", "slim", "trixie"]);

/// Sources: adoptium/containers, docker-library/openjdk, corretto/corretto-docker, carlossg/docker-maven,
/// keeganwitt/docker-gradle (whose images ran as `gradle` before version 6), sbt/docker-sbt,
/// zulu-openjdk/zulu-openjdk, ibmruntimes/semeru-containers, microsoft/openjdk-docker, dotnet/dotnet-docker.
pub(super) const IMAGES: &[Image] = &[
    image("adoptopenjdk", TEMURIN),
    image("amazoncorretto", &[on(&[Family::AmazonLinux, Family::Alpine, Family::Debian])]),
    image("azul/zulu-openjdk", &[on(UBUNTU)]),
    image("azul/zulu-openjdk-alpine", &[on(ALPINE)]),
    image("azul/zulu-openjdk-centos", &[on(RED_HAT)]),
    image("azul/zulu-openjdk-debian", &[on(DEBIAN)]),
    image("bellsoft/liberica-openjdk-alpine", &[on(ALPINE)]),
    image("bellsoft/liberica-openjdk-alpine-musl", &[on(ALPINE)]),
    image("bellsoft/liberica-openjdk-centos", &[on(RED_HAT)]),
    image("bellsoft/liberica-openjdk-debian", &[on(DEBIAN)]),
    image("bellsoft/liberica-openjre-alpine", &[on(ALPINE)]),
    image("bellsoft/liberica-openjre-alpine-musl", &[on(ALPINE)]),
    image("bellsoft/liberica-openjre-centos", &[on(RED_HAT)]),
    image("bellsoft/liberica-openjre-debian", &[on(DEBIAN)]),
    image("container-registry.oracle.com/java/openjdk", &[on(RED_HAT_MINIMAL).runs(JSHELL)]),
    image("eclipse-temurin", TEMURIN),
    image(
        "gradle",
        &[on(&[Family::Ubuntu, Family::Alpine, Family::AmazonLinux, Family::RedHatMinimal])
            .with(GRADLE)
            .runs(&["gradle"])
            .when(&[When::From(6, 0)])],
    ),
    image("ibm-semeru-runtimes", &[on(SEMERU).when(&[JRE]), on(SEMERU).runs(&[])]),
    image("java", &[on(DEBIAN_ALPINE)]),
    image(
        "maven",
        &[
            on(DEBIAN_ALPINE)
                .runs(&["mvn"])
                .when(&[When::Word(&["jdk", "openjdk"]), When::Word(&["alpine", "slim"])]),
            // Those of Java 12 and later are on Oracle Linux.
            unknown(&[When::Word(&["graalvm", "jdk", "openjdk"])]),
            on(&[Family::Ubuntu, Family::Alpine, Family::AmazonLinux, Family::Debian, Family::Windows])
                .runs(&["mvn"])
                .when(&[When::From(3, 9)]),
            on(&[Family::Ubuntu, Family::Alpine, Family::AmazonLinux])
                .runs(&["mvn"])
                .when(&[When::Word(&["amazoncorretto", "temurin"])]),
        ],
    ),
    image("mcr.microsoft.com/dotnet/aspnet", DOTNET),
    image("mcr.microsoft.com/dotnet/core/aspnet", DOTNET_CORE),
    image("mcr.microsoft.com/dotnet/core/runtime", DOTNET_CORE),
    image("mcr.microsoft.com/dotnet/core/runtime-deps", DOTNET_CORE),
    image("mcr.microsoft.com/dotnet/core/sdk", DOTNET_CORE),
    image("mcr.microsoft.com/dotnet/framework/*", &[on(WINDOWS)]),
    image("mcr.microsoft.com/dotnet/nightly/aspnet", DOTNET),
    image("mcr.microsoft.com/dotnet/nightly/runtime", DOTNET),
    image("mcr.microsoft.com/dotnet/nightly/runtime-deps", DOTNET),
    image("mcr.microsoft.com/dotnet/nightly/sdk", DOTNET_SDK),
    image("mcr.microsoft.com/dotnet/runtime", DOTNET),
    image("mcr.microsoft.com/dotnet/runtime-deps", DOTNET),
    image("mcr.microsoft.com/dotnet/sdk", DOTNET_SDK),
    image(
        "mcr.microsoft.com/openjdk/jdk",
        &[on(&[Family::Ubuntu, Family::AzureLinux]), on(DISTROLESS).runs(&["/usr/jdk/bin/java", "-version"])],
    ),
    image(
        "mcr.microsoft.com/powershell",
        &[
            unknown(&[When::Word(&["arch", "blackarch", "clearlinux", "kali", "parrot", "photon"])]),
            on(&[
                Family::Ubuntu,
                Family::Debian,
                Family::Alpine,
                Family::RedHatMinimal,
                Family::AmazonLinux,
                Family::AzureLinux,
                Family::Suse,
                Family::Windows,
            ])
            .runs(&["pwsh"]),
        ],
    ),
    image("microsoft/aspnet", &[on(WINDOWS)]),
    image("microsoft/aspnetcore", ASPNETCORE),
    image("microsoft/aspnetcore-build", ASPNETCORE),
    image("microsoft/dotnet", DOTNET_CORE),
    image("microsoft/iis", &[on(WINDOWS)]),
    image(
        "openjdk",
        &[
            on(&[Family::RedHatMinimal, Family::Alpine, Family::Windows]).runs(JSHELL).when(&[
                When::From(12, 0),
                When::Word(&["alpine", "nanoserver", "ol7", "ol8", "ol9", "oracle", "windows"]),
            ]),
            on(DEBIAN).runs(JSHELL).when(&[When::From(12, 0), OPENJDK_DEBIAN]),
            on(RED_HAT_MINIMAL).runs(JSHELL).when(&[When::From(12, 0)]),
            on(&[Family::Debian, Family::Alpine, Family::Windows]).when(&[When::Before(12, 0), JRE]),
            on(&[Family::Debian, Family::Alpine, Family::Windows]).when(&[When::Before(9, 0)]),
            on(&[Family::Debian, Family::Alpine, Family::RedHatMinimal, Family::Windows])
                .runs(JSHELL)
                .when(&[When::From(9, 0), When::Before(12, 0)]),
        ],
    ),
    image(
        "sbtscala/scala-sbt",
        &[
            on(RED_HAT_MINIMAL).runs(&["sbt"]).when(&[When::Word(&["graalvm"])]),
            on(&[Family::Ubuntu, Family::Alpine, Family::AmazonLinux])
                .runs(&["sbt"])
                .when(&[When::Word(&["amazoncorretto", "eclipse"])]),
        ],
    ),
];
