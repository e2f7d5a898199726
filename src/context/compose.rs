//! Compose files: which Dockerfiles their services build, with which context.
//!
//! <https://docs.docker.com/reference/compose-file/build/>

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::files::{self, Kind, Text, kind};
use super::variables;
use super::yaml::{Id, Yaml};

/// The names of a project's file, in the order in which Compose looks for them.
const NAMES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// The names of a Dockerfile that a service need not mention.
const DOCKERFILES: [&str; 3] = ["Dockerfile", "dockerfile", "Containerfile"];

/// The most bytes of a compose file.
const LIMIT: u64 = 1 << 20;

/// The most names in a folder that is searched for compose files.
const MOST_NAMES: usize = 4096;

/// The most services that are looked at.
const MOST_SERVICES: usize = 512;

/// What the compose files of a folder say.
#[derive(Debug)]
pub(super) enum Compose {
    /// There is one that cannot be read.
    Unknown,
    Services(Vec<Service>),
}

/// What a service builds, as far as the environment does not decide; no links in the folders.
#[derive(Debug)]
pub(super) enum Service {
    Known {
        context: PathBuf,
        dockerfile: PathBuf,
    },
    /// A file of that name.
    Named(OsString),
    /// A file in that context.
    Within(PathBuf),
    Unknown,
}

/// Whether services mean a Dockerfile.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meant {
    No,
    /// The environment decides.
    Maybe,
    /// With these contexts, each once.
    Yes(Vec<PathBuf>),
}

/// `build:` of a service, as written.
#[derive(Clone, Debug, Default)]
struct Written {
    context: Option<String>,
    dockerfile: Option<String>,
    is_inline: bool,
}

/// Reads the compose files in `folder`. Those that Compose reads only when they are named
/// (`compose.prod.yaml`) add to the project's own, as they do there.
pub(super) fn read(folder: &Path) -> Compose {
    let Some(names) = files::names(folder, MOST_NAMES) else { return Compose::Unknown };
    let mut names: Vec<String> = names
        .into_iter()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| is_compose(name))
        .collect();
    // The project's own file first.
    names.sort_unstable_by_key(|name| NAMES.iter().position(|own| own == name).unwrap_or(NAMES.len()));
    let mut own: BTreeMap<String, Written> = BTreeMap::new();
    let mut services = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let is_own = index == 0 && NAMES.contains(&name.as_str());
        let Some(written) = parse(&folder.join(name)) else { return Compose::Unknown };
        for (service, written) in written {
            let written = match own.get(&service) {
                Some(own) => written.over(own),
                None => written,
            };
            services.extend(written.resolved(folder));
            if is_own {
                own.insert(service, written);
            }
        }
        if services.len() > MOST_SERVICES {
            return Compose::Unknown;
        }
    }
    Compose::Services(services)
}

impl Compose {
    /// The contexts with which `file` (from the root, no links in its folders) is built.
    pub(super) fn context_of(&self, file: &Path) -> Meant {
        let Self::Services(services) = self else { return Meant::Maybe };
        let mut contexts: Vec<PathBuf> = Vec::new();
        let mut maybe = false;
        for service in services {
            match service {
                Service::Known { context, dockerfile } if dockerfile == file => {
                    contexts.push(context.clone());
                }
                Service::Known { .. } => {}
                Service::Named(name) => maybe |= file.file_name() == Some(name),
                Service::Within(context) => maybe |= file.starts_with(context),
                Service::Unknown => maybe = true,
            }
        }
        contexts.sort_unstable();
        contexts.dedup();
        match contexts.is_empty() {
            false => Meant::Yes(contexts),
            true if maybe => Meant::Maybe,
            true => Meant::No,
        }
    }
}

/// `compose.yaml`, `docker-compose.yml`, `docker-compose.override.yml`, …
fn is_compose(name: &str) -> bool {
    let Some((stem, "yaml" | "yml")) = name.rsplit_once('.') else { return false };
    let rest = stem.strip_prefix("docker-").unwrap_or(stem).strip_prefix("compose");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The services of a compose file that build something. None where it cannot be read.
fn parse(path: &Path) -> Option<Vec<(String, Written)>> {
    // A link to a file is as good as the file here: its folder is the one it stands in.
    let target = if kind(path) == Kind::Link { &path.canonicalize().ok()? } else { path };
    let Text::Is(text) = files::text(target, LIMIT) else { return None };
    let yaml = Yaml::parse(&text)?;
    let Some(services) = yaml.root().and_then(|root| yaml.get(root, "services")) else {
        return Some(Vec::new());
    };
    let services = yaml.entries(services).take(MOST_SERVICES + 1);
    let built = services.filter_map(|(name, service)| Some((name, yaml.get(service, "build")?)));
    Some(built.filter_map(|(name, build)| Some((name.to_owned(), written(&yaml, build)?))).collect())
}

/// None where nothing is built: `build:` without a value.
fn written(yaml: &Yaml, build: Id) -> Option<Written> {
    if let Some(context) = yaml.scalar(build) {
        let written = Written { context: Some(context.to_owned()), ..Written::default() };
        return (!matches!(context, "" | "~" | "null")).then_some(written);
    }
    let text = |key| yaml.get(build, key).and_then(|value| yaml.scalar(value)).map(str::to_owned);
    let is_inline = yaml.get(build, "dockerfile_inline").is_some();
    Some(Written { context: text("context"), dockerfile: text("dockerfile"), is_inline })
}

impl Written {
    /// `self`, and from `own` what it does not say.
    fn over(self, own: &Self) -> Self {
        Self {
            context: self.context.or_else(|| own.context.clone()),
            dockerfile: self.dockerfile.or_else(|| own.dockerfile.clone()),
            is_inline: self.is_inline || own.is_inline,
        }
    }

    /// What is built, seen from the `folder` of the file. None where that is no local file: it stands in the
    /// compose file itself, comes from elsewhere, or its context is not there.
    fn resolved(&self, folder: &Path) -> Option<Service> {
        let context = self.context.as_deref().unwrap_or(".");
        if self.is_inline || is_remote(context) {
            return None;
        }
        let context = match known_path(context) {
            Some(context) => Some(folder.join(context).canonicalize().ok()?),
            None => None,
        };
        let dockerfile = self.dockerfile.as_deref().map(known_path);
        Some(match (context, dockerfile) {
            (Some(context), None) => Service::Known { dockerfile: default_dockerfile(&context), context },
            (Some(context), Some(Some(path))) => {
                Service::Known { dockerfile: without_links(&context.join(path))?, context }
            }
            (Some(context), Some(None)) => Service::Within(context),
            (None, None) => Service::Named(DOCKERFILES[0].into()),
            (None, Some(Some(path))) => Service::Named(Path::new(&path).file_name()?.to_owned()),
            (None, Some(None)) => Service::Unknown,
        })
    }
}

/// `text` with its variables; none where the environment decides, or a home directory.
fn known_path(text: &str) -> Option<String> {
    variables::with_defaults(text).filter(|path| !path.starts_with('~'))
}

fn default_dockerfile(context: &Path) -> PathBuf {
    let mut names = DOCKERFILES.iter().map(|name| context.join(name));
    names.find(|path| kind(path) != Kind::Missing).unwrap_or_else(|| context.join(DOCKERFILES[0]))
}

/// `path` without links in its folders.
fn without_links(path: &Path) -> Option<PathBuf> {
    Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?))
}

fn is_remote(context: &str) -> bool {
    context.contains("://") || context.starts_with("git@") || context.starts_with("github.com/")
}
