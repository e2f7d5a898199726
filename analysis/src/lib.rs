//! What the instructions of a Dockerfile mean: its stages, the state each instruction finds, the
//! commands its RUNs execute, and the tables of facts about package managers and base images.
//!
//! Pure: everything is computed from the tree. What is not known is `None` or `Unknown`, never guessed.

pub mod accounts;
mod archive;
mod build;
mod context;
mod copied;
mod digests;
pub mod dockerignore;
pub mod ecosystems;
pub mod effects;
mod glob;
mod image;
mod invocation;
mod named_images;
pub mod packages;
pub mod paths;
pub mod privileges;
pub mod programs;
pub mod reference;
pub mod remains;
pub mod savings;

mod shell_code;
mod stage;
pub mod startup;
mod state;
mod volatile;

pub use archive::{Unpacking, unpacking};
pub use build::{After, Build};
pub use context::{BuildContext, Entry, HEAD};
pub use copied::{Copied, Destination, destination, sources};
pub use digests::{Digests, Unresolved};
pub use image::{Account, BaseImage, Entrypoint, Family, Presence, Profile, Tools};
pub use invocation::Invocation;
pub use named_images::{NamedImage, Unclear, named_images};
pub use reference::Reference;
pub use shell_code::ShellCode;
pub use stage::{Base, Stage};
pub use state::{Shell, State, Variable, VariableKind};
pub use volatile::is_volatile;
