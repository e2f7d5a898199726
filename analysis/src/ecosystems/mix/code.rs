//! Whether Elixir code reads files or runs programs.

use super::elixir::Token;

/// Modules whose functions compute and no more.
const PURE: &[&str] = &[
    "Access",
    "Atom",
    "Base",
    "Bitwise",
    "Date",
    "DateTime",
    "Enum",
    "Float",
    "Integer",
    "Keyword",
    "List",
    "Map",
    "MapSet",
    "NaiveDateTime",
    "Regex",
    "String",
    "Tuple",
    "URI",
    "Version",
];

/// Functions of other modules that read nothing but the environment.
const FUNCTIONS: &[(&str, &[&str])] = &[
    ("Code", &["ensure_loaded?"]),
    ("IO", &["inspect", "puts", "warn"]),
    ("Mix", &["compilers", "env", "raise", "shell", "target"]),
    ("Mix.Project", &["config"]),
    ("Path", &["basename", "dirname", "expand", "extname", "join", "rootname"]),
    ("System", &["fetch_env", "fetch_env!", "get_env", "otp_release", "schedulers_online", "version"]),
];

/// Modules that are more than a name where they stand alone: `alias File, as: F`.
const OTHERS: &[&str] = &[
    "Application",
    "Code",
    "Config.Reader",
    "EEx",
    "File",
    "File.Stream",
    "Function",
    "IO",
    "Kernel",
    "Mix",
    "Mix.Shell.IO",
    "Module",
    "Path",
    "Port",
    "Process",
    "System",
    "Task",
];

/// Functions without a module that call others.
const CALLING: &[&str] = &["apply", "quote", "spawn", "spawn_link", "spawn_monitor", "unquote"];

/// # Errors
/// The first thing that may read a file or run a program.
pub(super) fn check<'t>(tokens: &[Token<'t>]) -> Result<(), &'t str> {
    for (index, token) in tokens.iter().enumerate() {
        let next = |n: usize| tokens.get(index + n).copied();
        let called = match (next(1), next(2)) {
            (Some(Token::Mark('.')), Some(Token::Word(function))) => Some(function),
            _ => None,
        };
        match *token {
            Token::Alias(module) => match called {
                Some(function) if is_known(module, function) => {}
                Some(_) => return Err(module),
                None if OTHERS.contains(&module) => return Err(module),
                None => {}
            },
            Token::Atom(module) if called.is_some() => return Err(module),
            Token::Word(name) if CALLING.contains(&name) => return Err(name),
            // A variable may hold any module: `module.function()`.
            Token::Word(_) | Token::Mark(')' | ']' | '}') if next(3) == Some(Token::Mark('(')) => {
                if let Some(function) = called {
                    return Err(function);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_known(module: &str, function: &str) -> bool {
    PURE.contains(&module)
        || FUNCTIONS.iter().any(|(name, functions)| *name == module && functions.contains(&function))
}

/// # Errors
/// What `import_config` imports, where it is no file of the folder.
pub(super) fn check_imports<'t>(tokens: &[Token<'t>]) -> Result<(), &'t str> {
    let imports = tokens.iter().enumerate().filter(|(_, token)| **token == Token::Word("import_config"));
    for (index, _) in imports {
        // What stands in a string comes before it.
        let file = tokens[index + 1..].iter().find(|token| match token {
            Token::Mark('(' | ')' | '.') | Token::Alias("Mix") => false,
            Token::Word(word) => !matches!(*word, "config_env" | "config_target" | "env" | "target"),
            _ => true,
        });
        match file {
            Some(Token::Text(path) | Token::Mixed(path)) => {
                if path.contains(['/', '\\'])
                    || path.contains("..")
                    || path.contains("runtime")
                    || path.contains("releases")
                {
                    return Err(path);
                }
            }
            _ => return Err("what is not known"),
        }
    }
    Ok(())
}
