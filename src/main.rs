//! The `dfopt` command.
fn main() {}
