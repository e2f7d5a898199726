//! Whether the simulator builds what BuildKit builds.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::file_system::{FileSystem, Kind, Node, User};
use super::generate::{Case, case};
use super::simulate::Inputs;
use super::{TOOLS, base, sent, without_failures};

/// Builds random cases for real, as far as busybox can stand for the images. Needs a docker that has
/// `busybox:latest`:
///
/// ```text
/// DFOPT_LAB=40 cargo test --test tests simulated_builds_are_real -- --ignored --nocapture
/// ```
#[test]
#[ignore = "it needs docker"]
fn simulated_builds_are_real() {
    let wanted = std::env::var("DFOPT_LAB").ok().and_then(|count| count.parse().ok()).unwrap_or(40);
    let seed = std::env::var("DFOPT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let lab = tempfile::tempdir().unwrap();
    make_images(lab.path());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut failures = Vec::new();
    let mut done = 0;
    while done < wanted {
        let case = case().new_tree(&mut runner).unwrap().current();
        let context = sent(&case);
        let inputs = Inputs { context: &context, arguments: &case.arguments, base };
        let Some((dockerfile, images)) = without_failures(&case.dockerfile, &inputs) else { continue };
        // Caches outlive a build; busybox is no bash, and no installed tool can be run.
        if ["--mount", "SHELL", "install -y fetchdeps"].iter().any(|text| dockerfile.contains(text)) {
            continue;
        }
        done += 1;
        let real = build(&case, &dockerfile, lab.path());
        let simulated = comparable(&images.last().unwrap().files);
        let difference = match &real {
            Err(message) => Some(message.clone()),
            Ok(real) => difference(&simulated, real),
        };
        if let Some(difference) = difference {
            failures.push(format!("{difference}\n{}\n{dockerfile}", super::show(&case)));
        }
    }
    assert!(failures.is_empty(), "{} of {done}:\n{}", failures.len(), failures.join("\n=====\n"));
}

type Tree = BTreeMap<String, Node>;

fn difference(simulated: &Tree, real: &Tree) -> Option<String> {
    let mut paths = simulated.keys().chain(real.keys());
    let path = paths.find(|path| simulated.get(*path) != real.get(*path))?;
    Some(format!("{path}: simulated {:?}, real {:?}", simulated.get(path), real.get(path)))
}

/// The nodes that both have, without what `build` alone can say.
fn comparable(files: &FileSystem) -> Tree {
    files
        .nodes
        .iter()
        .filter(|(path, _)| counts(path))
        .map(|(path, node)| (path.clone(), plain(path, node)))
        .collect()
}

fn counts(path: &str) -> bool {
    let other =
        ["/bin", "/dev", "/etc", "/home", "/lab", "/proc", "/root", "/sys", "/tmp", "/usr/sbin", "/var"];
    let own = ["/etc/apt", "/etc/passwd", "/etc/pip.conf", "/etc/fetchdeps.conf", "/var/lib/apt"];
    let lies_in = |folder: &&str| path == *folder || path.starts_with(&format!("{folder}/"));
    !path.is_empty() && (own.iter().any(lies_in) || !other.iter().any(lies_in))
}

fn plain(path: &str, node: &Node) -> Node {
    let mut node = node.clone();
    if path.ends_with("/out") && matches!(node.kind, Kind::File(_)) {
        node.kind = Kind::File(String::new());
    }
    node
}

fn docker(arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("docker").args(arguments).output().map_err(|error| error.to_string())?;
    let message = || String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(output.stdout) } else { Err(message()) }
}

/// Builds the images that stand for those of [`base`].
fn make_images(lab: &Path) {
    let folder = lab.join("images");
    fs::create_dir_all(folder.join("usr")).unwrap();
    fs::create_dir_all(folder.join("lab")).unwrap();
    for (name, text) in TOOLS {
        let is_in_image = ["fetchdeps", "go", "pip", "build"].contains(name);
        let path = folder.join(if is_in_image { "usr" } else { "lab" }).join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let shared = "FROM busybox:latest\n\
        RUN mkdir -p /usr/local/bin /usr/local/lib /etc/apt /var/lib /go/pkg && chmod 777 /go /go/pkg \
        && head -n 1 /etc/passwd | sed 's/.*/root:x:0:0::\\/root:\\/bin\\/sh/' > /p && cat /p > /etc/passwd && rm /p\n\
        COPY usr /usr/bin\nCOPY lab /lab\nENV PATH=/lab:/usr/local/bin:/usr/bin:/bin\n";
    let golang = format!("{shared}WORKDIR /go\n");
    let corp = format!(
        "{shared}RUN mkdir /app && echo base > /app/deps.txt && chown -R 1000:1000 /app\n\
         ENV FETCH_URL=base\nWORKDIR /app\nUSER 1000\n"
    );
    for (name, text) in [("golang", golang), ("corp", corp)] {
        let file = folder.join("Dockerfile");
        fs::write(&file, text).unwrap();
        let (tag, folder) = (format!("dfopt-builds-{name}"), folder.display().to_string());
        docker(&["build", "-q", "--network=host", "-t", &tag, &folder]).unwrap();
    }
}

fn build(case: &Case, dockerfile: &str, lab: &Path) -> Result<Tree, String> {
    let folder = lab.join("context");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir(&folder).unwrap();
    for (path, text) in &case.files {
        let mut above = folder.clone();
        for name in path.split('/').take(path.matches('/').count()) {
            above = above.join(name);
            fs::create_dir_all(&above).unwrap();
            fs::set_permissions(&above, fs::Permissions::from_mode(case.folder_mode)).unwrap();
        }
        match text.strip_prefix("-> ") {
            Some(target) => symlink(target, folder.join(path)).unwrap(),
            None => {
                let Kind::File(text) = super::in_context(path, text).kind else { unreachable!() };
                fs::write(folder.join(path), text).unwrap();
                let mode = super::in_context(path, "").mode;
                fs::set_permissions(folder.join(path), fs::Permissions::from_mode(mode)).unwrap();
            }
        }
    }
    let file = lab.join("Dockerfile");
    let text = dockerfile
        .replace("FROM golang:1.22", "FROM dfopt-builds-golang")
        .replace("FROM corp/base", "FROM dfopt-builds-corp");
    fs::write(&file, text).unwrap();
    let archive = lab.join("image.tar");
    let output = format!("type=tar,dest={}", archive.display());
    let (file, folder) = (file.display().to_string(), folder.display().to_string());
    let mut arguments = vec!["build", "-q", "--network=host", "-f", &file, "-o", &output];
    let values: Vec<String> =
        case.arguments.iter().map(|(name, value)| format!("--build-arg={name}={value}")).collect();
    arguments.extend(values.iter().map(String::as_str));
    arguments.push(&folder);
    docker(&arguments)?;
    let mut tree = Tree::new();
    for entry in tar::Archive::new(fs::File::open(archive).unwrap()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = format!("/{}", entry.path().unwrap().display().to_string().trim_matches('/'));
        let header = entry.header().clone();
        let kind = match header.entry_type() {
            tar::EntryType::Directory => Kind::Directory,
            tar::EntryType::Symlink => Kind::Link(entry.link_name().unwrap().unwrap().display().to_string()),
            _ => {
                let mut text = String::new();
                let _ = entry.read_to_string(&mut text);
                Kind::File(text)
            }
        };
        let owner = User { uid: header.uid().unwrap() as u32, gid: header.gid().unwrap() as u32 };
        let node = Node { kind, mode: header.mode().unwrap() & 0o7777, owner };
        if counts(&path) {
            tree.insert(path.clone(), plain(&path, &node));
        }
    }
    Ok(tree)
}
