//! The tools that install Python packages, and what they have in common.

mod arguments;
mod conda;
mod environment;
mod installs;
mod pip;
mod pipenv;
mod poetry;
mod pyproject;
mod requirement;
mod requirements;
mod uv;

pub(super) use conda::{CONDA, CREATE as CONDA_CREATE};
pub(super) use pip::{COMPILE, PIP, SETUP, SYNC as PIP_SYNC};
pub(super) use pipenv::PIPENV;
pub(super) use poetry::POETRY;
pub(super) use uv::{PIP as UV_PIP, SYNC as UV_SYNC};

use super::{Ecosystem, Names, Project, Refusal};
