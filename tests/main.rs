//! The tests that need the whole program, or data from outside the project.

#![allow(clippy::print_stderr, reason = "a skipped test says so")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[cfg(unix)]
mod build_context;
mod buildkit;
mod builds;
mod cli;
mod config;
mod corpus;
mod cost;
mod deprecated_forms;
mod diff;
mod discover;
mod dockerignore;
mod docs;
mod editors;
mod everything;
mod examples;
mod generated;
mod hadolint;
mod licences;
mod memory;
mod non_root;
mod opinions;
mod orders;
mod pins;
mod pipeline;
mod properties;
mod readme;
mod registry;
mod reordered;
mod sandbox;
mod seeds;
mod shells;
mod snapshots;
mod sorted;
mod specs;
mod streams;
#[cfg(unix)]
mod traces;
#[cfg(unix)]
mod verify;
mod write;
