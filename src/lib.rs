//! The program around the pipeline: everything that touches files, the terminal and the configuration.

pub mod cli;
pub mod config;
pub mod context;
pub mod diff;
pub mod digests;
pub mod discover;
pub mod exit;
pub mod explain;
pub mod files;
pub mod filter;
pub mod messages;
pub mod parse;
pub mod registry;
pub mod remarks;
pub mod run;
pub mod selection;
pub mod snippet;
pub mod source;
pub mod terminal;
pub mod verify;
pub mod write;
