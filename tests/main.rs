//! The tests that need the whole program, or data from outside the project.

#![allow(clippy::print_stderr, reason = "a skipped test says so")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod buildkit;
mod cli;
mod config;
mod corpus;
mod diff;
mod discover;
mod editors;
mod everything;
mod examples;
mod licences;
mod pipeline;
mod properties;
mod readme;
mod sandbox;
mod seeds;
mod snapshots;
mod specs;
mod streams;
mod write;
