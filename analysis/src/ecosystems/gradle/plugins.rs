//! Plugins of Gradle that read no file of the application before a task runs.

use crate::ecosystems::Refusal;
use crate::ecosystems::arguments::clip;

/// Their ids.
const KNOWN: &[&str] = &[
    "application",
    "base",
    "checkstyle",
    "com.github.ben-manes.versions",
    "com.github.johnrengelmann.shadow",
    "com.google.cloud.tools.jib",
    "com.google.devtools.ksp",
    "com.google.protobuf",
    "com.gradleup.shadow",
    "distribution",
    "eclipse",
    "groovy",
    "idea",
    "io.freefair.lombok",
    "io.ktor.plugin",
    "io.spring.dependency-management",
    "jacoco",
    "java",
    "java-base",
    "java-library",
    "java-platform",
    "java-test-fixtures",
    "kotlin",
    "kotlin-kapt",
    "kotlin-spring",
    "maven-publish",
    "org.flywaydb.flyway",
    "org.graalvm.buildtools.native",
    "org.gradle.toolchains.foojay-resolver-convention",
    "org.jetbrains.kotlin.jvm",
    "org.jetbrains.kotlin.kapt",
    "org.jetbrains.kotlin.plugin.allopen",
    "org.jetbrains.kotlin.plugin.jpa",
    "org.jetbrains.kotlin.plugin.noarg",
    "org.jetbrains.kotlin.plugin.serialization",
    "org.jetbrains.kotlin.plugin.spring",
    "org.springframework.boot",
    "pmd",
    "project-report",
    "scala",
    "signing",
    "war",
];

/// What `kotlin("…")` may name: a plugin, or a library.
const OF_KOTLIN: &[&str] = &[
    "jvm",
    "kapt",
    "plugin.allopen",
    "plugin.jpa",
    "plugin.noarg",
    "plugin.serialization",
    "plugin.spring",
    "reflect",
    "stdlib",
    "stdlib-jdk7",
    "stdlib-jdk8",
    "test",
    "test-junit",
    "test-junit5",
];

/// Refuses a plugin that is not known.
pub(super) fn check(id: &str) -> Result<(), Refusal> {
    if KNOWN.contains(&id) { Ok(()) } else { Err(unknown(id)) }
}

/// Refuses what `kotlin("…")` names, where it is not known.
pub(super) fn check_kotlin(name: &str) -> Result<(), Refusal> {
    if OF_KOTLIN.contains(&name) { Ok(()) } else { Err(unknown(&format!("kotlin {name}"))) }
}

/// Looks at the plugins of a version catalog.
/// <https://docs.gradle.org/current/userguide/version_catalogs.html>
pub(super) fn check_catalog(catalog: &str) -> Result<(), Refusal> {
    let mut in_plugins = false;
    for line in catalog.lines().map(str::trim) {
        if line.starts_with('[') {
            in_plugins = line.starts_with("[plugins]");
            if !in_plugins && line.starts_with("[plugins") {
                return Err(unknown(line));
            }
            continue;
        }
        if line.starts_with("plugins") {
            return Err(unknown(line));
        }
        if !in_plugins || line.is_empty() || line.starts_with('#') {
            continue;
        }
        // `name = { id = "ID", version = "1" }` or `name = "ID:1"`.
        let value = line.split_once('=').map(|(_, value)| value.trim()).unwrap_or_default();
        let value = match value.strip_prefix('{') {
            Some(table) => {
                let id = table.trim_start().strip_prefix("id").map(str::trim_start);
                id.and_then(|rest| rest.strip_prefix('=')).map(str::trim_start).unwrap_or_default()
            }
            None => value,
        };
        let id = value.split(['"', '\'']).nth(1).and_then(|id| id.split(':').next()).unwrap_or(line);
        check(id)?;
    }
    Ok(())
}

fn unknown(id: &str) -> Refusal {
    Refusal::new(
        format!("the plugin `{}` is not known to leave the sources alone", clip(id)),
        super::ABOVE_BY_HAND,
    )
}
