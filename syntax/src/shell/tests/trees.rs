//! The tree of each construct, as an S-expression: see [`dump`].

use super::dump::dump;
use crate::shell::*;

#[test]
fn lists_and_pipelines() {
    let cases = [
        ("", ""),
        ("a", "(a)"),
        ("a b", "(a b)"),
        ("a; b", "(a) ; (b)"),
        ("a & b", "(a) & (b)"),
        ("a\n\nb\n", "(a) NL (b) NL"),
        ("a && b || c", "(a) && (b) || (c)"),
        ("a &&\n# no\nb", "(a) && (b)"),
        ("! a | b", "! (a) | (b)"),
        ("a \\\n  b && \\\n c", "(a b) && (c)"),
        ("a &\\\n& b", "(a) && (b)"),
        ("a#b c # d && e", "(a#b c)"),
    ];
    trees(Dialect::Posix, &cases);
    trees(Dialect::Bash, &cases);
    trees(
        Dialect::Bash,
        &[
            ("a |& b", "(a) |& (b)"),
            ("time -p a | b", "time (a) | (b)"),
            ("! time ! a", "! ! time (a)"),
            ("!; time", "! ; time"),
        ],
    );
    trees(Dialect::Posix, &[("time a", "(time a)")]);
}

#[test]
fn compound_commands() {
    let cases = [
        ("{ a; b; } && c", "{(a) ; (b) ;} && (c)"),
        ("(a; b) >x", "[subshell (a) ; (b)] >x"),
        (
            "if a; then b; elif c; then d; else e; fi",
            "[if (a) ; then (b) ; elif (c) ; then (d) ; else (e) ;]",
        ),
        ("if a; then { b; } fi", "[if (a) ; then {(b) ;}]"),
        ("i\\\nf a; then b; fi", "[if (a) ; then (b) ;]"),
        ("for i in a b; do c $i; done", "[for i in a b do (c ${i}) ;]"),
        ("for i do a; done", "[for i do (a) ;]"),
        ("while a; do b; done <f", "[while (a) ; do (b) ;] <f"),
        ("until a; do b; done", "[until (a) ; do (b) ;]"),
        ("case $x in a|b) c ;; (d) ;; *) f; esac", "[case ${x} in a|b) (c) ;; d) ;; *) (f) ;]"),
        ("case x in\n a) b;;\nesac", "[case x in a) (b) ;;]"),
        ("f() { a; } 2>x", "[function f {(a) ;} 2>x]"),
        ("echo if then }", "(echo if then })"),
        ("\\if a; 'if' b", "(\\if a) ; ('if' b)"),
        ("A=1 if", "(A=1 if)"),
    ];
    trees(Dialect::Posix, &cases);
    trees(Dialect::Bash, &cases);
    trees(
        Dialect::Posix,
        &[
            ("f() a", "[function f (a)]"),
            ("[[ a ]]", "([[ a ]])"),
            ("((a)); (b)", "[subshell [subshell (a)]] ; [subshell (b)]"),
        ],
    );
    trees(
        Dialect::Bash,
        &[
            ("function f { a; }", "[function f {(a) ;}]"),
            ("function f (a)", "[function f [subshell (a)]]"),
            ("a-b() (c)", "[function a-b [subshell (c)]]"),
            ("for ((i=0; i<3; i++)); do a; done", "[for ((i=0; i<3; i++)) do (a) ;]"),
            ("for i in a; { b; }", "[for i in a do (b) ;]"),
            ("select i in a; do b; done", "[for i in a do (b) ;]"),
            ("case x in a) b;& c) d;;& esac", "[case x in a) (b) ;& c) (d) ;;&]"),
            ("((x = (1)))", "[((x = (1)))]"),
            ("((a); (b))", "[subshell [subshell (a)] ; [subshell (b)]]"),
            ("[[ -f a && ! ( $b == *(c|d)e || f ) ]]", "[[[ a ${b} *(c|d)e f]]]"),
            ("[[ a =~ ^(b c|d)$ ]] && e", "[[[ a ^(b c|d)$]]] && (e)"),
            ("[[ a < b ]]", "[[[ a b]]]"),
            ("coproc a b", "[coproc (a b)]"),
            ("coproc X { a; }", "[coproc X {(a) ;}]"),
        ],
    );
}

#[test]
fn simple_commands_and_redirections() {
    let cases = [
        ("A=1 B=\"x y\" cmd C=3", "(A=1 B=\"x y\" cmd C=3)"),
        ("A= ; B=$(x)", "(A=) ; (B=$((x)))"),
        ("a >x 2>&1 <y >>z >|w <>v", "(a >x 2>&1 <y >>z >|w <>v)"),
        (">x a", "(a >x)"),
        ("cat <<EOF\nhi $x\nEOF\necho b", "(cat <<EOF{hi ${x}\n}) NL (echo b)"),
        ("cat <<-E && b\n\thi\n\tE\nc", "(cat <<E{\thi\n}) && (b) NL (c)"),
        ("cat <<'E F' > x\nhi $x\nE F\nb", "(cat <<'E F'{hi $x\n} >x) NL (b)"),
        ("cat <<A <<B\na\nA\nb\nB", "(cat <<A{a\n} <<B{b\n}) NL"),
        ("cat <<E\na\\\nE\nE\n", "(cat <<E{a\\\nE\n}) NL"),
        ("cat <<E", "(cat <<E{})"),
        ("cat <<E\nx", "(cat <<E{x}) NL"),
        ("(a <<E)\nb\nE", "[subshell (a <<E{b\n})] NL"),
    ];
    trees(Dialect::Posix, &cases);
    trees(Dialect::Bash, &cases);
    trees(Dialect::Posix, &[("echo 12>x", "(echo 12 >x)"), ("a &>b", "(a) & (>b)"), ("{x}>y", "({x} >y)")]);
    trees(
        Dialect::Bash,
        &[
            ("echo 12>x", "(echo 12>x)"),
            ("a &>b &>>c", "(a &>b &>>c)"),
            ("cat <<< \"x\" y", "(cat y <<<\"x\")"),
            ("{x}>y", "({x}>y)"),
            ("a=(1 \"2\" # c\n [k v]=3) b+=(c)d", "(a=(1 \"2\" [k v]=3) b+=(c)d)"),
            ("a[$x]=1 export b=(c)", "(a[${x}]=1 export b=(c))"),
            ("cat <<E\n${x\nE", "(cat <<E{${x\n}) NL"),
        ],
    );
}

#[test]
fn words() {
    let cases = [
        ("a'b c'\"d $e\"\\ f", "(a'b c'\"d ${e}\"\\ f)"),
        ("$x${y}$1$10$@$?$", "(${x}${y}${1}${1}0${@}${?}$)"),
        ("${x:-a b} ${x=y} ${x%%.*} ${#x}", "(${x :-(a b)} ${x =(y)} ${x %%(.*)} ${# x})"),
        ("${#} ${##} ${#-x} ${#?}", "(${#} ${# #} ${# -(x)} ${# ?})"),
        ("\"${x:-\"a}\"'}\"", "(\"${x :-(\"a}\"')}\")"),
        ("\"${x%'}'}\"", "(\"${x %('}')}\")"),
        ("$(a | b) \"$(c \"d\")\"", "($((a) | (b)) \"$((c \"d\"))\")"),
        ("`a b` `c \\`d\\``", "(`(a b)` `?`)"),
        ("$((1 + $x * (2)))", "($[1 + ${x} * (2)])"),
        ("{a,b}/* ~/x", "({a,b}/* ~/x)"),
        ("a}", "(a})"),
    ];
    trees(Dialect::Posix, &cases[..4]);
    trees(Dialect::Posix, &cases[5..]);
    trees(Dialect::Bash, &cases[..4]);
    trees(Dialect::Bash, &cases[5..]);
    trees(
        Dialect::Posix,
        &[
            ("\"${x:-it's \"}\"}\"", "(\"${x :-(it's \"}\")}\")"),
            ("$'a' $\"b\"", "($'a' $\"b\")"),
            ("${x/a/b}", "(${x BAD(a/b)})"),
        ],
    );
    trees(
        Dialect::Bash,
        &[
            ("\"${x:-'}'}\"", "(\"${x :-('}')}\")"),
            ("${x/a/b} ${x^^} ${!x} ${x:1:2} ${x@Q}", "(${x /(a/b)} ${x ^()} ${! x} ${x :(1:2)} ${x @(Q)})"),
            ("${a[@]} ${#a[$i]}", "(${a[@]} ${# a[${i}]})"),
            ("$'a\\'b' $\"c $d\"", "($'a\\'b' $\"c ${d}\")"),
            ("$[1+2] $((a);b)", "($[1+2] $([subshell (a)] ; (b)))"),
            ("diff <(a) x>(b)", "(diff <((a)) x>((b)))"),
            ("`a (`", "(`?`)"),
        ],
    );
}

fn trees(dialect: Dialect, cases: &[(&str, &str)]) {
    for (text, tree) in cases {
        match parse(text.as_bytes(), dialect) {
            Ok(script) => assert_eq!(dump(text.as_bytes(), &script), *tree, "{text:?}"),
            Err(error) => panic!("{text:?}: {error} at {}", error.offset),
        }
    }
}
