//! Programs that run the command in their arguments.

/// What a command line comes down to.
pub(super) enum Run<'w> {
    /// The program itself.
    Program,
    /// Another command line.
    Command(&'w [String]),
    /// Shell code, and its parameters.
    Code(&'w str, &'w [String]),
    /// A shell reads this script, which gets parameters.
    Script(&'w str, &'w [String]),
}

/// A wrapper: its words, the options whose value is the next word, and how many operands stand before the command.
struct Wrapper {
    words: &'static [&'static str],
    valued: &'static [&'static str],
    operands: usize,
}

/// By their manuals. The entry points are those of the official images of Node.js and PHP, which run a command that
/// does not start with a dash.
const WRAPPERS: &[Wrapper] = &[
    Wrapper { words: &["tini"], valued: &["-p", "-e"], operands: 0 },
    Wrapper { words: &["docker-init"], valued: &["-p", "-e"], operands: 0 },
    Wrapper { words: &["dumb-init"], valued: &["-r", "--rewrite"], operands: 0 },
    Wrapper { words: &["docker-entrypoint.sh"], valued: &[], operands: 0 },
    Wrapper { words: &["docker-php-entrypoint"], valued: &[], operands: 0 },
    Wrapper { words: &["exec"], valued: &["-a"], operands: 0 },
    Wrapper { words: &["command"], valued: &[], operands: 0 },
    Wrapper { words: &["env"], valued: &["-u", "-C"], operands: 0 },
    Wrapper { words: &["cross-env"], valued: &[], operands: 0 },
    Wrapper { words: &["npx"], valued: &["-p", "--package"], operands: 0 },
    Wrapper { words: &["nohup"], valued: &[], operands: 0 },
    Wrapper { words: &["nice"], valued: &["-n"], operands: 0 },
    Wrapper { words: &["time"], valued: &["-f", "-o"], operands: 0 },
    Wrapper { words: &["stdbuf"], valued: &["-i", "-o", "-e"], operands: 0 },
    Wrapper { words: &["timeout"], valued: &["-k", "-s"], operands: 1 },
    Wrapper { words: &["bundle", "exec"], valued: &[], operands: 0 },
    Wrapper { words: &["ddtrace-run"], valued: &[], operands: 0 },
    Wrapper { words: &["newrelic-admin", "run-program"], valued: &[], operands: 0 },
    Wrapper { words: &["opentelemetry-instrument"], valued: &[], operands: 0 },
];

const SHELLS: &[&str] = &["sh", "bash", "dash", "ash"];

/// What `program` with `arguments` runs.
pub(super) fn unwrapped<'w>(program: &str, arguments: &'w [String]) -> Run<'w> {
    let name = crate::paths::split(program).1;
    if SHELLS.contains(&name) {
        return shell(arguments);
    }
    if let ("." | "source", [script, parameters @ ..]) = (name, arguments) {
        return Run::Script(script, parameters);
    }
    let wrapper = WRAPPERS.iter().find(|wrapper| {
        wrapper.words[0] == name && wrapper.words[1..].iter().zip(arguments).all(|(word, own)| word == own)
    });
    let Some(wrapper) = wrapper else { return Run::Program };
    let Some(mut words) = arguments.get(wrapper.words.len() - 1..) else { return Run::Program };
    let mut operands = wrapper.operands;
    while let Some((first, rest)) = words.split_first() {
        words = match first.as_str() {
            "--" => return Run::Command(rest),
            word if wrapper.valued.contains(&word) => rest.get(1..).unwrap_or_default(),
            word if word.starts_with('-') => rest,
            word if matches!(name, "env" | "cross-env") && word.contains('=') => rest,
            _ if operands > 0 => {
                operands -= 1;
                rest
            }
            _ => break,
        };
    }
    Run::Command(words)
}

/// A shell: the code after `-c`, or a script.
fn shell(arguments: &[String]) -> Run<'_> {
    let mut words = arguments;
    while let Some((first, rest)) = words.split_first() {
        let is_cluster = first.starts_with('-') && !first.starts_with("--");
        if is_cluster && first.contains('c') {
            return match rest.split_first() {
                Some((code, parameters)) => Run::Code(code, parameters.get(1..).unwrap_or_default()),
                None => Run::Program,
            };
        }
        if first == "-o" || first == "+o" {
            words = rest.get(1..).unwrap_or_default();
        } else if first.starts_with('-') {
            words = rest;
        } else {
            return Run::Script(first, rest);
        }
    }
    Run::Program
}
