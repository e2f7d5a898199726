//! Commands that load the dependencies and build in one go: nothing of them can run before the sources are
//! there, and a step that only loads could.

use crate::invocation::Invocation;

/// A tool whose builds load the dependencies, too.
#[derive(Debug)]
pub struct Builder {
    /// The programs.
    programs: &'static [&'static str],
    /// The words of which one makes it a build.
    words: &'static [&'static str],
    /// The words of which one says that nothing is loaded.
    without: &'static [&'static str],
    /// What the user can do about it.
    pub help: &'static str,
}

const BUILDERS: &[Builder] = &[
    Builder {
        programs: &["go"],
        words: &["build", "install", "test", "vet"],
        without: &["-mod=vendor"],
        help: "copy go.mod and go.sum above the sources, and run `go mod download` there",
    },
    // No command of cargo's builds the dependencies alone (LukeMathWalker/cargo-chef).
    Builder {
        programs: &["cargo"],
        words: &["build", "install", "test"],
        without: &["--offline", "--frozen"],
        help: "build the dependencies ahead with cargo-chef, or keep the downloads and what is built: `RUN \
               --mount=type=cache,target=/usr/local/cargo/registry`",
    },
    // <https://learn.microsoft.com/dotnet/core/tools/dotnet-restore#implicit-restore>
    Builder {
        programs: &["dotnet"],
        words: &["build", "pack", "publish", "test"],
        without: &["--no-restore", "--no-build"],
        help: "copy the project files above the sources, run `dotnet restore` there, and build with \
               `--no-restore`",
    },
    // Not all that a build needs is loaded ahead (IQSS/dataverse#6132): a cache is the other way.
    Builder {
        programs: &["mvn", "mvnw"],
        words: &["compile", "deploy", "install", "package", "test", "test-compile", "verify"],
        without: &["-o", "--offline"],
        help: "copy pom.xml above the sources and run `mvn dependency:go-offline` there, or keep the \
               downloads: `RUN --mount=type=cache,target=/root/.m2`",
    },
    Builder {
        programs: &["gradle", "gradlew"],
        words: &["assemble", "bootJar", "build", "check", "installDist", "jar", "shadowJar", "test", "war"],
        without: &["--offline"],
        help: "copy the build scripts above the sources and run `gradle dependencies` there, or keep the \
               downloads: `RUN --mount=type=cache,target=/home/gradle/.gradle`",
    },
];

impl Builder {
    /// The tool that `invocation` builds with.
    pub fn of(invocation: &Invocation<'_>) -> Option<&'static Self> {
        let mut builders = BUILDERS.iter();
        builders.find(|builder| builder.runs(invocation) && builder.builds(invocation))
    }

    /// True where `invocation` runs the tool, whatever for.
    pub fn runs(&self, invocation: &Invocation<'_>) -> bool {
        self.programs.contains(&&*invocation.program)
    }

    fn builds(&self, invocation: &Invocation<'_>) -> bool {
        let has = |words: &[&str]| {
            let mut arguments = invocation.arguments.iter();
            arguments.any(|word| invocation.literal(word).is_some_and(|word| words.contains(&&*word)))
        };
        has(self.words) && !has(self.without)
    }
}
