//! The scripts of `package.json` that npm and its likes start.

use dfopt_syntax::shell::Dialect;

use crate::paths::{resolve, split};
use crate::programs::Found;

use super::{Reader, Unclear};

impl Reader<'_, '_> {
    /// Follows `npm start`, `yarn serve`, `pnpm run api` into the scripts; false where it is none of these.
    pub(super) fn package_script(
        &mut self,
        program: &str,
        arguments: &[String],
        depth: usize,
    ) -> Result<bool, Unclear> {
        let tool = split(program).1;
        let Some(name) = script_name(tool, arguments) else { return Ok(false) };
        let unclear = || Unclear::Script(self.instruction, format!("{tool} {name}"));
        let manifest = self.manifest().ok_or_else(unclear)?;
        let manifest: serde_json::Value = serde_json::from_str(&manifest).map_err(|_| unclear())?;
        let scripts = &manifest["scripts"];
        if scripts[name].as_str().is_none() {
            // npm starts server.js then; of the others it is one of their own commands, or a program.
            return if tool == "npm" { Ok(false) } else { Err(unclear()) };
        }
        for text in with_hooks(scripts, name) {
            self.text(text.as_bytes(), Dialect::Posix, &[], depth + 1)?;
        }
        Ok(true)
    }

    /// The text of `package.json` in the working directory; that of the build context where a stage brings it.
    fn manifest(&self) -> Option<String> {
        let context = self.build.context()?;
        let path = resolve(self.workdir.as_deref(), "package.json")?;
        let source = match self.find(&[path]) {
            Found::File(source) => source,
            Found::Elsewhere => "package.json".to_owned(),
            Found::Nothing | Found::Unclear => return None,
        };
        context.read(&source).map(|text| text.into_owned())
    }
}

/// The code of script `name` of `scripts`, between that of its hooks.
pub(crate) fn with_hooks<'s>(scripts: &'s serde_json::Value, name: &str) -> Vec<&'s str> {
    let names = [format!("pre{name}"), name.to_owned(), format!("post{name}")];
    names.iter().filter_map(|name| scripts[name.as_str()].as_str()).collect()
}

/// Commands of Yarn, pnpm and Bun that are no scripts.
const COMMANDS: &[&str] = &["add", "ci", "dlx", "exec", "i", "install", "node", "upgrade", "update", "x"];

/// The script that a command line starts.
fn script_name<'w>(tool: &str, arguments: &'w [String]) -> Option<&'w str> {
    let mut operands = arguments.iter().map(String::as_str).filter(|word| !word.starts_with('-'));
    let first = operands.next()?;
    match (tool, first) {
        ("npm" | "yarn" | "yarnpkg" | "pnpm" | "bun", "run" | "run-script") => {
            operands.next().filter(|name| tool != "bun" || !name.contains('.'))
        }
        ("npm", "start" | "stop" | "test" | "restart") => Some(first),
        ("yarn" | "yarnpkg" | "pnpm", name) if !COMMANDS.contains(&name) => Some(name),
        _ => None,
    }
}
