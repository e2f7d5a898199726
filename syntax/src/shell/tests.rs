//! Values, contexts and spans; the trees, the verdicts and the limits are in the files beside.

use super::*;
use crate::Span;

mod dump;
mod limits;
mod trees;
mod verdicts;

fn bash(text: &str) -> Script {
    parse(text.as_bytes(), Dialect::Bash)
        .unwrap_or_else(|error| panic!("{text:?}: {error} at {}", error.offset))
}

#[test]
fn values_of_words() {
    let cases: [(&str, Option<&str>, bool); 12] = [
        ("abc", Some("abc"), true),
        ("'a b'", Some("a b"), true),
        ("a\"b\\\"c\\d\"'e'\\f", Some("ab\"c\\def"), true),
        ("\"\"", Some(""), true),
        ("a\\\nb", Some("ab"), true),
        ("*.c", Some("*.c"), false),
        ("'*'.c", Some("*.c"), true),
        ("~/x", Some("~/x"), false),
        ("{a,b}", Some("{a,b}"), false),
        ("$x", None, false),
        ("\"a$(b)\"", None, false),
        ("$'a'", None, false),
    ];
    for (text, literal, plain) in cases {
        let script = bash(text);
        let (command, _) = script.simple_commands()[0];
        let word = &command.words[0];
        assert_eq!(word.literal(text.as_bytes()).as_deref(), literal, "{text:?}");
        assert_eq!(word.is_plain(text.as_bytes()), plain, "{text:?}");
    }
    let script = parse(b"a\xff", Dialect::Posix).unwrap();
    assert_eq!(script.simple_commands()[0].0.words[0].literal(b"a\xff"), None);
}

#[test]
fn contexts_of_commands() {
    let text = "a && b || (c); if d; then e; fi; f | g; h & ! i; j $(k); while l; do m; done; n() { o; }; p <<E\n`q`\nE\n";
    let flags = |context: Context| {
        let names = [
            (context.in_subshell, "subshell"),
            (context.in_substitution, "substitution"),
            (context.in_pipeline, "pipeline"),
            (context.in_background, "background"),
            (context.in_function, "function"),
            (context.in_loop, "loop"),
            (context.in_condition, "condition"),
            (context.in_branch, "branch"),
            (context.after_and, "and"),
            (context.after_or, "or"),
            (context.before_and_or, "before"),
            (context.negated, "not"),
        ];
        names.iter().filter(|(set, _)| *set).map(|(_, name)| format!(" {name}")).collect::<String>()
    };
    let script = bash(text);
    let seen: Vec<String> = script
        .simple_commands()
        .iter()
        .map(|(command, context)| format!("{}{}", &text[command.span.range()][..1], flags(*context)))
        .collect();
    let expected = [
        "a before",
        "b and before",
        "c subshell and or",
        "d condition",
        "e branch",
        "f pipeline",
        "g pipeline",
        "h background",
        "i not",
        "j",
        "k substitution",
        "l loop condition",
        "m loop",
        "o function",
        "p",
        "q substitution",
    ];
    assert_eq!(seen, expected);
    let (first, context) = script.simple_commands()[9];
    assert_eq!(first.span.of(text.as_bytes()), b"j $(k)");
    assert!(context.runs_in_shell() && context.is_unconditional());
}

#[test]
fn comments_are_kept() {
    let text = "# a\nb # c\n$(d # e\n) f#g; `h # i`; x=1 # it's";
    let comments: Vec<&str> = bash(text).comments.iter().map(|span| &text[span.range()]).collect();
    assert_eq!(comments, ["# a", "# c", "# e", "# i", "# it's"]);
}

#[test]
fn spans_divide_no_character() {
    for (text, parts) in [("\\\u{e9}a", 2), ("\\\u{1f600}", 1), ("<<\\\u{e9}\n\u{e9}\n", 0)] {
        let script = bash(text);
        script.walk(&mut |node, _| assert!(text.get(node.span().range()).is_some(), "{text:?} {node:?}"));
        let words = &script.simple_commands()[0].0.words;
        assert_eq!(words.first().map_or(0, |word| word.parts.len()), parts, "{text:?}");
        assert!(script.here_documents.iter().all(|document| document.terminator.is_some()));
    }
}

#[test]
fn spans_are_exact() {
    let text = "A=1 b 'c d' >e";
    let script = bash(text);
    let (command, _) = script.simple_commands()[0];
    assert_eq!(command.span, Span::new(0, 14));
    assert_eq!(command.assignments[0].value.span, Span::new(2, 3));
    assert_eq!(command.words[1].span, Span::new(6, 11));
    assert_eq!(command.redirects[0].span, Span::new(12, 14));
}
