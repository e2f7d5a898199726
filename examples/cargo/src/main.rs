use std::error::Error;
use std::path::PathBuf;

use humansize::{DECIMAL, format_size};
use lexopt::prelude::*;

const HELP: &str = "twins [--min BYTES] [--link] FOLDER";

fn main() -> Result<(), Box<dyn Error>> {
    let mut folder: Option<PathBuf> = None;
    let mut min = 1;
    let mut link = false;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("min") => min = arguments.value()?.parse()?,
            Long("link") => link = true,
            Value(path) if folder.is_none() => folder = Some(path.into()),
            Short('h') | Long("help") => {
                println!("{HELP}");
                return Ok(());
            }
            _ => return Err(argument.unexpected().into()),
        }
    }
    let all = twins::find(&folder.ok_or(HELP)?, min)?;
    for twins in &all {
        println!("{}", format_size(twins.size, DECIMAL));
        for path in &twins.paths {
            println!("  {}", path.display());
        }
        if link {
            twins::link(twins)?;
        }
    }
    let waste: u64 = all.iter().map(twins::Twins::waste).sum();
    println!("{} in {} files", format_size(waste, DECIMAL), all.len());
    Ok(())
}
