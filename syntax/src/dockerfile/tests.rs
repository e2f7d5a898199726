//! Unit tests of the Dockerfile layer. The agreement with BuildKit is tested on its own answers, in
//! the tests of the whole program.

use super::*;

fn parse(source: &str) -> Dockerfile<'_> {
    Dockerfile::parse(source.as_bytes()).unwrap()
}

#[test]
fn lines_tile_the_file() {
    let source = "\u{feff}# escape=`\n# a\n\nFROM a\r\nRUN b `\n  # c\n\n  d\nCOPY <<E /x\nRUN\nE\n\t\n";
    let dockerfile = parse(source);
    assert_eq!(dockerfile.text(), source.as_bytes());
    let kinds: Vec<LineKind> = dockerfile.lines().iter().map(|line| line.kind).collect();
    use LineKind::*;
    assert_eq!(
        kinds,
        [Directive, Comment, Blank, Code, Code, Comment, Blank, Code, Code, HeredocBody, HeredocEnd, Blank]
    );
}

#[test]
fn the_text_of_an_instruction_maps_back_to_the_file() {
    let source = "FROM a\nRUN --network=none one && \\\n    # why\n    two \\\n    three\n";
    let dockerfile = parse(source);
    let run = &dockerfile.instructions()[1];
    assert_eq!(run.slice(run.operation.body), b"one &&     two     three");
    for word in ["one", "&&", "two", "three"] {
        let at = String::from_utf8_lossy(run.text.bytes()).find(word).unwrap();
        let span = run.source_span(Span::new(at, at + word.len()));
        assert_eq!(&source[span.range()], word);
    }
    let network = run.flag("network").unwrap();
    assert_eq!(network.value(), Some("none"));
    assert_eq!(&source[run.source_span(network.span).range()], "--network=none");
    assert_eq!(&source[run.span.range()], &source[7..source.len() - 1]);
}

#[test]
fn a_span_that_ends_at_a_seam_ends_on_its_own_line() {
    let source = "FROM a\nRUN one\\\ntwo\n";
    let dockerfile = parse(source);
    let run = &dockerfile.instructions()[1];
    assert_eq!(run.slice(run.operation.body), b"onetwo");
    assert_eq!(&source[run.source_span(Span::new(4, 7)).range()], "one");
    assert_eq!(&source[run.source_span(Span::new(7, 10)).range()], "two");
    assert_eq!(&source[run.source_span(Span::new(4, 10)).range()], "one\\\ntwo");
}

#[test]
fn the_shell_text_of_heredocs_maps_back_to_the_file() {
    let source = "FROM a\nRUN cat <<A <<-B > /x\none\nA\n\ttwo\n\tB\nRUN <<-E\n\tthree\n\t\tfour\nE\n";
    let dockerfile = parse(source);
    let (kind, text) = dockerfile.instructions()[1].shell(source.as_bytes()).unwrap();
    assert_eq!(kind, ShellKind::HeredocInline);
    assert_eq!(text.bytes(), b"cat <<A <<-B > /x\none\nA\n\ttwo\nB");
    let (kind, script) = dockerfile.instructions()[2].shell(source.as_bytes()).unwrap();
    assert_eq!(kind, ShellKind::HeredocScript);
    assert_eq!(script.bytes(), b"three\nfour\n");
    let four = script.source_span(Span::new(6, 10));
    assert_eq!(&source[four.range()], "four");
}

#[test]
fn errors_name_the_place_and_the_cure() {
    let cases = [
        ("FORM a\n", "FORM", "unknown instruction `FORM`, did you mean `FROM`?"),
        (
            "FROM a\nRUN --mont=type=cache x\n",
            "--mont=type=cache",
            "unknown flag `--mont` of RUN, did you mean `--mount`?",
        ),
        ("FROM a b\n", "a b", "FROM requires either one or three arguments"),
        (
            "FROM a\nCOPY x\n",
            "COPY",
            "COPY requires at least two arguments: the destination could not be determined",
        ),
        ("RUN x\n", "RUN", "no build stage in current context: RUN before the first FROM"),
    ];
    for (source, place, message) in cases {
        let error = parse(source).check().unwrap_err();
        assert_eq!((&source[error.span.range()], error.message.as_str()), (place, message));
    }
    let error = Dockerfile::parse(b"FROM a\nRUN cat <<EOF\nx\n").unwrap_err();
    assert_eq!(error.message, "unterminated heredoc: no line `EOF` ends it");
    assert_eq!(error.line, 2);
}

#[test]
fn deep_nesting_costs_no_stack() {
    let onbuild = "ONBUILD ".repeat(7_000);
    let source = format!("FROM a\n{onbuild}RUN x\n");
    assert!(parse(&source).check().is_err());
    let blanks = format!("FROM a\nRUN \\\n{}x\n", format!("{}\\\n", "\u{a0}".repeat(30_000)).repeat(20));
    assert_eq!(parse(&blanks).instructions()[1].slice(parse(&blanks).instructions()[1].operation.body), b"x");
    let json = format!("FROM a\nRUN {}\n", "[".repeat(60_000));
    assert!(parse(&json).check().is_ok());
    let expansion = format!("FROM a\nRUN cat <<E {}\n", "${x:-".repeat(10_000));
    assert!(parse(&expansion).check().is_ok());
}

#[test]
fn variables_expand_as_in_buildkit() {
    let lookup = |name: &str| match name {
        "HOME" => Lookup::Set("/home/me".to_owned()),
        "FILE" => Lookup::Set("a.tar.gz".to_owned()),
        "STARS" => Lookup::Set("a*b*c".to_owned()),
        "EMPTY" => Lookup::Set(String::new()),
        "ASK" => Lookup::Unknown,
        _ => Lookup::Unset,
    };
    let invalid = Err(None);
    let unknown = Err(Some(()));
    let cases = [
        ("plain", Ok("plain")),
        ("$HOME/x", Ok("/home/me/x")),
        ("\"${HOME}\" '$HOME'", Ok("/home/me $HOME")),
        ("\\$HOME \\\\", Ok("$HOME \\")),
        ("$NO|$1|$|", Ok("||$|")),
        ("${NO:-x}${HOME:-x}${EMPTY:-x}${EMPTY-x}", Ok("x/home/mex")),
        ("${NO:+x}${HOME:+y}${EMPTY:+x}${EMPTY+z}", Ok("yz")),
        ("${NO:-${HOME:+in}}", Ok("in")),
        ("${HOME:?no}", Ok("/home/me")),
        ("${NO?gone}", invalid),
        ("${EMPTY:?gone}", invalid),
        ("${FILE#*.}", Ok("tar.gz")),
        ("${FILE##*.}", Ok("gz")),
        ("${FILE%.*}", Ok("a.tar")),
        ("${FILE%%.*}", Ok("a")),
        ("${FILE#?.t}", Ok("ar.gz")),
        ("${FILE%nothing}", Ok("a.tar.gz")),
        ("${STARS##*\\*}", Ok("c")),
        ("${STARS//\\*/-}", Ok("a-b-c")),
        ("${FILE/tar/zip}", Ok("a.zip.gz")),
        ("${FILE//[.]/-}", Ok("a.tar.gz")),
        ("${HOME/\\/home/\\/root}", Ok("\\/root/me")),
        ("${FILE#a\\b}", invalid),
        ("${FILE^^}", invalid),
        ("${}", invalid),
        ("${HOME", invalid),
        ("'open", invalid),
        ("$ASK", unknown),
        ("${ASK:-x}", unknown),
        ("${NO:-$ASK}", unknown),
    ];
    for (text, expected) in cases {
        let result = expand(text.as_bytes(), b'\\', &lookup);
        let result = result.map_err(|error| (error == ExpandError::Unknown).then_some(()));
        assert_eq!(result.as_deref(), expected.as_deref(), "{text}");
    }
    assert_eq!(expand(b"`$HOME c:\\x", b'`', &lookup), Ok("$HOME c:\\x".to_owned()));
    let long = format!("${{STARS#{}}}", "*a".repeat(5_000_000));
    assert_eq!(expand(long.as_bytes(), b'\\', &lookup), Err(ExpandError::Unknown), "the cost is bounded");
}

#[test]
fn views_name_the_parts_of_an_instruction() {
    let source = "ARG A B=\"x y\"\nFROM --platform=$P a:1 as Web\nCOPY --chown=1:2 --link one two /to/\n\
                  ADD [\"a b\", \"/c\"]\nCOPY <<E f /to/\nhi\nE\n\
                  RUN --mount=type=cache,target=/x,\"id=a,b\" --mount=from=web,src=/s,dst=/d true\n";
    let dockerfile = parse(source);
    let at = |i: usize| &dockerfile.instructions()[i];
    let text = |i: usize, span: Span| &source[at(i).source_span(span).range()];

    let declarations = at(0).operation.declarations(at(0).text.bytes());
    let declared: Vec<_> =
        declarations.iter().map(|d| (text(0, d.name), d.default.map(|default| text(0, default)))).collect();
    assert_eq!(declared, [("A", None), ("B", Some("\"x y\""))]);

    let from = at(1).operation.from().unwrap();
    let parts = [Some(from.reference), from.keyword, from.name].map(|span| text(1, span.unwrap()));
    assert_eq!(parts, ["a:1", "as", "Web"]);
    let platform = at(1).flag("platform").unwrap();
    assert_eq!(text(1, platform.name_span(at(1).text.bytes())), "--platform");
    assert_eq!(text(1, platform.value_span(at(1).text.bytes()).unwrap()), "$P");
    assert_eq!(at(2).flag("link").unwrap().value_span(at(2).text.bytes()), None);

    let transfer = |i: usize| {
        let transfer = at(i).operation.transfer(at(i).text.bytes()).unwrap();
        let sources: Vec<_> = transfer
            .sources
            .iter()
            .map(|source| match source {
                Source::Path(span) => text(i, *span).to_owned(),
                Source::Heredoc(span) => format!("heredoc {}", text(i, *span)),
            })
            .collect();
        (sources.join(", "), text(i, transfer.destination))
    };
    assert_eq!(transfer(2), ("one, two".to_owned(), "/to/"));
    assert_eq!(transfer(3), ("\"a b\"".to_owned(), "\"/c\""));
    assert_eq!(transfer(4), ("heredoc <<E, f".to_owned(), "/to/"));
    let heredoc = &at(4).heredocs[0];
    assert_eq!(text(4, heredoc.marker), "<<E");
    assert_eq!((&source[heredoc.body.range()], &source[heredoc.terminator.range()]), ("hi\n", "E"));

    let mounts: Vec<Mount> = at(5).operation.mounts().collect();
    let described: Vec<_> = mounts.iter().map(|m| (m.kind(), m.from(), m.source(), m.target())).collect();
    assert_eq!(described, [("cache", None, None, Some("/x")), ("bind", Some("web"), Some("/s"), Some("/d"))]);
}
