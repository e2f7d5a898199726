//! Inputs that nobody writes: huge and deep files, for the tests and the benchmarks. No line is longer
//! than the 64 KiB that BuildKit reads.

/// The parts of a usual stage, over and over, up to `size` bytes.
pub(crate) fn huge_file(size: usize) -> Vec<u8> {
    let stage = "FROM debian:12 AS base\n# Tools.\nRUN apt-get update && \\\n    apt-get install -y curl git \\\n    \
        && rm -rf /var/lib/apt/lists/*\nENV A=b PATH=\"/app/bin:$PATH\"\nWORKDIR /app\n\
        COPY --chown=1000:1000 package.json yarn.lock ./\nRUN yarn install && if [ -f x ]; then make; fi\n\
        HEALTHCHECK --interval=5s CMD curl -f http://localhost/ || exit 1\nCMD [\"node\", \"server.js\"]\n\n";
    stage.repeat(size / stage.len() + 1).into_bytes()
}

/// One RUN of about `size` bytes over many lines.
pub(crate) fn huge_run(size: usize) -> Vec<u8> {
    let command =
        " \\\n    && curl -fsSL \"https://example.com/$VERSION/a.tar.gz\" | tar -xz -C /opt > /dev/null";
    format!("FROM debian\nRUN true{}\n", command.repeat(size / command.len() + 1)).into_bytes()
}

/// One RUN over `count` lines with a word each.
pub(crate) fn continuation_lines(count: usize) -> Vec<u8> {
    format!("FROM debian\nRUN echo{}\n", " \\\nword".repeat(count)).into_bytes()
}

/// One RUN with `depth` command substitutions inside of each other.
pub(crate) fn nested_substitutions(depth: usize) -> Vec<u8> {
    format!("FROM debian\nRUN {}a{}\n", "a $(".repeat(depth), ")".repeat(depth)).into_bytes()
}

/// Instructions that open something again and again, in as many ways as there are.
pub(crate) fn deep_files() -> Vec<Vec<u8>> {
    const DEPTH: usize = 10_000;
    let openers = [
        "ONBUILD ",
        "CMD [",
        "RUN {\"a\":",
        "RUN [\"a\", [",
        "RUN \"$(",
        "RUN ${a:-",
        "RUN ( ",
        "RUN { ",
        "RUN `",
        "RUN if ",
        "RUN $((",
        "ENV A=${a:-",
        "ENV A=\"'",
        "COPY <<",
        "RUN <<a ",
        "LABEL a=\\",
    ];
    let deep = |opener: &str| {
        let (keyword, opener) = opener.split_once(' ').expect("invariant: a keyword and what it repeats");
        let opener = if opener.is_empty() { "ONBUILD " } else { opener };
        let line = |repeated: &str| format!("FROM debian\n{keyword} {repeated}\n").into_bytes();
        let times = DEPTH.min(60_000 / opener.len());
        [line(&opener.repeat(times)), line(&format!("{}a", opener.repeat(times)))]
    };
    openers.iter().flat_map(|opener| deep(opener)).collect()
}
