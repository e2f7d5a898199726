//! Package managers: which commands are theirs, what those do, and the facts rewrites stand on.
//!
//! The facts are tables ([`managers`], [`caches`], [`recommends`], [`tools`]); the code only reads them.

mod apt_settings;
pub mod caches;
mod command;
mod index;
pub mod managers;
mod order;
pub mod recommends;
pub mod tools;

pub use apt_settings::{AptSettings, Key, Setting};
pub use command::PackageCommand;
pub use index::{IndexUse, only_updates, uses_index};
pub use managers::{Action, Family, Manager};
pub use order::{Listed, free_list, is_order_free};
