//! A saved image, as `docker save`, `podman save` and `buildah push` write it: a tar archive with `manifest.json`, or
//! one with the OCI image layout.
//!
//! Sources: <https://github.com/moby/docker-image-spec/blob/main/spec.md>,
//! <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>.
//!
//! The archive comes through a pipe, and what a blob is stands at its end. So each blob that looks like a layer is
//! read as one when it comes by, and the manifest picks from what was read.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use flate2::read::MultiGzDecoder;
use serde_json::Value;

use super::budget::Budget;
use super::config::ImageConfig;
use super::layer::{self, Layer, plain};
use super::tar::{BLOCK, Header, Tar, is_header};
use super::tree::{Tree, flatten};
use super::zstd;

/// The most bytes of a JSON document. Manifests and configurations of real images stay under 100 KiB.
const LONGEST_DOCUMENT: u64 = 4 << 20;

/// The most layers of an image; overlayfs takes 500, Docker 127.
const MOST_LAYERS: usize = 512;

/// The most indexes and links that are followed to get to an image.
const MOST_STEPS: usize = 8;

/// An image.
#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) config: ImageConfig,
    pub(crate) tree: Tree,
    pub(crate) layers: usize,
    /// The bytes of the regular files in all layers.
    pub(crate) size: u64,
}

/// What was found under a name of the archive.
enum Blob {
    Layer(Layer),
    Document(Vec<u8>),
    /// Another name.
    Link(Vec<u8>),
    /// Something that cannot be read, and why.
    Unreadable(&'static str),
}

/// All that was found.
struct Blobs(BTreeMap<Vec<u8>, Blob>);

/// Reads an image. It is not unpacked: contents are hashed as they come by.
pub(crate) fn read(source: impl Read, budget: &Budget) -> Result<Image> {
    let mut tar = Tar::new(BufReader::with_capacity(64 << 10, source), budget);
    let mut blobs = BTreeMap::new();
    while let Some(header) = tar.next()? {
        let Some(name) = plain(&header.name)? else { continue };
        let shown = || String::from_utf8_lossy(&name).into_owned();
        if let Some(blob) = blob(&header, &name, &mut tar, budget).with_context(shown)? {
            blobs.insert(name.to_vec(), blob);
        }
    }
    Blobs(blobs).image()
}

fn blob(header: &Header, name: &[u8], tar: &mut Tar<'_, impl Read>, budget: &Budget) -> Result<Option<Blob>> {
    match header.flag {
        b'0' => {}
        b'1' => return Ok(plain(&header.target)?.map(|target| Blob::Link(target.to_vec()))),
        b'2' => return Ok(beside(name, &header.target).map(Blob::Link)),
        _ => return Ok(None),
    }
    let mut start = [0; BLOCK];
    let mut body = tar.body();
    let length = fill(&mut body, &mut start)?;
    let whole = start[..length].chain(body);
    Ok(Some(match &start[..length] {
        [0x1f, 0x8b, ..] => unpacked_layer(MultiGzDecoder::new(BufReader::new(whole)), budget)?,
        start if zstd::is_frame(start) => unpacked_layer(zstd::Frames::new(BufReader::new(whole)), budget)?,
        _ if length == BLOCK && (is_header(&start) || start == [0; BLOCK]) => unpacked_layer(whole, budget)?,
        [b'{' | b'[', ..] if header.size > LONGEST_DOCUMENT => {
            Blob::Unreadable("is too large for a JSON document")
        }
        [b'{' | b'[', ..] if budget.may_keep(header.size) => {
            let (mut document, mut whole) = (Vec::new(), whole);
            whole.read_to_end(&mut document)?;
            Blob::Document(document)
        }
        _ => Blob::Unreadable("is neither a layer nor a JSON document"),
    }))
}

fn unpacked_layer(source: impl Read, budget: &Budget) -> Result<Blob> {
    layer::read(source, budget).map(Blob::Layer).context("this layer cannot be read")
}

fn fill(body: &mut impl Read, start: &mut [u8; BLOCK]) -> Result<usize> {
    let mut length = 0;
    while length < BLOCK {
        match body.read(&mut start[length..])? {
            0 => break,
            read => length += read,
        }
    }
    Ok(length)
}

/// Where the symbolic link `name` leads; none where that is outside of the archive.
fn beside(name: &[u8], target: &[u8]) -> Option<Vec<u8>> {
    let parts = |path: &'_ [u8]| path.split(|&byte| byte == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let mut path = parts(name);
    path.pop();
    for part in parts(target) {
        match part.as_slice() {
            b"" | b"." => {}
            b".." => drop(path.pop()?),
            _ => path.push(part),
        }
    }
    Some(path.join(&b'/'))
}

impl Blobs {
    fn image(&self) -> Result<Image> {
        let (config, layers) = match self.0.get(b"manifest.json".as_slice()) {
            Some(_) => self.docker()?,
            None if self.0.contains_key(b"index.json".as_slice()) => self.oci()?,
            None => bail!("this is no saved image: it has neither manifest.json nor index.json"),
        };
        ensure!(layers.len() <= MOST_LAYERS, "the image has more than {MOST_LAYERS} layers");
        let config = ImageConfig::parse(self.document(&config)?)?;
        let layers: Vec<&Layer> = layers.iter().map(|name| self.layer(name)).collect::<Result<_>>()?;
        ensure!(config.layers == layers.len(), "the configuration lists {} layers", config.layers);
        Ok(Image {
            config,
            tree: flatten(layers.iter().copied()),
            layers: layers.len(),
            size: layers.iter().map(|layer| layer.size).sum(),
        })
    }

    /// The names of configuration and layers, as `manifest.json` lists them.
    fn docker(&self) -> Result<(String, Vec<String>)> {
        let manifest = self.json("manifest.json")?;
        let images = manifest.as_array().map_or(0, Vec::len);
        ensure!(images == 1, "manifest.json lists {images} images; save one");
        let image = &manifest[0];
        let layers = list(&image["Layers"])?.iter().map(text).collect::<Result<_>>()?;
        Ok((text(&image["Config"])?, layers))
    }

    /// The same, as the OCI layout has it.
    fn oci(&self) -> Result<(String, Vec<String>)> {
        let mut index = self.json("index.json")?;
        for _ in 0..MOST_STEPS {
            let Some(manifests) = index.get("manifests") else {
                let layers = list(&index["layers"])?.iter().map(blob_name).collect::<Result<_>>()?;
                return Ok((blob_name(&index["config"])?, layers));
            };
            let images: Vec<&Value> = list(manifests)?.iter().filter(|entry| is_image(entry)).collect();
            let [image] = images[..] else {
                bail!("the archive has {} images; save one, for one platform", images.len());
            };
            index = self.json(&blob_name(image)?)?;
        }
        bail!("its indexes lead from one to the other without end")
    }

    fn json(&self, name: &str) -> Result<Value> {
        serde_json::from_slice(self.document(name)?).with_context(|| format!("{name} is no JSON"))
    }

    fn document(&self, name: &str) -> Result<&[u8]> {
        match self.find(name)? {
            Blob::Document(document) => Ok(document),
            Blob::Unreadable(why) => bail!("{name} {why}"),
            Blob::Layer(_) | Blob::Link(_) => bail!("{name} is no JSON document"),
        }
    }

    fn layer(&self, name: &str) -> Result<&Layer> {
        match self.find(name)? {
            Blob::Layer(layer) => Ok(layer),
            Blob::Unreadable(why) => bail!("the layer {name} {why}"),
            Blob::Document(_) | Blob::Link(_) => bail!("{name} is no layer"),
        }
    }

    fn find(&self, name: &str) -> Result<&Blob> {
        let missing = || anyhow!("{name} is not in the archive");
        let mut path = plain(name.as_bytes())?.ok_or_else(missing)?.to_vec();
        for _ in 0..MOST_STEPS {
            match self.0.get(&path).ok_or_else(missing)? {
                Blob::Link(target) => path.clone_from(target),
                found => return Ok(found),
            }
        }
        bail!("{name} is a link without end")
    }
}

/// Whether an entry of an index is an image, and not a statement about one: those are for no platform
/// (<https://docs.docker.com/build/metadata/attestations/attestation-storage/>).
fn is_image(entry: &Value) -> bool {
    entry["platform"]["architecture"] != "unknown"
        && entry["annotations"]["vnd.docker.reference.type"] != "attestation-manifest"
}

/// The name of the blob that a descriptor means.
fn blob_name(descriptor: &Value) -> Result<String> {
    let digest = text(&descriptor["digest"])?;
    let Some((algorithm, hash)) = digest.split_once(':') else { bail!("{digest} is no digest") };
    Ok(format!("blobs/{algorithm}/{hash}"))
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().context("a manifest has no list where one belongs")
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("a manifest has no text where one belongs")?.to_owned())
}
