//! What the commands of a RUN find around them: variables, the home folder, where programs are looked for.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use dfopt_syntax::dockerfile::{Arguments, Keyword, Lookup, expand};

use crate::build::Build;
use crate::image::BaseImage;
use crate::paths::resolve;
use crate::shell_code::ShellCode;
use crate::state::State;

use super::variables::may_be_copied_to;

/// What the commands of one RUN find around them. Everything is looked up when it is first asked for.
pub(in crate::effects) struct Surroundings<'b, 'd> {
    pub(super) build: &'b Build<'d>,
    pub(super) index: usize,
    pub(super) code: &'b ShellCode<'d>,
    state: OnceCell<Rc<State>>,
    own_names: OnceCell<BTreeSet<&'b [u8]>>,
    home: OnceCell<Option<String>>,
    search_path: OnceCell<Option<Vec<String>>>,
}

impl<'b, 'd> Surroundings<'b, 'd> {
    /// Those of RUN `index`, whose code is `code`.
    pub(in crate::effects) fn new(build: &'b Build<'d>, index: usize, code: &'b ShellCode<'d>) -> Self {
        Self {
            build,
            index,
            code,
            state: OnceCell::new(),
            own_names: OnceCell::new(),
            home: OnceCell::new(),
            search_path: OnceCell::new(),
        }
    }

    /// The bytes of the code.
    pub(in crate::effects) fn text(&self) -> &'b [u8] {
        self.code.text.bytes()
    }

    /// The state that the RUN finds.
    pub(super) fn state(&self) -> &State {
        self.state.get_or_init(|| self.build.state_before(self.index))
    }

    /// The value of a variable, where the Dockerfile sets it and the code itself does not.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        if self.names_of_code().contains(name.as_bytes()) {
            return None;
        }
        self.state().variables.get(name)?.value.as_deref()
    }

    /// Words of the code that may name a variable which the code sets: all that look like a name and are
    /// not read with a `$` (`NAME=…`, `read NAME`, `for NAME in`, `unset NAME`, `$((NAME = 1))`).
    fn names_of_code(&self) -> &BTreeSet<&'b [u8]> {
        self.own_names.get_or_init(|| {
            let text = self.text();
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            let mut names = BTreeSet::new();
            let mut at = 0;
            while at < text.len() {
                let len = text[at..].iter().take_while(|&&byte| is_name(byte)).count();
                let before = &text[..at];
                let is_read = before.ends_with(b"$") || before.ends_with(b"${");
                if len > 0 && !is_read {
                    names.insert(&text[at..at + len]);
                }
                // `${NAME:=value}` sets it, too.
                if len > 0 && before.ends_with(b"${") {
                    let after = text.get(at + len..at + len + 2).unwrap_or_default();
                    if after.starts_with(b"=") || after == b":=" {
                        names.insert(&text[at..at + len]);
                    }
                }
                at += len.max(1);
            }
            names
        })
    }

    /// The home folder of the user; none where it is not known.
    pub(super) fn home(&self) -> Option<&str> {
        self.home.get_or_init(|| self.find_home()).as_deref()
    }

    fn find_home(&self) -> Option<String> {
        if self.names_of_code().contains(&b"HOME"[..]) {
            return None;
        }
        let state = self.state();
        if let Some(home) = state.variables.get("HOME") {
            return resolve(None, home.value.as_deref()?);
        }
        let base = self.build.base_image(self.index).and_then(BaseImage::official);
        match state.user.as_deref() {
            Some("root" | "0" | "0:0" | "root:root") => Some("/root".to_owned()),
            // https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#non-root-user
            Some("node" | "1000" | "node:node") if base.as_ref().is_some_and(|base| base.name == "node") => {
                Some("/home/node".to_owned())
            }
            Some(user) => self.home_of(user),
            None if self.sets_user() => None,
            None => base.map(|_| "/root".to_owned()),
        }
    }

    /// The home of a user whom a RUN above makes: the folder that `useradd -d` names, or the one in /home.
    fn home_of(&self, user: &str) -> Option<String> {
        let user = user.split(':').next().unwrap_or_default();
        for index in self.above() {
            if self.build.instruction(index).keyword() != Keyword::Run {
                continue;
            }
            let Some(code) = self.build.shell_code(index) else { continue };
            for invocation in code.invocations() {
                if !matches!(invocation.program.as_ref(), "useradd" | "adduser") {
                    continue;
                }
                let words: Option<Vec<_>> =
                    invocation.arguments.iter().map(|word| invocation.literal(word)).collect();
                let words = words?;
                if !words.iter().any(|word| word == user) {
                    continue;
                }
                let takes_home = |word: &str| matches!(word, "-d" | "-h" | "--home" | "--home-dir");
                if let Some(at) = words.iter().position(|word| takes_home(word)) {
                    return resolve(None, words.get(at + 1)?);
                }
                // Written in one word, the folder would have to be cut out of it.
                let is_usual = !words.iter().any(|word| word.contains("home=") || word.contains("home-dir="));
                let name = words.last()?;
                return (is_usual && name == user).then(|| format!("/home/{user}"));
            }
        }
        None
    }

    fn sets_user(&self) -> bool {
        self.above().any(|index| self.build.instruction(index).keyword() == Keyword::User)
    }

    /// The instructions that ran before, those of the stages below included, the last first.
    fn above(&self) -> impl Iterator<Item = usize> + '_ {
        let index = self.index;
        let stage = self.build.stage_of(index);
        let stages = stage.into_iter().flat_map(|stage| self.build.ancestry(stage));
        stages.flat_map(move |stage| {
            let end = stage.instructions.end.min(index.max(stage.instructions.start));
            (stage.instructions.start..end).rev()
        })
    }

    /// The folders of an application that programs are looked for in; none where they are not known. What a
    /// variable of the base image adds is the image's own.
    pub(super) fn search_path(&self) -> Option<&[String]> {
        self.search_path.get_or_init(|| self.folders_in("PATH")).as_deref()
    }

    /// The folders of an application in the list `name`, which may be added to: `/opt/x:$NAME`. None where
    /// they are not known. What a variable of the base image adds is the image's own.
    pub(super) fn folders_in(&self, name: &str) -> Option<Vec<String>> {
        let mut folders = Vec::new();
        if !self.state().variables.contains_key(name) {
            return Some(folders);
        }
        let references = [format!("${name}"), format!("${{{name}")];
        for index in self.above() {
            let instruction = self.build.instruction(index);
            let declares_path = |span| instruction.slice(span) == name.as_bytes();
            let values: Vec<&[u8]> = match (instruction.keyword(), instruction.arguments()) {
                (Keyword::Env, Arguments::Pairs(pairs)) => pairs
                    .iter()
                    .filter(|pair| declares_path(pair.key))
                    .map(|pair| instruction.slice(pair.value))
                    .collect(),
                (Keyword::Arg, _) => instruction
                    .operation
                    .declarations(instruction.text.bytes())
                    .into_iter()
                    .filter(|declaration| declares_path(declaration.name))
                    .filter_map(|declaration| declaration.default)
                    .map(|default| instruction.slice(default))
                    .collect(),
                _ => continue,
            };
            for value in values {
                let value = std::str::from_utf8(value).ok()?;
                self.add_folders(name, value, &mut folders)?;
                if !references.iter().any(|reference| value.contains(reference)) {
                    return Some(folders);
                }
            }
        }
        Some(folders)
    }

    fn add_folders(&self, list: &str, value: &str, folders: &mut Vec<String>) -> Option<()> {
        let escape = self.build.dockerfile().escape();
        for part in value.trim_matches(['"', '\'']).split(':') {
            // `${PATH:+…}` and the like are cut at their colons.
            if part.contains('{') != part.contains('}') {
                return None;
            }
            if part.strip_prefix('$').is_some_and(|name| name.trim_matches(['{', '}']) == list) {
                continue;
            }
            let lookup = |name: &str| match self.state().variables.get(name) {
                Some(variable) => variable.value.clone().map_or(Lookup::Unknown, Lookup::Set),
                None => Lookup::Unknown,
            };
            match expand(part.as_bytes(), escape, &lookup) {
                // An empty one is the working directory.
                Ok(path) if path.starts_with('/') => {
                    let path = resolve(None, &path)?;
                    if may_be_copied_to(&path) {
                        folders.push(path);
                    }
                }
                Ok(_) => return None,
                Err(_) => {
                    let name = part.strip_prefix('$')?;
                    let name = name.strip_prefix('{').unwrap_or(name);
                    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                    let name = &name[..end.unwrap_or(name.len())];
                    if name.is_empty() || self.state().variables.contains_key(name) {
                        return None;
                    }
                }
            }
        }
        Some(())
    }
}
