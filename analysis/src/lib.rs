//! What the instructions of a Dockerfile mean.
