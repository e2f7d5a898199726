//! Any bytes at all: no panic, no deep recursion, no span out of place.

use super::dump::dump;
use crate::shell::*;

#[test]
fn nesting_is_bounded() {
    let openers = [
        "$(",
        "${a:-",
        "(",
        "{ ",
        "((",
        "$((",
        "`",
        "\"$(",
        "\"${a:-",
        "if ",
        "while ",
        "case a in b) ",
        "f() ",
        "a=(<(",
        "x[$(",
        "[[ ( ",
        "! ",
        "coproc ",
        "function f (",
        "$[",
        "if a; then ",
        "for i in a; do ",
        "${a[",
        "<(",
        "a && (",
        "a | (",
        "cat <<E; (\n",
        "cat <<E\n$(",
    ];
    for opener in openers {
        let text = opener.repeat(10_000);
        for dialect in [Dialect::Posix, Dialect::Bash] {
            let _ = parse(text.as_bytes(), dialect);
        }
    }
    for (open, close) in [("( ", ")"), ("$(", ")"), ("${a:-", "}"), ("{ ", "; }"), ("\"$(", ")\"")] {
        for depth in [20, 10_000] {
            let text = format!("{}a{}", open.repeat(depth), close.repeat(depth));
            for dialect in [Dialect::Posix, Dialect::Bash] {
                let kind = parse(text.as_bytes(), dialect).err().map(|error| error.kind);
                assert_eq!(
                    kind,
                    (depth > 20).then_some(ErrorKind::TooDeep),
                    "{depth} times {open:?}, {dialect:?}"
                );
            }
        }
    }
}

#[test]
fn no_cut_or_stray_byte_breaks_it() {
    for text in samples() {
        for end in 0..=text.len() {
            for dialect in [Dialect::Posix, Dialect::Bash] {
                check(&text[..end], dialect);
            }
        }
        for at in 0..text.len() {
            for byte in *b"\0\\\"'`$(){}[]<>&|;# \n\xff" {
                let mut changed = text.to_vec();
                changed[at] = byte;
                check(&changed, Dialect::Bash);
                check(&changed, Dialect::Posix);
            }
        }
    }
}

/// If the text parses, dumping its tree asserts that each span lies in its parent and after its sibling.
fn check(text: &[u8], dialect: Dialect) {
    if let Ok(script) = parse(text, dialect) {
        dump(text, &script);
        assert!(
            script.comments.is_sorted() && script.comments.iter().all(|span| span.of(text).starts_with(b"#"))
        );
        let mut seen = 0;
        script.walk(&mut |node, _| seen += node.span().of(text).len().min(1));
        assert!(seen <= 20 * text.len());
    }
}

fn samples() -> Vec<&'static [u8]> {
    let texts = [
        "apt-get update && apt-get install -y --no-install-recommends a b=1.* \\\n  && rm -rf /var/lib/apt/lists/*",
        "set -eux; for i in a \"$b\" 'c'; do if [ -f \"${i%.*}\" ]; then echo `x $i`; fi; done | tee /x 2>&1",
        "case \"$(uname -m)\" in x86_64|amd64) A='a';; (arm*) A=\"b\" ;; *) exit 1; esac; curl ${A:-\"c d\"} # e",
        "cat <<EOF >x && b <<-'F'\nhi $(a \"$c\") ${d:+e}\nEOF\n\tg\n\tF\nh() { i; } 2>/dev/null; j &",
        "x=$((1 + (2 << 3))) y= ; (cd a && ! b || { c; }) | while read -r l; do :; done",
        "[[ -f a && ( $b =~ ^(c|d e)+$ || f != @(g|h) ) ]] || ((i += 1)) && (( (j) ))",
        "a=(1 \"$b\" [c d]=e) f[1]+=g export h=(i); diff <(j) >(k) <<<l &>m |& n",
        "for ((i=0;i<$(a);i++)); do echo ${i/\"a\"/b} ${!c} ${#d[@]} $'e\\'f' $\"g\" $[1+2]; done",
        "function f() { local x=${1:-a}; select y in b; do until c; do d; done; done; }; coproc Z { e; }",
        "echo \"${a:-\"b ${c#'}'}\"}\" \"`d \"e\"`\" $(f $(g `h`)) \\i ~/{j,k}",
        "if a\nthen\n b;\nelif c; then { d; } else e; fi",
        "\u{e9} \"\u{f1}\" '\u{4f60}' ; time -p ! a\n\n# b\nc",
    ];
    texts.iter().map(|text| text.as_bytes()).collect()
}
