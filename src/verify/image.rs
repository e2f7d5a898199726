//! Images as they are saved: configuration, and every file with a hash of what is in it.

mod archive;
mod budget;
mod config;
mod layer;
mod tar;
#[cfg(test)]
mod tests;
mod tree;
mod zstd;

pub(crate) use archive::{Image, read};
pub(crate) use budget::Budget;
#[cfg(test)]
pub(crate) use config::ImageConfig;
pub(crate) use layer::{Content, Kind, Node, Path};
pub(crate) use tree::{Tree, split};
