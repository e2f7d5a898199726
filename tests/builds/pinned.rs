//! `pin-digest`, with an image that a registry serves.

use dfopt_transforms::Effect;

use crate::builds::{builder, contract, verify};
use crate::sandbox::Sandbox;

#[test]
fn a_pinned_image_is_the_same() {
    if builder().is_none() {
        return;
    }
    let Ok(image) = std::env::var("DFOPT_BUILDS_IMAGE") else {
        eprintln!("SKIPPED: no registry serves an image (DFOPT_BUILDS_IMAGE names one)");
        return;
    };
    let text = format!("FROM {image}\nRUN echo made > /made\n");
    let sandbox = Sandbox::with(&[("app/Dockerfile", &text)]);
    let options = ["--cached", "--quick", "--only", "pin-digest"];
    let report = verify(&sandbox.path("app"), Effect::Harden, &options).unwrap();
    contract(&report).unwrap();
    assert_eq!(report["before"]["size"], report["after"]["size"]);
}
