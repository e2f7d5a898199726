//! What a registry says that an image is: its digest, and the manifest behind it.

use ring::digest::{SHA256, digest};
use serde_json::Value;

/// What is asked for: an index before a manifest of one platform.
/// Source: <https://github.com/opencontainers/image-spec/blob/main/media-types.md>,
/// <https://distribution.github.io/distribution/spec/manifest-v2-2/>.
pub(super) const ACCEPT: &str = concat!(
    "application/vnd.oci.image.index.v1+json, ",
    "application/vnd.docker.distribution.manifest.list.v2+json, ",
    "application/vnd.oci.image.manifest.v1+json, ",
    "application/vnd.docker.distribution.manifest.v2+json"
);

/// A manifest is at most this long; registries refuse longer ones on push
/// (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests>).
pub(super) const LONGEST: u64 = 4 << 20;

/// `sha256:` and 64 lower-case hex digits.
pub(super) fn is_digest(text: &str) -> bool {
    let is_hex =
        |hex: &str| hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    text.strip_prefix("sha256:").is_some_and(is_hex)
}

/// The digest of these very bytes.
pub(super) fn digest_of(body: &[u8]) -> String {
    let hash = digest(&SHA256, body);
    let hex: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// The content type is one of the four.
pub(super) fn is_media_type(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    ACCEPT.split(", ").any(|accepted| accepted.eq_ignore_ascii_case(essence))
}

/// Whether the body is a manifest or an index of one of the four types; else what is wrong with it.
pub(super) fn check(body: &[u8], content_type: Option<&str>) -> Result<(), &'static str> {
    let Ok(Value::Object(manifest)) = serde_json::from_slice(body) else {
        return Err("the manifest is no JSON object");
    };
    if manifest.get("schemaVersion").and_then(Value::as_u64) != Some(2) {
        return Err("the manifest is not of schema version 2");
    }
    // OCI leaves the media type out of the body where it likes.
    let inner = manifest.get("mediaType").map(|inner| inner.as_str().unwrap_or_default());
    let Some(media_type) = inner.or(content_type).filter(|media_type| is_media_type(media_type)) else {
        return Err("the manifest is of a type that was not asked for");
    };
    let is_index = media_type.contains("index") || media_type.contains("list");
    let is_whole = match is_index {
        true => manifest.get("manifests").is_some_and(Value::is_array),
        false => manifest.get("config").is_some_and(Value::is_object),
    };
    if is_whole { Ok(()) } else { Err("the manifest lacks what its type must have") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const INDEX: &str = "application/vnd.oci.image.index.v1+json";

    #[test]
    fn digests_have_one_form() {
        assert!(is_digest("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        assert_eq!(digest_of(b""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let hex = "a".repeat(64);
        for wrong in [
            "",
            "sha256:",
            &hex,
            &format!("sha256:{}", &hex[1..]),
            &format!("sha256:{hex}a"),
            &format!("SHA256:{hex}"),
            &format!("sha256:{}", hex.to_uppercase()),
            &format!("sha512:{hex}"),
            &format!(" sha256:{hex}"),
            &format!("sha256:{hex}\n"),
            &format!("sha256:{}g", &hex[1..]),
        ] {
            assert!(!is_digest(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn manifests_are_told_from_other_bodies() {
        let ok = |body: &str, content_type| check(body.as_bytes(), content_type).is_ok();
        assert!(ok(r#"{"schemaVersion":2,"manifests":[]}"#, Some(INDEX)));
        assert!(ok(
            r#"{"schemaVersion":2,"manifests":[]}"#,
            Some("application/VND.oci.image.index.v1+json; charset=utf-8")
        ));
        assert!(ok(
            r#"{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{}}"#,
            Some("text/plain")
        ));
        assert!(!ok(r#"{"schemaVersion":2,"manifests":[]}"#, None));
        assert!(!ok(r#"{"schemaVersion":2,"manifests":[]}"#, Some("text/html")));
        assert!(!ok(r#"{"schemaVersion":1,"manifests":[]}"#, Some(INDEX)));
        assert!(!ok(r#"{"schemaVersion":2,"mediaType":7,"manifests":[]}"#, Some(INDEX)));
        assert!(!ok(r#"{"schemaVersion":2,"layers":[]}"#, Some(INDEX)));
        assert!(
            !ok("[]", Some(INDEX))
                && !ok("{", Some(INDEX))
                && !ok("<html>", Some(INDEX))
                && !ok("", Some(INDEX))
        );
    }

    proptest! {
        #[test]
        fn any_body_is_read_without_a_panic(body in any::<Vec<u8>>(), content_type in any::<Option<String>>()) {
            let _ = check(&body, content_type.as_deref());
        }
    }
}
