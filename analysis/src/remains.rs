//! What the RUNs of a stage leave behind, for one who runs its image as another user: files that all may read, or
//! files in root's home and in the folders of the application.

use dfopt_syntax::dockerfile::Keyword;
use dfopt_syntax::shell::{self, Dialect, Word};

use crate::build::Build;
use crate::effects::{Step, steps};
use crate::image::BaseImage;
use crate::invocation::Invocation;
use crate::packages::Action;
use crate::paths::{below, resolve, split};
use crate::programs::{Found, copied_last};
use crate::stage::Stage;
use crate::startup::with_hooks;

/// What a command leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remains {
    /// Files that all may read, and that nobody is meant to change.
    Readable,
    /// The same, made by code of the project, which may look at who owns the files (as Git does).
    Built,
    /// The same; npm before version 9 runs scripts as the owner of the folder that it works in.
    ByOwner,
    /// What it unpacks or fetches: the files of an application.
    Files,
    /// Something in the home of the user that it runs as.
    Home,
    /// Not known.
    Unknown,
}

/// Commands by their first words. Tools of the system, package managers, and installers of dependencies, which all
/// leave files that the umask lets everybody read.
const READABLE: &str = "\
    : [ [[ a2enmod a2dismod a2ensite addgroup adduser add-apt-repository alias apk apt apt-cache apt-get apt-key \
    apt-mark aptitude arch awk base64 basename break bundle bundler cat cd chgrp chmod chown cksum composer \
    conda continue corepack cp cpanm curl cut date debconf-set-selections declare dirname dnf dpkg-architecture ensurepip expr getconf \
    docker-php-ext-configure docker-php-ext-enable docker-php-ext-install docker-php-source dos2unix dpkg \
    dpkg-divert dpkg-reconfigure echo egrep env exit export false fc-cache fgrep file find for gawk gem getent \
    gpg gpgconf grep groupadd groupmod gunzip gzip hash head hostname id install install-php-extensions \
    jq ldconfig ldd ln local localedef locale-gen ls lsb_release mamba md5sum microdnf mkdir mktemp mv \
    npm nproc php-config phpize node-prune od opkg pacman passwd patchelf pear pecl pip pnpm pod2man popd printenv printf ps pushd pwd read \
    readlink realpath return rm rmdir rpm sed set sh sha1sum sha256sum sha512sum shasum shift shopt sleep sort \
    spacy strip sync tail tdnf tee test time touch tr true type ulimit uname uniq unset update-alternatives \
    update-ca-certificates update-ca-trust update-locale update-rc.d useradd usermod venv virtualenv wait wc wget which whoami \
    xargs xz yarn yum zypper";

const BUILT: &str = "\
    ant ar autoconf autoreconf automake c++ cargo cc clang clang++ cmake configure csc cython dotnet esbuild g++ gcc \
    gfortran ghc go gradle gradlew javac ld lein make meson mvn mvnw nasm nest ninja node-gyp parcel protoc \
    pytest qmake rollup rustc scons stack swift tsc tsup webpack";

const FILES: &str = "bsdtar git hg rsync svn tar unzip 7z";

const HOME: &str = "aws cypress fnm ghcup huggingface-cli nvm pipx pyenv rbenv rustup rvm sdk volta vcpkg";

/// Commands that differ from the others of their program: program, the words that name it, what it leaves.
const SUBCOMMANDS: &[(&str, &[&str], Remains)] = &[
    ("bun", &["install", "add"], Remains::Readable),
    ("bun", &["run", "build"], Remains::Built),
    ("cargo", &["run"], Remains::Unknown),
    ("composer", &["exec", "run", "run-script"], Remains::Unknown),
    ("composer", &["global"], Remains::Home),
    ("conda", &["run"], Remains::Unknown),
    ("dotnet", &["ef", "run", "watch"], Remains::Unknown),
    ("dotnet", &["tool"], Remains::Home),
    ("go", &["run"], Remains::Unknown),
    ("mamba", &["run"], Remains::Unknown),
    ("npm", &["run", "run-script", "test", "start", "build", "exec"], Remains::Built),
    ("npm", &["install", "i", "ci", "rebuild", "link", "update", "prune"], Remains::ByOwner),
    ("playwright", &["install"], Remains::Home),
    ("playwright", &["install-deps"], Remains::Readable),
    ("pnpm", &["run", "build", "test", "exec"], Remains::Built),
    ("python", &["setup.py"], Remains::Built),
    ("yarn", &["build", "run", "test", "workspace", "workspaces"], Remains::Built),
    ("uv", &["pip"], Remains::Readable),
    ("uv", &["tool", "python"], Remains::Home),
];

/// A command of a RUN, and what it leaves behind.
#[derive(Debug)]
pub struct Remain<'b, 'd> {
    /// The command.
    pub invocation: Invocation<'b>,
    /// What it leaves.
    pub remains: Remains,
    /// The step that it is part of.
    pub step: Option<Step<'b, 'd>>,
}

/// What the commands of RUN `index` of `stage` leave behind; none where they are not all known.
pub fn of_run<'b, 'd>(build: &'b Build<'d>, stage: &Stage, index: usize) -> Option<Vec<Remain<'b, 'd>>> {
    let code = build.shell_code(index)?;
    let commands = code.script.simple_commands();
    let named = commands.iter().filter(|(command, _)| !command.words.is_empty()).count();
    let invocations = code.invocations();
    if invocations.len() != named {
        return None;
    }
    let steps = steps(build, index)?;
    let remain = |invocation: Invocation<'b>| {
        let span = invocation.command.span;
        let step = steps.iter().find(|step| step.span().start <= span.start && span.end <= step.span().end);
        let remains = of_command(build, stage, index, &invocation, step);
        Remain { invocation, remains, step: step.cloned() }
    };
    Some(invocations.into_iter().map(remain).collect())
}

/// Packages of what works with the devices, the kernel, the network or the users of the host: how their names start.
const PRIVILEGED: &[&str] = &[
    "bcc-tools",
    "bpfcc",
    "bpftrace",
    "cron",
    "docker-ce",
    "docker.io",
    "dcron",
    "fuse",
    "hostapd",
    "ifupdown",
    "iptables",
    "ipvsadm",
    "keepalived",
    "kmod",
    "libbcc",
    "libbpf",
    "libpcap",
    "libvirt",
    "nfs-",
    "nftables",
    "nmap",
    "openssh-server",
    "openvpn",
    "podman",
    "qemu-kvm",
    "samba",
    "sshfs",
    "strongswan",
    "sudo",
    "systemd-sysv",
    "tcpdump",
    "tshark",
    "udev",
    "vsftpd",
    "wireguard",
    "wireshark",
    "xinetd",
];

/// A package that RUN `index` installs and that works with more than the container: `iptables`.
pub fn privileged_package(build: &Build<'_>, index: usize) -> Option<String> {
    let code = build.shell_code(index)?;
    let installs = code.package_commands().filter(|command| command.action == Action::Install);
    let is_privileged = |name: &str| PRIVILEGED.iter().any(|start| name.starts_with(start));
    installs
        .flat_map(|command| {
            let names = command.operands.iter().filter_map(|word| command.package_name(word));
            names.map(|name| name.into_owned()).collect::<Vec<_>>()
        })
        .find(|name| is_privileged(name))
}

/// True where a RUN of `stage` builds the program `program`, which starts in `workdir`: it works in a folder around it,
/// or names it (`go build -o /usr/local/bin/name`).
pub fn is_built(build: &Build<'_>, stage: &Stage, program: &str, workdir: Option<&str>) -> bool {
    let runs = build.lineage(stage);
    let path = resolve(workdir, program).filter(|_| program.contains('/'));
    let name = split(program).1;
    runs.filter_map(|index| of_run(build, stage, index)).flatten().any(|remain| {
        let words: Vec<_> =
            remain.invocation.arguments.iter().filter_map(|word| remain.invocation.literal(word)).collect();
        let is_named = words.iter().any(|word| split(word).1 == name);
        let Some(path) = &path else {
            let compiles = COMPILERS.split_ascii_whitespace().any(|known| known == remain.invocation.program);
            return compiles && words.windows(2).any(|pair| pair[0] == "-o" && split(&pair[1]).1 == name);
        };
        let directory = remain.step.as_ref().and_then(|step| step.directory.as_deref());
        let is_around = directory.is_some_and(|folder| folder != "/" && below(path, folder).is_some());
        remain.remains == Remains::Built && (is_around || is_named)
    })
}

/// True where a RUN of `stage` puts something into the folder `path`: it names it, or installs or builds there.
pub fn fills(build: &Build<'_>, stage: &Stage, path: &str) -> bool {
    let mut runs = build.lineage(stage);
    runs.any(|index| {
        let instruction = build.instruction(index);
        if instruction.keyword() != Keyword::Run {
            return false;
        }
        let is_named = memchr::memmem::find(instruction.text.bytes(), path.as_bytes()).is_some();
        is_named
            || of_run(build, stage, index).unwrap_or_default().iter().any(|remain| {
                let directory = remain.step.as_ref().and_then(|step| step.directory.as_deref());
                let is_global = |word: &Word| {
                    let word = remain.invocation.literal(word);
                    matches!(word.as_deref(), Some("-g" | "--global" | "global"))
                };
                directory == Some(path)
                    && matches!(remain.remains, Remains::Built | Remains::ByOwner | Remains::Files)
                    && !remain.invocation.arguments.iter().any(is_global)
            })
    })
}

const COMPILERS: &str = "c++ cc clang clang++ crystal g++ gcc gfortran ghc go nim rustc swiftc";

fn of_command<'d>(
    build: &Build<'d>,
    stage: &Stage,
    index: usize,
    invocation: &Invocation<'_>,
    step: Option<&Step<'_, 'd>>,
) -> Remains {
    let literals: Vec<_> = invocation.arguments.iter().filter_map(|word| invocation.literal(word)).collect();
    let words: Vec<&str> = literals.iter().map(AsRef::as_ref).collect();
    let operands: Vec<&str> = words.iter().copied().filter(|word| !word.starts_with('-')).collect();
    let first = operands.first().copied().unwrap_or_default();
    let program = match (invocation.program.as_ref(), &operands[..]) {
        // They run another program.
        ("bundle" | "bundler", ["exec", program, ..]) | ("xargs", [program, ..]) => program,
        ("pdm" | "pipenv" | "poetry" | "uv", ["run", ..]) | ("xargs", []) => return Remains::Unknown,
        (program, _) => program,
    };
    let unversioned = crate::packages::managers::without_version(program);
    let names = |text: &str| memchr::memmem::find(build.source(), text.as_bytes()).is_some();
    match unversioned {
        "pip" if words.contains(&"--user") => return Remains::Home,
        "pip" if first == "install" && is_project(&operands) => return Remains::Built,
        "pip" if first == "config" => return Remains::Readable,
        // What only npm itself reads, but for where it installs.
        "npm" if first == "config" => {
            return if words.contains(&"prefix") { Remains::Home } else { Remains::Readable };
        }
        // The official images of Ruby have it at /usr/local/bundle.
        "bundle" | "bundler" if first == "config" => {
            let is_shared = words.contains(&"--local") || is_official(build, index, "ruby");
            return if is_shared { Remains::Readable } else { Remains::Home };
        }
        "npm" | "yarn" | "pnpm" | "bun" if leaves_browser(build, &names, &words) => return Remains::Home,
        "yarn" if has_packages_in_home(build, &names) => return Remains::Home,
        "poetry" if first == "config" || is_in_place(&names) => return Remains::Readable,
        "poetry" | "pdm" => return Remains::Home,
        "pipenv" if words.contains(&"--system") || names("PIPENV_VENV_IN_PROJECT") => {
            return Remains::Readable;
        }
        "pipenv" => return Remains::Home,
        "uv" if matches!(first, "sync" | "venv") => {
            let has_python = names("UV_PYTHON_INSTALL_DIR") || has_python(build, index);
            return if has_python { Remains::Readable } else { Remains::Home };
        }
        "git" if first == "config" => {
            return if words.contains(&"--system") { Remains::Readable } else { Remains::Home };
        }
        "make" if !operands.iter().all(|word| word.contains('=') || TARGETS.contains(word)) => {
            return Remains::Unknown;
        }
        "gem" if words.contains(&"--user-install") => return Remains::Home,
        // A script of a vendor that is known; others install into the home.
        "sh" | "bash" => {
            let is_known = step.is_some_and(|step| !step.effects(build, index).may_be_anything());
            return match is_known && names("nodesource.com/setup_") {
                true => Remains::Readable,
                false => Remains::Unknown,
            };
        }
        _ => {}
    }
    if matches!(unversioned, "npm" | "yarn" | "pnpm" | "bun" | "npx")
        && let Some(script) = script_name(unversioned, &operands)
    {
        let directory = step.and_then(|step| step.directory.as_deref());
        return of_script(build, stage, unversioned, script, directory);
    }
    let row = SUBCOMMANDS.iter().find(|(known, names, _)| (*known == unversioned) && names.contains(&first));
    if let Some((.., remains)) = row {
        return *remains;
    }
    let is_in =
        |list: &str| list.split_ascii_whitespace().any(|known| known == program || known == unversioned);
    match () {
        () if is_in(READABLE) => Remains::Readable,
        () if is_in(BUILT) => Remains::Built,
        () if is_in(FILES) => Remains::Files,
        () if is_in(HOME) => Remains::Home,
        () => Remains::Unknown,
    }
}

/// What files for make call the building and installing of a program; others may be anything.
const TARGETS: &[&str] = &["all", "build", "clean", "compile", "default", "install", "release"];

/// `pip install .`: code of the project runs.
fn is_project(operands: &[&str]) -> bool {
    operands
        .iter()
        .skip(1)
        .any(|word| word.starts_with('.') || word.starts_with('/') && !word.ends_with(".txt"))
}

/// Poetry is told to install into the system, or beside the project.
fn is_in_place(names: &dyn Fn(&str) -> bool) -> bool {
    [
        "virtualenvs.create false",
        "POETRY_VIRTUALENVS_CREATE",
        "POETRY_VIRTUALENVS_IN_PROJECT",
        "virtualenvs.in-project true",
    ]
    .iter()
    .any(|text| names(text))
}

fn has_python(build: &Build<'_>, index: usize) -> bool {
    is_official(build, index, "python")
        || build.base_image(index).is_some_and(|reference| reference.contains("astral-sh/uv:python"))
}

fn is_official(build: &Build<'_>, index: usize, name: &str) -> bool {
    build.base_image(index).and_then(BaseImage::official).is_some_and(|image| image.name == name)
}

/// Packages of npm that download a browser into the home when they are installed, and how the variables start that
/// say otherwise: <https://pptr.dev/guides/configuration>, <https://docs.cypress.io/app/references/advanced-installation>.
const BROWSERS: &[(&str, &str)] = &[("puppeteer", "PUPPETEER_"), ("cypress", "CYPRESS_")];

fn leaves_browser(build: &Build<'_>, names: &dyn Fn(&str) -> bool, words: &[&str]) -> bool {
    let manifest = build.context().and_then(|context| context.read("package.json"));
    BROWSERS.iter().any(|(package, variable)| {
        let is_named = words.iter().any(|word| word.split('@').next() == Some(package));
        let quoted = format!("\"{package}\"");
        let is_dependency = manifest.as_ref().is_some_and(|text| text.contains(&quoted));
        (is_named || is_dependency) && !names(variable)
    })
}

/// Yarn from version 2 on keeps the packages in the home, and runs them from there, unless it is told to fill
/// `node_modules`: <https://yarnpkg.com/configuration/yarnrc#enableGlobalCache>.
fn has_packages_in_home(build: &Build<'_>, names: &dyn Fn(&str) -> bool) -> bool {
    let read = |file: &str| build.context().and_then(|context| context.read(file));
    let settings = read(".yarnrc.yml");
    let is_new = settings.is_some()
        || names("corepack")
        || read("package.json").is_some_and(|text| text.contains("\"yarn@") && !text.contains("\"yarn@1"));
    let is_local = settings.is_some_and(|text| {
        ["nodeLinker: node-modules", "nodeLinker: pnpm", "enableGlobalCache: false"]
            .iter()
            .any(|line| text.contains(line))
    });
    is_new && !is_local
}

/// The script of `package.json` that a command runs.
fn script_name<'w>(program: &str, operands: &[&'w str]) -> Option<&'w str> {
    match (program, operands) {
        ("npx", [tool, ..]) => Some(tool),
        (_, ["run" | "run-script", script, ..]) => Some(script),
        ("yarn" | "pnpm", [script @ ("build" | "compile" | "test" | "lint"), ..]) => Some(script),
        _ => None,
    }
}

/// Tools that build a project of JavaScript, and write nothing that it would change when it runs.
const BUILDERS: &str = "\
    astro babel copyfiles cp cpx cross-env echo esbuild eslint gatsby mkdir mkdirp nest ng nuxt parcel \
    postcss prettier react-scripts rimraf rm rollup sass swc tailwindcss tsc tsc-alias tsup tsx vite vue-cli-service \
    vue-tsc webpack";

/// What a script of `package.json` leaves behind, as far as that file tells.
fn of_script(
    build: &Build<'_>,
    stage: &Stage,
    program: &str,
    name: &str,
    directory: Option<&str>,
) -> Remains {
    let is_builder = |tool: &str| BUILDERS.split_ascii_whitespace().any(|known| known == tool);
    if program == "npx" {
        return if is_builder(name) { Remains::Built } else { Remains::Unknown };
    }
    let manifest = resolve(directory, "package.json").and_then(|path| {
        match copied_last(build, stage, stage.instructions.end, &[path]) {
            Found::File(source) => build.context()?.read(&source),
            _ => None,
        }
    });
    let Some(scripts) = manifest.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
    else {
        return Remains::Unknown;
    };
    if only_builds(&scripts["scripts"], name, &is_builder, 0) { Remains::Built } else { Remains::Unknown }
}

/// Scripts call scripts, but not that deep.
const MAX_DEPTH: usize = 4;

fn only_builds(
    scripts: &serde_json::Value,
    name: &str,
    is_builder: &dyn Fn(&str) -> bool,
    depth: usize,
) -> bool {
    if depth > MAX_DEPTH || scripts[name].as_str().is_none() {
        return false;
    }
    with_hooks(scripts, name).into_iter().all(|text| {
        let Ok(script) = shell::parse(text.as_bytes(), Dialect::Posix) else { return false };
        script.simple_commands().into_iter().filter(|(command, _)| !command.words.is_empty()).all(
            |(command, context)| {
                let Some(invocation) = Invocation::of(text.as_bytes(), command, context) else {
                    return false;
                };
                let literals: Vec<_> =
                    invocation.arguments.iter().filter_map(|word| invocation.literal(word)).collect();
                let operands: Vec<&str> =
                    literals.iter().map(AsRef::as_ref).filter(|word: &&str| !word.starts_with('-')).collect();
                let program = invocation.program.as_ref();
                match script_name(program, &operands).filter(|_| matches!(program, "npm" | "yarn" | "pnpm")) {
                    Some(inner) => only_builds(scripts, inner, is_builder, depth + 1),
                    None if program == "npx" || program == "cross-env" => {
                        operands.iter().find(|word| !word.contains('=')).is_some_and(|tool| is_builder(tool))
                    }
                    None => is_builder(program),
                }
            },
        )
    })
}
