//! Build arguments that differ from build to build.

/// Names that say so, in upper case. What decides what is built or downloaded is not among them: VERSION,
/// RELEASE, TAG, BRANCH; `SOURCE_DATE_EPOCH` sets the times of files (<https://reproducible-builds.org/specs/source-date-epoch/>)
/// and `SETUPTOOLS_SCM_PRETEND_VERSION` the version of a package.
const NAMES: &[&str] = &[
    // What people call it; BUILD_DATE and VCS_REF come from <http://label-schema.org/rc1/>.
    "BUILD_COMMIT",
    "BUILD_COMMIT_SHA",
    "BUILD_DATE",
    "BUILD_DATETIME",
    "BUILD_HASH",
    "BUILD_NUM",
    "BUILD_REF",
    "BUILD_REVISION",
    "BUILD_SHA",
    "BUILD_SHA1",
    "BUILD_TIME",
    "BUILD_TIMESTAMP",
    "BUILD_URL",
    "BUILD_VCS_NUMBER",
    "BUILD_VCS_REF",
    "BUILDDATE",
    "BUILDNUM",
    "BUILDTIME",
    "BUILT_AT",
    "COMMIT",
    "COMMIT_DATE",
    "COMMIT_HASH",
    "COMMIT_ID",
    "COMMIT_REF",
    "COMMIT_SHA",
    "COMMIT_SHA1",
    "COMMIT_SHORT_SHA",
    "COMMIT_TIME",
    "COMMIT_TIMESTAMP",
    "CREATE_DATE",
    "CREATED_AT",
    "GIT_COMMIT",
    "GIT_COMMIT_DATE",
    "GIT_COMMIT_HASH",
    "GIT_COMMIT_ID",
    "GIT_COMMIT_SHA",
    "GIT_COMMIT_SHORT",
    "GIT_COMMIT_TIME",
    "GIT_DESCRIBE",
    "GIT_HASH",
    "GIT_HEAD",
    "GIT_REF",
    "GIT_REV",
    "GIT_REVISION",
    "GIT_SHA",
    "GIT_SHA1",
    "GIT_SHORT_COMMIT",
    "GIT_SHORT_HASH",
    "GIT_SHORT_SHA",
    "GITCOMMIT",
    "GITHASH",
    "GITSHA",
    "REVISION",
    "SHORT_SHA",
    "SOURCE_REVISION",
    "VCS_COMMIT",
    "VCS_DATE",
    "VCS_REF",
    "VCS_REVISION",
    "VCS_SHA",
    // Docker Hub: https://docs.docker.com/docker-hub/repos/manage/builds/advanced/
    "SOURCE_COMMIT",
    // GitHub: https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    "GITHUB_RUN_ATTEMPT",
    "GITHUB_RUN_ID",
    "GITHUB_RUN_NUMBER",
    "GITHUB_SHA",
    // GitLab: https://docs.gitlab.com/ci/variables/predefined_variables/
    "CI_BUILD_REF",
    "CI_COMMIT_SHA",
    "CI_COMMIT_SHORT_SHA",
    "CI_COMMIT_TIMESTAMP",
    "CI_JOB_ID",
    "CI_JOB_URL",
    "CI_PIPELINE_ID",
    "CI_PIPELINE_IID",
    "CI_PIPELINE_URL",
    // Azure: https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables
    "BUILD_BUILDID",
    "BUILD_BUILDNUMBER",
    "BUILD_SOURCEVERSION",
    // Other services.
    "BITBUCKET_BUILD_NUMBER",
    "BUILDKITE_BUILD_ID",
    "BUILDKITE_BUILD_NUMBER",
    "BUILDKITE_COMMIT",
    "CIRCLE_BUILD_NUM",
    "CIRCLE_SHA1",
    "CODEBUILD_BUILD_ID",
    "CODEBUILD_BUILD_NUMBER",
    "CODEBUILD_RESOLVED_SOURCE_VERSION",
    "DRONE_BUILD_CREATED",
    "DRONE_BUILD_NUMBER",
    "DRONE_COMMIT",
    "DRONE_COMMIT_SHA",
    "HEROKU_SLUG_COMMIT",
    "RAILWAY_GIT_COMMIT_SHA",
    "RENDER_GIT_COMMIT",
    "REVISION_ID",
    "TRAVIS_BUILD_ID",
    "TRAVIS_BUILD_NUMBER",
    "TRAVIS_COMMIT",
    "TRAVIS_JOB_ID",
    "TRAVIS_JOB_NUMBER",
    "VERCEL_GIT_COMMIT_SHA",
];

/// The same, but tools of Node know by them that they run in CI, and install otherwise there: pnpm and yarn
/// then take the lock file as it is. watson/ci-info, index.js and vendors.json.
const SIGNS_OF_CI: &[&str] =
    &["BITBUCKET_COMMIT", "BUILD_ID", "BUILD_NUMBER", "CI_BUILD_ID", "CI_BUILD_NUMBER"];

/// What stands in front of such a name and says no more than for whom it is.
const PREFIXES: &[&str] = &[
    "APP_",
    "CONTAINER_",
    "DOCKER_",
    "ENV_",
    "GATSBY_",
    "IMAGE_",
    "NEXT_PUBLIC_",
    "NUXT_PUBLIC_",
    "PUBLIC_",
    "REACT_APP_",
    "VITE_",
    "VITE_APP_",
    "VUE_APP_",
];

/// True for the name of a variable that tells the commit, the date or the number of a build.
pub fn is_volatile(name: &str) -> bool {
    is_unread(name) || is_one_of(SIGNS_OF_CI, name)
}

/// True for such a name that no tool which installs packages looks at.
pub(crate) fn is_unread(name: &str) -> bool {
    if is_one_of(NAMES, name) {
        return true;
    }
    let rests = PREFIXES.iter().filter_map(|prefix| {
        let (start, rest) = name.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then_some(rest)
    });
    rests.into_iter().any(|rest| is_one_of(NAMES, rest) || is_one_of(SIGNS_OF_CI, rest))
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_commits_and_dates_are_volatile() {
        for name in ["GIT_COMMIT", "vcs_ref", "BUILD_NUMBER", "NEXT_PUBLIC_GIT_SHA", "IMAGE_BUILD_NUMBER"] {
            assert!(is_volatile(name), "{name}");
        }
        for name in [
            "VERSION",
            "APP_VERSION",
            "TAG",
            "SHA256",
            "TARGETPLATFORM",
            "SOURCE_DATE_EPOCH",
            "SETUPTOOLS_SCM_PRETEND_VERSION",
            "HTTP_PROXY",
            "NGINX_COMMIT",
            "CACHEBUST",
            "APP_",
            "",
        ] {
            assert!(!is_volatile(name), "{name}");
        }
    }

    #[test]
    fn a_sign_of_ci_is_read() {
        assert!(!is_unread("BUILD_NUMBER") && is_unread("CI_COMMIT_SHA"));
    }
}
