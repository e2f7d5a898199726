//! Programs that a container starts: which names are the shell's own, and which files start without a shell.

use dfopt_syntax::dockerfile::Keyword;

use crate::build::Build;
use crate::context::Entry;
use crate::copied::destination;
use crate::packages::managers::without_version;
use crate::paths::{below, join, resolve, split};
use crate::stage::Stage;

/// Commands that a shell runs itself, and words of its grammar: POSIX 2.9.4 and 2.14, the manuals of dash(1) and
/// bash(1). A program of the same name need not do the same.
const BUILTINS: &str = "\
    ! . : [ [[ ]] alias bg bind break builtin caller case cd chdir command compgen complete compopt \
    continue coproc declare dirs disown do done echo elif else enable esac eval exec exit export false \
    fc fg fi for function getopts hash help history if in jobs kill let local logout mapfile popd printf \
    pushd pwd read readarray readonly return select set shift shopt source suspend test then time times \
    trap true type typeset ulimit umask unalias unset until wait while { }";

/// Programs that come from packages: binaries, or scripts that name their interpreter. Version numbers at the
/// end are left out (`python3.12`).
const INSTALLED: &str = "\
    ansible-playbook apache2 apache2ctl apachectl asterisk bash bun bundle bundler cabal caddy cargo \
    catalina.sh celery consul cron crond daphne dart deno django-admin dnsmasq dotnet dumb-init elixir \
    erl fastapi flask foreman forever gem go gosu gradle gunicorn haproxy honcho http-server httpd \
    httpd-foreground hugo hypercorn hypnotoad iex ipython java jekyll jruby julia jupyter jupyter-lab \
    jupyter-notebook lein lighttpd make memcached mix mongod mosquitto murmurd mvn mysqld mysqld_safe \
    nats-server next ng nginx node nodejs nodemon npm npx passenger perl php php-fpm pipenv plackup pm2 \
    pm2-runtime pnpm poetry postgres privoxy prometheus pserve puma pypy pytest python rackup rails rake \
    redis-server rsync rsyslogd ruby runsvdir salt-master sbt serve sh sidekiq sleep squid sshd stack \
    streamlit su su-exec sudo supervisord tail thin tini tor traefik ts-node twistd unicorn uv uvicorn \
    uwsgi varnishd vault vite yarn yarnpkg zsh";

/// Folders of `PATH` in every image.
const PROGRAM_FOLDERS: &[&str] =
    &["/bin", "/sbin", "/usr/bin", "/usr/local/bin", "/usr/local/sbin", "/usr/sbin"];

/// True where the shell itself may answer to the name.
pub fn is_shell_builtin(name: &str) -> bool {
    BUILTINS.split_whitespace().any(|builtin| builtin == name)
}

/// True where it is proven that the kernel can start `program` as instruction `index` names it: a script without
/// `#!` needs a shell that takes it for one of its own.
pub fn starts_without_shell(build: &Build<'_>, index: usize, program: &str) -> bool {
    let (folder, name) = split(program);
    let unversioned = without_version(name);
    let is_installed = INSTALLED.split_whitespace().any(|installed| installed == unversioned);
    let is_program_folder = matches!(split(folder).1, "bin" | "sbin");
    if is_installed && (!program.contains('/') || is_program_folder) {
        return true;
    }
    let paths = places(program, build.state_before(index).workdir.as_deref());
    let found = build.stage_of(index).map(|stage| copied_last(build, stage, index, &paths));
    let Some(Found::File(source)) = found else { return false };
    let head = build.context().and_then(|context| context.head(&source));
    head.is_some_and(|head| head.starts_with(b"#!") || head.starts_with(b"\x7fELF"))
}

/// What a COPY or ADD brought to a path.
pub(crate) enum Found {
    /// This file of the build context.
    File(String),
    /// It came from another stage or image.
    Elsewhere,
    /// Nothing, as far as the file tells.
    Nothing,
    /// It cannot be told what is copied there.
    Unclear,
}

/// Where a program stands: the paths at which `program` is looked for from `workdir`.
pub(crate) fn places(program: &str, workdir: Option<&str>) -> Vec<String> {
    if program.contains('/') {
        return resolve(workdir, program).into_iter().collect();
    }
    PROGRAM_FOLDERS.iter().map(|folder| join(folder, program)).collect()
}

/// What stands at one of `paths` in `stage` before instruction `before`, by the last COPY that brings it.
pub(crate) fn copied_last(build: &Build<'_>, stage: &Stage, before: usize, paths: &[String]) -> Found {
    let Some(context) = build.context() else { return unseen(build, stage, before, paths) };
    let latest_first = build.latest_first(stage).filter(|&i| i < before);
    for i in latest_first.filter(|&i| matches!(build.instruction(i).keyword(), Keyword::Copy | Keyword::Add))
    {
        let Some(copied) = build.copied(i) else {
            match lands_at(build, i, paths) {
                Some(found) => return found,
                None => continue,
            }
        };
        for copied in copied.iter().rev() {
            let found = paths.iter().find_map(|path| {
                let rest = below(path, &copied.destination)?;
                let source =
                    if copied.is_folder { join(&copied.source, rest) } else { copied.source.clone() };
                let is_there = context.entry(&source) != Entry::Missing;
                (is_there && copied.is_folder != rest.is_empty()).then_some(source)
            });
            if let Some(source) = found {
                return Found::File(source);
            }
        }
    }
    Found::Nothing
}

/// The same without the build context.
fn unseen(build: &Build<'_>, stage: &Stage, before: usize, paths: &[String]) -> Found {
    let latest_first = build.latest_first(stage).filter(|&i| i < before);
    let mut copies =
        latest_first.filter(|&i| matches!(build.instruction(i).keyword(), Keyword::Copy | Keyword::Add));
    copies.find_map(|i| lands_at(build, i, paths)).unwrap_or(Found::Nothing)
}

/// What COPY `index`, whose files are not known, may have brought to one of `paths`.
fn lands_at(build: &Build<'_>, index: usize, paths: &[String]) -> Option<Found> {
    let Some(folder) = destination(build, index).path else { return Some(Found::Unclear) };
    let is_elsewhere = build.instruction(index).flag("from").is_some();
    let lands = paths.iter().any(|path| below(path, &folder).is_some());
    lands.then_some(if is_elsewhere { Found::Elsewhere } else { Found::Unclear })
}
