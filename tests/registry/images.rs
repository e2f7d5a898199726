//! Tiny images in an OCI layout, for `skopeo` to push.

use std::path::Path;

use serde_json::{Value, json};

use super::{INDEX_TYPE, sha256};

const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// Writes a layout with two images: `single` for amd64, and `multi`, an index of amd64 and arm64.
pub(super) fn write(layout: &Path) {
    std::fs::create_dir_all(layout.join("blobs/sha256")).unwrap();
    std::fs::write(layout.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    let platforms = ["amd64", "arm64"].map(|architecture| image(layout, architecture));
    let multi = json!({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": platforms});
    let multi = blob(layout, INDEX_TYPE, multi.to_string().as_bytes());
    let all = [named(image(layout, "amd64"), "single"), named(multi, "multi")];
    std::fs::write(layout.join("index.json"), json!({"schemaVersion": 2, "manifests": all}).to_string())
        .unwrap();
}

/// The descriptor of an image of one layer with one file.
fn image(layout: &Path, architecture: &str) -> Value {
    let tar = layer(architecture);
    let config = json!({
        "architecture": architecture,
        "os": "linux",
        "config": {"Cmd": ["/file"]},
        "rootfs": {"type": "layers", "diff_ids": [sha256(&tar)]},
    });
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": blob(layout, "application/vnd.oci.image.config.v1+json", config.to_string().as_bytes()),
        "layers": [blob(layout, "application/vnd.oci.image.layer.v1.tar", &tar)],
    });
    let mut descriptor = blob(layout, MANIFEST_TYPE, manifest.to_string().as_bytes());
    descriptor["platform"] = json!({"architecture": architecture, "os": "linux"});
    descriptor
}

fn layer(text: &str) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_data(&mut header, "file", text.as_bytes()).unwrap();
    tar.into_inner().unwrap()
}

fn blob(layout: &Path, media_type: &str, content: &[u8]) -> Value {
    let digest = sha256(content);
    std::fs::write(layout.join("blobs").join(digest.replace(':', "/")), content).unwrap();
    json!({"mediaType": media_type, "digest": digest, "size": content.len()})
}

fn named(mut descriptor: Value, name: &str) -> Value {
    descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": name});
    descriptor
}
