//! Text to lossless tree and back: Dockerfiles, the shell code inside them, and edits of both.
//!
//! Knows grammar and no rule about what is good. The reference is BuildKit's own parser
//! (<https://github.com/moby/buildkit/tree/master/frontend/dockerfile/parser>): what it accepts is
//! accepted here, cut into the same instructions, and every byte of the file is in the tree.

pub mod dockerfile;
mod edit;
mod nearest;
pub mod shell;
mod span;

pub use dockerfile::{Dockerfile, SyntaxError};
pub use edit::{Edit, Edits, Overlap};
pub use nearest::nearest;
pub use span::{Position, Span, position};
