//! Archives made here: every feature of layers, and archives that mean harm.

use std::io::{Cursor, Read, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};

use super::{Budget, Image, Kind, read};

const PLENTY: u64 = 64 << 20;

/// A layer under construction.
struct Layer(Builder<Vec<u8>>);

impl Layer {
    fn new() -> Self {
        Self(Builder::new(Vec::new()))
    }

    fn entry(mut self, kind: EntryType, name: &str, body: &[u8], change: impl Fn(&mut Header)) -> Self {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(body.len() as u64);
        change(&mut header);
        // As it is: the crate itself refuses the names that a hostile archive has.
        let field = &mut header.as_old_mut().name;
        field[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        self.0.append(&header, body).unwrap();
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        self.entry(EntryType::Regular, name, text.as_bytes(), |_| {})
    }

    fn folder(self, name: &str) -> Self {
        self.entry(EntryType::Directory, name, b"", |header| header.set_mode(0o755))
    }

    fn link(self, kind: EntryType, name: &str, target: &str) -> Self {
        self.entry(kind, name, b"", |header| {
            header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        })
    }

    fn pax(mut self, records: &[(&str, &[u8])]) -> Self {
        self.0.append_pax_extensions(records.iter().copied()).unwrap();
        self
    }

    fn bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut layer = Layer::new();
    for (name, body) in files {
        layer = layer.entry(EntryType::Regular, name, body, |_| {});
    }
    layer.bytes()
}

fn configuration(layers: usize) -> Vec<u8> {
    let ids = vec!["sha256:0"; layers];
    json!({"os": "linux", "architecture": "amd64", "config": {"Env": ["B=2", "A=1"]}, "rootfs": {"diff_ids": ids}})
        .to_string()
        .into_bytes()
}

/// An image as `docker save` has it.
fn saved(layers: &[Vec<u8>]) -> Vec<u8> {
    let names: Vec<String> = (0..layers.len()).map(|number| format!("{number}/layer.tar")).collect();
    let manifest = json!([{"Config": "config.json", "Layers": names}]).to_string();
    let config = configuration(layers.len());
    let mut files: Vec<(&str, &[u8])> =
        names.iter().map(String::as_str).zip(layers.iter().map(Vec::as_slice)).collect();
    files.push(("config.json", &config));
    files.push(("manifest.json", manifest.as_bytes()));
    archive(&files)
}

fn image_of(archive: &[u8]) -> anyhow::Result<Image> {
    read(Cursor::new(archive), &Budget::new(PLENTY))
}

fn image(layers: impl IntoIterator<Item = Layer>) -> Image {
    image_of(&saved(&layers.into_iter().map(Layer::bytes).collect::<Vec<_>>())).unwrap()
}

fn error(archive: &[u8]) -> String {
    format!("{:#}", image_of(archive).unwrap_err())
}

fn error_of(layer: Layer) -> String {
    error(&saved(&[layer.bytes()]))
}

fn paths(image: &Image) -> Vec<&str> {
    image.tree.keys().map(|path| std::str::from_utf8(path).unwrap()).collect()
}

fn kind<'i>(image: &'i Image, path: &str) -> &'i Kind {
    &image.tree[path.as_bytes()].kind
}

fn same_file(image: &Image, one: &str, other: &str) -> bool {
    matches!(kind(image, one), Kind::File(_)) && kind(image, one) == kind(image, other)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

#[test]
fn files_have_what_the_headers_say() {
    let layer = Layer::new()
        .entry(EntryType::Regular, "./bin/su", b"abc", |header| {
            header.set_mode(0o104_755);
            header.set_uid(1);
            header.set_gid(2);
        })
        .folder("etc/")
        .link(EntryType::Symlink, "etc/mtab", "../proc/mounts")
        .link(EntryType::Link, "bin/sudo", "bin/su")
        .entry(EntryType::Char, "dev/null", b"", |header| {
            header.set_device_major(1).unwrap();
            header.set_device_minor(3).unwrap();
        })
        .entry(EntryType::Fifo, "run/fifo", b"", |_| {});
    let image = image([layer]);
    assert_eq!(paths(&image), ["bin/su", "bin/sudo", "dev/null", "etc", "etc/mtab", "run/fifo"]);
    let su = &image.tree[b"bin/su".as_slice()];
    assert_eq!((su.mode, su.owner), (0o4755, (1, 2)));
    let Kind::File(content) = &su.kind else { panic!() };
    assert_eq!((content.size, content.hash[0], content.hash[31]), (3, 0xba, 0xad));
    assert!(same_file(&image, "bin/su", "bin/sudo"));
    assert_eq!(kind(&image, "etc/mtab"), &Kind::Link(b"../proc/mounts".as_slice().into()));
    assert_eq!(kind(&image, "dev/null"), &Kind::Character(1, 3));
    assert_eq!(kind(&image, "run/fifo"), &Kind::Fifo);
    assert_eq!((image.size, image.layers), (3, 1));
}

#[test]
fn long_names_and_attributes_come_from_extended_headers() {
    let long = "a/".repeat(120) + "file";
    let mut gnu = Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_size(0);
    gnu.append_data(&mut header, &long, std::io::empty()).unwrap();
    let pax = Layer::new()
        .pax(&[
            ("path", b"b/name"),
            ("uid", b"3000000000"),
            ("SCHILY.xattr.security.capability", b"\x01\0=\n\x02"),
        ])
        .file("short", "text");
    let image = image([Layer(gnu), pax]);
    assert_eq!(paths(&image), [long.as_str(), "b/name"]);
    let node = &image.tree[b"b/name".as_slice()];
    assert_eq!(node.owner.0, 3_000_000_000);
    let attribute = (b"security.capability".to_vec(), b"\x01\0=\n\x02".to_vec());
    assert_eq!(node.attributes.as_deref(), Some([attribute].as_slice()));
}

#[test]
fn large_numbers_are_binary() {
    let layer = Layer::new().entry(EntryType::Regular, "file", b"", |header| header.set_uid(1 << 40));
    assert_eq!(image([layer]).tree[b"file".as_slice()].owner.0, 1 << 40);
}

#[test]
fn whiteouts_hide_what_is_below() {
    let below = Layer::new().folder("a").file("a/1", "").file("a/2", "").file("b", "").file("ab", "");
    let above = Layer::new().file("a/.wh.1", "").file(".wh.b", "").file("c", "");
    assert_eq!(paths(&image([below, above])), ["a", "a/2", "ab", "c"]);
    let below = Layer::new().folder("a").folder("a/b").file("a/b/c", "").file("a-b", "");
    assert_eq!(paths(&image([below, Layer::new().file(".wh.a", "")])), ["a-b"]);
}

#[test]
fn opaque_folders_hide_what_is_below_but_not_their_own_layer() {
    let below = || Layer::new().folder("a").file("a/old", "").folder("a/b").file("a/b/old", "").file("b", "");
    let above = Layer::new().file("a/new", "").folder("a").file("a/.wh..wh..opq", "").file("a/.wh.new", "");
    assert_eq!(paths(&image([below(), above])), ["a", "a/new", "b"]);
    assert_eq!(paths(&image([below(), Layer::new().file(".wh..wh..opq", "").file("x", "")])), ["x"]);
}

#[test]
fn the_upper_layer_wins() {
    let below = Layer::new().folder("a").file("a/b", "").file("c", "old").file("d", "");
    let above = Layer::new().file("a", "now a file").file("c", "new").folder("d").file("d/e", "");
    let image = image([below, above]);
    assert_eq!(paths(&image), ["a", "c", "d", "d/e"]);
    assert!(matches!(kind(&image, "a"), Kind::File(_)));
    assert_eq!(kind(&image, "d"), &Kind::Directory);
    // Both layers are in the image, whatever a container sees.
    assert_eq!(image.size, 3 + 3 + 10);
}

#[test]
fn hard_links_never_lead_in_circles() {
    let layer = Layer::new()
        .link(EntryType::Link, "a", "b")
        .link(EntryType::Link, "b", "a")
        .link(EntryType::Link, "self", "self")
        .folder("folder")
        .link(EntryType::Link, "to-folder", "folder");
    let image = image([layer]);
    for name in ["a", "b", "self", "to-folder"] {
        assert!(matches!(kind(&image, name), Kind::HardLink(_)), "{name}");
    }
    let across =
        super::tests::image([Layer::new().file("x", "1"), Layer::new().link(EntryType::Link, "y", "x")]);
    assert!(same_file(&across, "x", "y"));
}

#[test]
fn a_path_that_comes_twice_is_what_it_was_last() {
    let layer = Layer::new()
        .file("a", "1")
        .folder("b")
        .file("b/c", "")
        .file("b", "2")
        .file("./a", "3")
        .file("z", "3");
    let image = image([layer]);
    assert_eq!(paths(&image), ["a", "b", "z"]);
    assert!(same_file(&image, "a", "z"));
}

/// As `zstd:chunked` has it: many frames, and between and after them some to pass over.
#[test]
fn frames_of_zstd_follow_each_other() {
    let layer = Layer::new().file("a", &"text".repeat(9999)).file("b", "").bytes();
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 5, 0, 0, 0][..], b"notes"].concat();
    let frames: Vec<u8> =
        layer.chunks(700).flat_map(|chunk| [zstd(chunk), skipped.clone()].concat()).collect();
    let cut = error(&saved(&[frames[..frames.len() / 2].to_vec()]));
    assert!(cut.ends_with("the layer ends in the middle of a zstd frame"), "{cut}");
    for layer in [[&*skipped, &frames].concat(), frames] {
        assert_eq!(paths(&image_of(&saved(&[layer])).unwrap()), ["a", "b"]);
    }
}

#[test]
fn layers_may_be_packed_and_named_by_links() {
    let layer = gzip(&Layer::new().file("a", "text").bytes());
    assert_eq!(paths(&image_of(&saved(std::slice::from_ref(&layer))).unwrap()), ["a"]);
    let manifest = br#"[{"Config": "c.json", "Layers": ["1/layer.tar", "2/layer.tar"]}]"#;
    let archive = Layer::new()
        .entry(EntryType::Regular, "1/layer.tar", &layer, |_| {})
        .link(EntryType::Symlink, "2/layer.tar", "../1/layer.tar")
        .entry(EntryType::Regular, "c.json", &configuration(2), |_| {})
        .entry(EntryType::Regular, "manifest.json", manifest, |_| {})
        .bytes();
    let image = image_of(&archive).unwrap();
    assert_eq!((paths(&image), image.layers, image.size), (vec!["a"], 2, 8));
}

#[test]
fn an_empty_layer_is_one() {
    assert_eq!(paths(&image([Layer::new(), Layer::new().file("a", "")])), ["a"]);
}

/// The OCI layout, with these entries in its index.
fn layout(entries: &Value) -> Vec<u8> {
    let layer = Layer::new().file("a", "").bytes();
    let config = configuration(1);
    let manifest = json!({"config": {"digest": "sha256:c"}, "layers": [{"digest": "sha256:l"}]}).to_string();
    let inner = json!({"manifests": [
        {"digest": "sha256:m", "platform": {"architecture": "amd64", "os": "linux"}},
        {"digest": "sha256:x", "platform": {"architecture": "unknown", "os": "unknown"}},
    ]});
    archive(&[
        ("blobs/sha256/l", &layer),
        ("blobs/sha256/c", &config),
        ("blobs/sha256/m", manifest.as_bytes()),
        ("blobs/sha256/i", inner.to_string().as_bytes()),
        ("index.json", json!({"manifests": entries}).to_string().as_bytes()),
    ])
}

#[test]
fn reads_the_oci_layout() {
    for digest in ["sha256:m", "sha256:i"] {
        let image = image_of(&layout(&json!([{"digest": digest}]))).unwrap();
        assert_eq!(paths(&image), ["a"]);
    }
    let two = error(&layout(&json!([{"digest": "sha256:m"}, {"digest": "sha256:m"}])));
    assert_eq!(two, "the archive has 2 images; save one, for one platform");
    assert_eq!(error(&layout(&json!([{"digest": "m"}]))), "m is no digest");
    assert_eq!(error(&layout(&json!([{"digest": "sha256:q"}]))), "blobs/sha256/q is not in the archive");
}

#[test]
fn variables_have_no_order_and_what_is_empty_is_not_set() {
    let config = |fields: Value| {
        let config = json!({"config": fields, "rootfs": {"diff_ids": []}}).to_string();
        super::ImageConfig::parse(config.as_bytes()).unwrap()
    };
    let one =
        config(json!({"Env": ["B=2", "A=1"], "Cmd": null, "WorkingDir": "/", "User": "", "Labels": {}}));
    let other = config(json!({"Env": ["A=1", "B=2"], "Volumes": null}));
    assert_eq!(one.differences(&other), []);
    let third = config(json!({"Env": ["A=1"], "Cmd": ["a", "b"], "Healthcheck": {"Test": ["NONE"]}}));
    let names: Vec<&str> = one.differences(&third).iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, ["Env", "Cmd", "Healthcheck"]);
    assert_eq!(third.words("Cmd"), ["a", "b"]);
}

#[test]
fn paths_that_lead_out_are_refused() {
    for name in ["../etc/passwd", "a/../../b", "/.."] {
        let message = error_of(Layer::new().file(name, ""));
        assert!(message.ends_with("a path that leads out of the image"), "{message}");
    }
    let message = error_of(Layer::new().link(EntryType::Link, "a", "../../etc/shadow"));
    assert!(message.ends_with("a path that leads out of the image"), "{message}");
    // Symbolic links may lead anywhere: nobody follows them.
    image([Layer::new().link(EntryType::Symlink, "a", "../../../etc/shadow")]);
    let message = error_of(Layer::new().pax(&[("path", b"a\0b")]).file("x", ""));
    assert!(message.ends_with("a path with a zero byte"), "{message}");
}

#[test]
fn headers_that_are_too_large_are_refused() {
    let long = vec![b'a'; 5000];
    let message = error_of(Layer::new().pax(&[("path", &long)]).file("x", ""));
    assert!(message.ends_with("a path is longer than 4096 bytes"), "{message}");
    let huge = vec![b'a'; 2 << 20];
    let message = error_of(Layer::new().pax(&[("SCHILY.xattr.user.x", &huge)]).file("x", ""));
    assert!(message.contains("an extended header has 2097"), "{message}");
    let mut chain = Layer::new();
    for _ in 0..20 {
        chain = chain.pax(&[("comment", b"again")]);
    }
    let message = error_of(chain.file("x", ""));
    assert!(message.ends_with("too many extended headers for one file"), "{message}");
}

#[test]
fn a_size_that_is_a_lie_is_found() {
    let lie = |size: u64| {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.as_old_mut().name[0] = b'a';
        header.set_size(size);
        header.set_cksum();
        saved(&[header.as_bytes().to_vec()])
    };
    assert!(error(&lie(1000)).contains("the archive ends in the middle of a file"));
    assert!(!error(&lie(u64::MAX >> 1)).is_empty());
    let with_record = Layer::new().pax(&[("size", b"18446744073709551615")]).file("x", "");
    assert!(!error_of(with_record).is_empty());
    for record in [&b"99 path=x\n"[..], b"x", b"3\n\n", b"11 size=abc\n", b"12 size=-1x\n", b"4 a\n"] {
        let layer = Layer::new().entry(EntryType::XHeader, "h", record, |_| {}).file("x", "");
        assert!(!error_of(layer).is_empty(), "{record:?}");
    }
}

#[test]
fn bombs_are_bounded_by_what_is_read() {
    let zeros = Layer::new().entry(EntryType::Regular, "zeros", &vec![0; 8 << 20], |_| {}).bytes();
    for bomb in [gzip(&zeros), zstd(&zeros)] {
        assert!(bomb.len() < 64 << 10);
        let archive = saved(&[bomb]);
        let message = format!("{:#}", read(Cursor::new(&archive), &Budget::new(4 << 20)).unwrap_err());
        assert!(
            message.ends_with(": the image has more than 4 MB; raise --max-size to read it"),
            "{message}"
        );
        assert!(image_of(&archive).is_ok());
    }
    // Also where nothing but names is unpacked, and nothing refers to it.
    let names = gzip(&(0..4000).fold(Layer::new(), |layer, n| layer.file(&format!("{n}"), "")).bytes());
    let unused = super::tests::archive(&[("unused", &names), ("manifest.json", b"[]")]);
    let message = format!("{:#}", read(Cursor::new(&unused), &Budget::new(1 << 20)).unwrap_err());
    assert!(message.contains("raise --max-size"), "{message}");
}

#[test]
fn what_is_no_image_is_said_to_be_none() {
    assert_eq!(error(b""), "this is no saved image: it has neither manifest.json nor index.json");
    assert!(error(&[b'x'; 2000]).contains("not a tar archive"));
    assert!(error(&[b'x'; 100]).contains("ends in the middle of a header"));
    let with = |manifest: &str| error(&archive(&[("manifest.json", manifest.as_bytes())]));
    assert_eq!(with("[]"), "manifest.json lists 0 images; save one");
    assert_eq!(with("[{},{}]"), "manifest.json lists 2 images; save one");
    assert_eq!(with("[{}]"), "a manifest has no list where one belongs");
    assert!(with("[").starts_with("manifest.json is no JSON"));
    assert!(with(&"[".repeat(100_000)).starts_with("manifest.json is no JSON"));
    assert_eq!(
        with(r#"[{"Config": "../../x", "Layers": []}]"#),
        "../../x: a path that leads out of the image"
    );
    let packed = [&[0x28, 0xb5, 0x2f, 0xfd][..], &[0; 600]].concat();
    assert!(error(&saved(&[packed])).contains("this layer cannot be read"));
    let text = error(&saved(&[b"text".to_vec()]));
    assert!(text.ends_with("is neither a layer nor a JSON document"), "{text}");
    let circle = Layer::new().link(EntryType::Symlink, "manifest.json", "manifest.json");
    assert_eq!(error(&circle.bytes()), "manifest.json is a link without end");
    let sparse = error_of(Layer::new().entry(EntryType::GNUSparse, "s", b"", |_| {}));
    assert!(sparse.ends_with("sparse files are not supported"), "{sparse}");
}

#[test]
fn the_number_of_layers_must_be_that_of_the_configuration() {
    let layer = Layer::new().bytes();
    let manifest = br#"[{"Config": "c", "Layers": ["l"]}]"#;
    let files: [(&str, &[u8]); 3] = [("l", &layer), ("c", &configuration(2)), ("manifest.json", manifest)];
    assert_eq!(error(&archive(&files)), "the configuration lists 2 layers");
}

/// Whatever is cut off or changed: an answer, and no panic.
#[test]
fn damaged_archives_give_errors_and_no_panic() {
    let layers = [
        Layer::new().pax(&[("path", b"long"), ("SCHILY.xattr.user.a", b"b")]).file("x", "text").bytes(),
        gzip(&Layer::new().folder("a").link(EntryType::Link, "l", "a").file("a/.wh.x", "").bytes()),
        zstd(&Layer::new().file("z", "text").file("y", "some more text").bytes()),
    ];
    let whole = saved(&layers);
    for end in (0..whole.len()).step_by(97) {
        let _ = image_of(&whole[..end]);
    }
    for place in 0..whole.len() {
        for byte in [0, 0xff, b'9', whole[place].wrapping_add(1)] {
            let mut damaged = whole.clone();
            damaged[place] = byte;
            let _ = image_of(&damaged);
        }
    }
}

/// A source that gives one byte at a time: pipes do.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(1);
        self.0.read(&mut buffer[..most])
    }
}

#[test]
fn pipes_may_give_a_byte_at_a_time() {
    let archive = saved(&[gzip(&Layer::new().file("a", "text").bytes())]);
    assert_eq!(paths(&read(Slow(&archive), &Budget::new(PLENTY)).unwrap()), ["a"]);
}
