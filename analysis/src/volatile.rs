//! Build arguments that differ from build to build.

/// Words of names that say so, between underscores: `GIT_COMMIT`, `BUILD_DATE`, `VCS_REF`.
const NAMES: &[&str] = &[
    "BUILD_DATE",
    "BUILD_ID",
    "BUILD_NUMBER",
    "BUILD_TIME",
    "BUILD_TIMESTAMP",
    "CI_COMMIT_SHA",
    "COMMIT",
    "COMMIT_HASH",
    "COMMIT_ID",
    "COMMIT_SHA",
    "GITHUB_SHA",
    "GIT_COMMIT",
    "GIT_HASH",
    "GIT_REF",
    "GIT_REVISION",
    "GIT_SHA",
    "REVISION",
    "SOURCE_COMMIT",
    "VCS_REF",
];

/// True for the name of a variable that tells the commit, the date or the number of a build. No tool that
/// installs packages looks at it.
pub fn is_volatile(name: &str) -> bool {
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}
