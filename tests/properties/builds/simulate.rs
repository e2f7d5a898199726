//! A simulated build: what a Dockerfile makes of a build context, by BuildKit's rules.

use std::collections::BTreeMap;
use std::ops::Range;

use dfopt_syntax::Dockerfile;
use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::{Arguments, Instruction, Keyword, Lookup, Source, expand};

use super::commands::account;
use super::copy::{Flags, copy};
use super::file_system::{Failed, FileSystem, Node, Outcome, ROOT, User, absolute, failed};
use super::shell::Shell;

/// What a stage is in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) files: FileSystem,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) folder: String,
    pub(super) user: String,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) others: BTreeMap<String, String>,
    pub(super) shell: Vec<String>,
}

/// What a build starts from, beside the Dockerfile.
#[derive(Debug)]
pub(super) struct Inputs<'i> {
    /// The build context as it is sent.
    pub(super) context: &'i FileSystem,
    /// `--build-arg`
    pub(super) arguments: &'i BTreeMap<String, String>,
    /// The images of other files.
    pub(super) base: fn(&str) -> Option<Image>,
}

/// Builds every stage.
///
/// # Errors
/// Why the build fails, and the lines of the instruction that does.
pub(super) fn simulate(source: &[u8], inputs: &Inputs<'_>) -> Result<Vec<Image>, (Failed, Range<usize>)> {
    let Ok(dockerfile) = Dockerfile::parse(source) else {
        return Err((Failed("it does not parse".to_owned()), 0..0));
    };
    let mut build = Build {
        inputs,
        escape: dockerfile.escape(),
        source,
        names: Vec::new(),
        images: Vec::new(),
        scopes: vec![BTreeMap::new()],
        caches: BTreeMap::new(),
    };
    for instruction in dockerfile.instructions() {
        build.step(instruction).map_err(|failed| (failed, instruction.lines.clone()))?;
    }
    Ok(build.images)
}

struct Build<'i, 's> {
    inputs: &'i Inputs<'i>,
    escape: u8,
    source: &'s [u8],
    names: Vec<Option<String>>,
    images: Vec<Image>,
    /// The variables above the first FROM, and those of each stage.
    scopes: Vec<BTreeMap<String, String>>,
    /// What the cache mounts hold, by the paths they lie over.
    caches: BTreeMap<String, BTreeMap<String, Node>>,
}

impl<'s> Build<'_, 's> {
    fn step(&mut self, instruction: &Instruction<'s>) -> Outcome<()> {
        let keyword = instruction.keyword();
        if keyword == Keyword::From {
            return self.from(instruction);
        }
        if self.images.is_empty() && keyword != Keyword::Arg {
            return failed("no stage");
        }
        match (keyword, instruction.arguments()) {
            (Keyword::Arg, _) => self.arg(instruction)?,
            (Keyword::Env | Keyword::Label, Arguments::Pairs(pairs)) => {
                let mut values = Vec::new();
                for pair in pairs {
                    values.push((self.word(instruction, pair.key)?, self.word(instruction, pair.value)?));
                }
                let is_label = keyword == Keyword::Label;
                if !is_label {
                    self.scope().extend(values.clone());
                }
                let image = self.image();
                if is_label { &mut image.labels } else { &mut image.environment }.extend(values);
            }
            (Keyword::Workdir, Arguments::Text(span)) => {
                let path = self.word(instruction, *span)?;
                let image = self.image();
                let folder = absolute(&image.folder, &path);
                let owner = account(&image.files, &image.user).unwrap_or(ROOT);
                image.files.make_folders(&folder, 0o755, owner, ROOT)?;
                image.folder = folder;
            }
            (Keyword::User, Arguments::Text(span)) => self.image().user = self.word(instruction, *span)?,
            (Keyword::Shell, Arguments::Exec(words)) => {
                self.image().shell = words.iter().map(|word| word.value.clone()).collect();
            }
            (Keyword::Copy | Keyword::Add, _) => self.copy(instruction)?,
            (Keyword::Run, _) => self.run(instruction)?,
            (Keyword::Cmd | Keyword::Entrypoint | Keyword::Expose | Keyword::Volume, _) => {
                let text =
                    String::from_utf8_lossy(instruction.slice(instruction.operation.body)).into_owned();
                let image = self.image();
                let text = format!("{text} {:?}", image.shell);
                image.others.insert(keyword.as_str().to_owned(), text);
            }
            _ => return failed("the instruction is not modelled"),
        }
        Ok(())
    }

    fn from(&mut self, instruction: &Instruction<'s>) -> Outcome<()> {
        let Some(from) = instruction.operation.from() else { return failed("FROM") };
        let lookup = |name: &str| self.scopes[0].get(name).cloned().map_or(Lookup::Unset, Lookup::Set);
        let reference = expand(instruction.slice(from.reference), self.escape, &lookup);
        let Ok(reference) = reference else { return failed("FROM") };
        let (image, scope) = match self.stage(&reference) {
            Some(number) => (self.images[number].clone(), self.scopes[number + 1].clone()),
            None => match (self.inputs.base)(&reference) {
                Some(image) => (image.clone(), image.environment),
                None => return failed("no such image"),
            },
        };
        let name = from.name.map(|name| String::from_utf8_lossy(instruction.slice(name)).to_lowercase());
        self.names.push(name);
        self.images.push(image);
        self.scopes.push(scope);
        Ok(())
    }

    fn stage(&self, reference: &str) -> Option<usize> {
        let reference = reference.to_lowercase();
        self.names.iter().rposition(|name| name.as_deref() == Some(&reference))
    }

    fn image(&mut self) -> &mut Image {
        self.images.last_mut().expect("checked by the caller")
    }

    fn arg(&mut self, instruction: &Instruction<'s>) -> Outcome<()> {
        for declaration in instruction.operation.declarations(instruction.text.bytes()) {
            let name = self.word(instruction, declaration.name)?;
            let default = match declaration.default {
                Some(default) => Some(self.word(instruction, default)?),
                None => self.scopes[0].get(&name).cloned().filter(|_| self.scopes.len() > 1),
            };
            let value = self.inputs.arguments.get(&name).cloned().or(default);
            if let Some(value) = value {
                self.scope().insert(name, value);
            }
        }
        Ok(())
    }

    /// The variables that are set here: by ENV and ARG alike, the last one wins, and a stage gets those of
    /// the one it is built from.
    fn scope(&mut self) -> &mut BTreeMap<String, String> {
        self.scopes.last_mut().expect("there is one for what stands above the stages")
    }

    fn expanded(&self, text: &[u8]) -> Outcome<String> {
        let scope = self.scopes.last().expect("there is one for what stands above the stages");
        let lookup = |name: &str| scope.get(name).cloned().map_or(Lookup::Unset, Lookup::Set);
        match expand(text, self.escape, &lookup) {
            Ok(text) => Ok(text),
            Err(error) => failed(error.to_string()),
        }
    }

    fn word(&self, instruction: &Instruction<'s>, span: Span) -> Outcome<String> {
        self.expanded(instruction.slice(span))
    }

    fn copy(&mut self, instruction: &Instruction<'s>) -> Outcome<()> {
        let Some(transfer) = instruction.operation.transfer(instruction.text.bytes()) else {
            return failed("COPY");
        };
        let path = |span: Span| match instruction.arguments() {
            Arguments::Exec(words) => {
                let word = words.iter().find(|word| word.span == span).expect("one of them");
                self.expanded(word.value.as_bytes())
            }
            _ => self.word(instruction, span),
        };
        let mut sources = Vec::new();
        for source in &transfer.sources {
            match source {
                Source::Path(span) => sources.push(path(*span)?),
                Source::Heredoc(_) => return failed("a heredoc is not modelled"),
            }
        }
        let written = path(transfer.destination)?;
        let mut flags = Flags::default();
        let mut from = None;
        let target = self.images.last().expect("checked by the caller");
        for flag in &instruction.operation.flags {
            let value = self.expanded(flag.value().unwrap_or_default().as_bytes())?;
            match flag.name() {
                // A name that nobody has is root.
                "chown" => flags.chown = Some(account(&target.files, &value).unwrap_or(ROOT)),
                "chmod" => match u32::from_str_radix(&value, 8) {
                    Ok(mode) => flags.chmod = Some(mode),
                    Err(_) => return failed("the mode is not modelled"),
                },
                "from" => from = Some(value),
                _ => return failed("the flag is not modelled"),
            }
        }
        let tree = match &from {
            None => self.inputs.context.clone(),
            Some(name) => match self.stage(name).filter(|&number| number + 1 < self.images.len()) {
                Some(number) => self.images[number].files.clone(),
                None => return failed("no such stage"),
            },
        };
        let mut destination = absolute(&target.folder, &written);
        if written.is_empty() || written.ends_with('/') || written == "." || destination.is_empty() {
            destination.push('/');
        }
        copy(&tree, &sources, &mut self.image().files, &destination, &flags)
    }

    fn run(&mut self, instruction: &Instruction<'s>) -> Outcome<()> {
        let environment = self.scope().clone();
        let Some((_, code)) = instruction.shell(self.source) else {
            return failed("exec form is not modelled");
        };
        let mounts: Vec<String> = instruction
            .operation
            .mounts()
            .map(|mount| mount.target().unwrap_or_default().to_owned())
            .collect();
        if instruction.operation.mounts().any(|mount| mount.kind() != "cache") {
            return failed("the mount is not modelled");
        }
        let Some(image) = self.images.last_mut() else { return failed("no stage") };
        let Some(mut user) = account(&image.files, &image.user) else { return failed("no such user") };
        if !image.user.contains(':') && !is_known(&image.files, user) {
            user.gid = 0;
        }
        let covered: Vec<Cover> = mounts.iter().map(|path| cover(&mut image.files, path)).collect();
        for cover in &covered {
            image.files.nodes.extend(self.caches.get(&cover.path).cloned().unwrap_or_default());
        }
        let result = Shell::new(&mut image.files, user, image.folder.clone(), environment).run(code.bytes());
        for cover in covered.into_iter().rev() {
            let path = cover.path.clone();
            self.caches.insert(path, uncover(&mut image.files, cover));
        }
        result
    }
}

fn is_known(files: &FileSystem, user: User) -> bool {
    let accounts = files.read("/etc/passwd", ROOT).unwrap_or_default();
    accounts.lines().any(|line| line.split(':').nth(2) == Some(&user.uid.to_string()))
}

/// What a cache lies over, while it does.
struct Cover {
    path: String,
    hidden: BTreeMap<String, Node>,
    /// The folders that are made for it, and go again.
    made: Vec<String>,
}

fn cover(files: &mut FileSystem, path: &str) -> Cover {
    let path = absolute("", path);
    let inside: Vec<String> = files.below(&path).cloned().chain([path.clone()]).collect();
    let hidden: BTreeMap<String, Node> =
        inside.into_iter().filter_map(|inner| files.nodes.remove_entry(&inner)).collect();
    let mut made = Vec::new();
    let mut here = String::new();
    for name in path.split('/').skip(1) {
        here = format!("{here}/{name}");
        if files.get(&here).is_none() && !hidden.contains_key(&here) {
            made.push(here.clone());
        }
        files.nodes.entry(here.clone()).or_insert_with(|| Node::directory(0o755, ROOT));
    }
    Cover { path, hidden, made }
}

/// Takes the cache away; gives what is in it.
fn uncover(files: &mut FileSystem, cover: Cover) -> BTreeMap<String, Node> {
    let inside: Vec<String> = files.below(&cover.path).cloned().chain([cover.path.clone()]).collect();
    let cache = inside.into_iter().filter_map(|inner| files.nodes.remove_entry(&inner)).collect();
    files.nodes.extend(cover.hidden);
    for folder in cover.made.iter().rev() {
        if files.below(folder).next().is_none() {
            files.nodes.remove(folder);
        }
    }
    cache
}
