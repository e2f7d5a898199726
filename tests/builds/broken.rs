//! Transforms that are wrong in ways that no check of the text sees: the gate does.

use dfopt_syntax::{Edit, Span};
use dfopt_transforms::{Context, Effect, Facts, Findings, Options, Transform, optimize};

use crate::builds::{builder, contract, verify};
use crate::sandbox::Sandbox;

const DOCKERFILE: &str = "\
FROM busybox:latest
WORKDIR /app
COPY tool.sh greeting /app/
RUN chmod 755 /app/tool.sh
RUN echo \"from $(cat /app/greeting)\" > /app/made
ENV MODE=fast
CMD [\"/app/tool.sh\", \"--loud\"]
";

const COPY_AND_READ: &str = "\
COPY tool.sh greeting /app/
RUN chmod 755 /app/tool.sh
RUN echo \"from $(cat /app/greeting)\" > /app/made
";

const READ_AND_COPY: &str = "\
RUN echo \"from $(cat /app/greeting)\" > /app/made
COPY tool.sh greeting /app/
RUN chmod 755 /app/tool.sh
";

/// Every transform here says that it only saves a layer.
const fn broken(id: &'static str, run: fn(&Context<'_, '_>, &mut Findings)) -> Transform {
    Transform { id, effect: Effect::Preserve, acts_on: &[], source: "//! Wrong.", run }
}

/// Each with a place at which the images differ.
static BROKEN: [(Transform, &str); 5] = [
    (broken("drops-a-run", |c, f| replace(c, f, "RUN chmod 755 /app/tool.sh\n", "")), "/app/tool.sh"),
    (broken("copies-too-late", |c, f| replace(c, f, COPY_AND_READ, READ_AND_COPY)), "/app/made"),
    (broken("drops-a-variable", |c, f| replace(c, f, "ENV MODE=fast\n", "")), "Env"),
    (broken("cuts-a-command", |c, f| replace(c, f, ", \"--loud\"", "")), "Cmd"),
    (
        broken("cleans-too-much", |c, f| replace(c, f, "> /app/made", "> /app/made && rm -rf /etc/group")),
        "/etc/group",
    ),
];

fn replace(context: &Context<'_, '_>, findings: &mut Findings, text: &str, by: &str) {
    let source = std::str::from_utf8(context.build.source()).unwrap();
    // The pipeline asks again until nothing changes.
    if !by.is_empty() && source.contains(by) {
        return;
    }
    if let Some(start) = source.find(text) {
        let span = Span::new(start, start + text.len());
        findings.rewrite("save a layer", Effect::Preserve, vec![Edit { span, text: by.to_owned() }]);
    }
}

#[test]
fn a_broken_transform_is_caught() {
    if builder().is_none() {
        return;
    }
    for (transform, place) in &BROKEN {
        let options = Options { level: Effect::Preserve, transforms: vec![transform], ..Options::default() };
        let outcome = optimize(DOCKERFILE.as_bytes(), &options, Facts::default()).unwrap();
        let text = String::from_utf8(outcome.text).unwrap();
        // Nothing but a build can tell.
        assert!(outcome.reverted.is_empty() && text != DOCKERFILE, "{}: {text}", transform.id);
        let sandbox = Sandbox::with(&[
            ("app/Dockerfile", DOCKERFILE),
            ("app/tool.sh", "#!/bin/sh\n"),
            ("app/greeting", "hello\n"),
            ("after", &text),
        ]);
        let after = sandbox.path("after");
        let options = ["--cached", "--quick", "--after", after.to_str().unwrap()];
        let report = verify(&sandbox.path("app"), Effect::Preserve, &options).unwrap();
        let breaches = contract(&report).unwrap_err();
        assert!(breaches.contains(place), "{}: {breaches}", transform.id);
        eprintln!("{}: caught: {}", transform.id, breaches.replace('\n', "; "));
    }
}
