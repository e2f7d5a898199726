//! The program around the pipeline: everything that touches files, the terminal and the configuration.

pub mod parse;
