//! The program around the pipeline.
