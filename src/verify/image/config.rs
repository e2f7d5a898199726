//! What an image says about how to run it.
//!
//! Source: <https://github.com/opencontainers/image-spec/blob/main/config.md>; `Healthcheck`, `Shell` and `OnBuild` are
//! Docker's (<https://github.com/moby/docker-image-spec/blob/main/spec.md>).

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// What is compared of it, in the order of reports.
const FIELDS: &[&str] = &[
    "Env",
    "Cmd",
    "Entrypoint",
    "WorkingDir",
    "User",
    "ExposedPorts",
    "Labels",
    "Volumes",
    "Healthcheck",
    "StopSignal",
    "Shell",
    "OnBuild",
];

/// A configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ImageConfig {
    /// What was set, by name. What is empty counts as not set: builders differ there.
    pub(crate) fields: BTreeMap<&'static str, Value>,
    /// What MAINTAINER said.
    pub(crate) author: Option<String>,
    /// What the image is for: operating system and processor.
    pub(crate) platform: String,
    /// The number of layers.
    pub(super) layers: usize,
}

impl ImageConfig {
    /// Reads the document that an image's manifest names as its configuration.
    pub(crate) fn parse(document: &[u8]) -> Result<Self> {
        let document: Value = serde_json::from_slice(document).context("the configuration is no JSON")?;
        let layers = document["rootfs"]["diff_ids"].as_array().map(Vec::len);
        ensure!(layers.is_some(), "the configuration lists no layers");
        let set = |name: &&'static str| Some((*name, normal(name, &document["config"][*name])?));
        let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
        Ok(Self {
            fields: FIELDS.iter().filter_map(set).collect(),
            author: Some(text("author")).filter(|author| !author.is_empty()),
            platform: [text("os"), text("architecture"), text("variant")].join("/"),
            layers: layers.unwrap_or_default(),
        })
    }

    /// The names of all that differs, with both values.
    pub(crate) fn differences<'c>(&'c self, other: &'c Self) -> Vec<(&'static str, &'c Value, &'c Value)> {
        let value = |config: &'c Self, name: &str| config.fields.get(name).unwrap_or(&Value::Null);
        let both = |name: &&'static str| (*name, value(self, name), value(other, name));
        FIELDS.iter().map(both).filter(|(_, before, after)| before != after).collect()
    }

    /// The words of a field that is a list of them.
    pub(crate) fn words(&self, field: &str) -> Vec<&str> {
        let list = self.fields.get(field).and_then(Value::as_array);
        list.map_or_else(Vec::new, |list| list.iter().filter_map(Value::as_str).collect())
    }

    /// A field that is one text.
    pub(crate) fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or_default()
    }
}

/// A value as it is compared: variables in order, as their order has no meaning.
fn normal(name: &str, value: &Value) -> Option<Value> {
    let is_empty = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    if is_empty {
        return None;
    }
    match value {
        Value::Array(list) if name == "Env" => {
            let mut list = list.clone();
            list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            Some(Value::Array(list))
        }
        Value::String(folder) if name == "WorkingDir" && folder == "/" => None,
        value => Some(value.clone()),
    }
}
