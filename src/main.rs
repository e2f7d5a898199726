//! The `dfopt` command.

fn main() -> std::process::ExitCode {
    dfopt::run::main().into()
}
