//! The rewrites, and the pipeline that applies them.
