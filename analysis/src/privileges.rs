//! What programs need when a container starts them: whether they work for another user than root.

use crate::paths::split;

/// What a program needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privilege {
    /// No more than any user has, as long as it may write to its own folders.
    None,
    /// It does what only root may; why.
    Root(&'static str),
    /// It gives root up itself, and has to start as root for that.
    Drops,
    /// It installs or builds first, with caches in root's home.
    Installs,
    /// It looks in the home of whoever installed it for what it runs.
    Home,
    /// People do in it what they like.
    Interactive,
    /// Not known.
    Unknown,
}

/// Programs that only root may run, or that start as root and have others do the work. By their manuals.
const ROOT: &[(&str, &str)] = &[
    ("apache2", "its master process opens logs and changes users"),
    ("apache2-foreground", "its master process opens logs and changes users"),
    ("apache2ctl", "its master process opens logs and changes users"),
    ("apachectl", "its master process opens logs and changes users"),
    ("arp", "it changes the network"),
    ("bird", "it changes the network"),
    ("caddy", "it keeps certificates in folders of root"),
    ("catalina.sh", "it writes into its own folder"),
    ("chgrp", "it gives files away"),
    ("chown", "it gives files away"),
    ("containerd", "it starts containers"),
    ("cron", "it runs jobs as other users"),
    ("crond", "it runs jobs as other users"),
    ("crontab", "it changes what cron runs"),
    ("dhclient", "it changes the network"),
    ("dnsmasq", "it changes its user itself"),
    ("dockerd", "it starts containers"),
    ("dockerd-entrypoint.sh", "it starts containers"),
    ("groupadd", "it adds users"),
    ("haproxy", "it changes its user itself"),
    ("hostname", "it changes the host name"),
    ("httpd", "its master process opens logs and changes users"),
    ("httpd-foreground", "its master process opens logs and changes users"),
    ("ifconfig", "it changes the network"),
    ("init", "it starts services"),
    ("insmod", "it changes the kernel"),
    ("ip", "it changes the network"),
    ("iptables", "it changes the network"),
    ("keepalived", "it changes the network"),
    ("lighttpd", "its configuration names a user and a log"),
    ("mknod", "it makes devices"),
    ("modprobe", "it changes the kernel"),
    ("mount", "it mounts"),
    ("my_init", "it starts services"),
    ("mysqld", "its data belong to another user"),
    ("mysqld_safe", "its data belong to another user"),
    ("named", "it changes its user itself"),
    ("nginx", "its master process opens logs, and makes folders in /var/cache/nginx"),
    ("ntpd", "it sets the clock"),
    ("openresty", "its master process opens logs"),
    ("openvpn", "it changes the network"),
    ("passwd", "it changes accounts"),
    ("postfix", "it starts services"),
    ("pure-ftpd", "it logs other users in"),
    ("rc-service", "it starts services"),
    ("rpcbind", "it starts services"),
    ("rsyslogd", "it writes the system's logs"),
    ("runit", "it starts services"),
    ("runsvdir", "it starts services"),
    ("s6-svscan", "it starts services"),
    ("service", "it starts services"),
    ("setcap", "it gives files capabilities"),
    ("slapd", "it changes its user itself"),
    ("smbd", "it logs other users in"),
    ("snmpd", "it reads what only root may"),
    ("squid", "it changes its user itself"),
    ("sshd", "it logs other users in"),
    ("supervisord", "it starts programs as other users"),
    ("sysctl", "it changes the kernel"),
    ("systemctl", "it starts services"),
    ("systemd", "it starts services"),
    ("tc", "it changes the network"),
    ("tcpdump", "it listens to the network"),
    ("tor", "it changes its user itself"),
    ("udevd", "it makes devices"),
    ("umount", "it mounts"),
    ("update-ca-certificates", "it changes the system's certificates"),
    ("useradd", "it adds users"),
    ("usermod", "it changes accounts"),
    ("varnishd", "it changes its user itself"),
    ("vsftpd", "it logs other users in"),
    ("xinetd", "it starts services"),
];

const DROPS: &str = "chpst gosu runuser setpriv setuidgid s6-setuidgid start-stop-daemon su su-exec sudo";

/// Package managers, and tools that fetch or build what they run.
const INSTALLS: &str = "apk apt apt-get aptitude cargo composer dnf dpkg gem go gradle gradlew lein microdnf mix mvn \
    mvnw opkg pacman pip pip3 pnpx rpm rustup sbt tdnf uv yum zypper";

const HOME: &str = "conda fnm hatch mamba micromamba nvm pdm pipenv pipx poetry rbenv rvm rye sdk volta";

const INTERACTIVE: &str = "bash bpython csh dash fish irb ipython jshell psql pwsh sh tcsh tmux vi vim zsh";

/// Which words of a command line name what it changes.
enum Written {
    /// All operands.
    Each,
    /// All operands but the first.
    Rest,
    /// The last operand.
    Last,
    /// The values of these options.
    Options(&'static [&'static str]),
}

/// Tools that write where they are told to, by their manuals. Without an option that says where, it is the folder that
/// they run in.
const WRITES: &[(&str, Written)] = &[
    ("chmod", Written::Rest),
    ("composite", Written::Last),
    ("convert", Written::Last),
    ("cp", Written::Last),
    ("curl", Written::Options(&["-o", "--output", "-D", "-c"])),
    ("ffmpeg", Written::Last),
    ("git", Written::Options(&["-C"])),
    ("gunzip", Written::Each),
    ("gzip", Written::Each),
    ("install", Written::Last),
    ("ln", Written::Last),
    ("magick", Written::Last),
    ("mkdir", Written::Each),
    ("mkfifo", Written::Each),
    ("montage", Written::Last),
    ("mv", Written::Each),
    ("openssl", Written::Options(&["-out", "-keyout"])),
    ("rm", Written::Each),
    ("rmdir", Written::Each),
    ("rsync", Written::Last),
    ("tar", Written::Options(&["-C", "--directory"])),
    ("tee", Written::Each),
    ("touch", Written::Each),
    ("truncate", Written::Each),
    ("unlink", Written::Each),
    ("unzip", Written::Options(&["-d"])),
    ("wget", Written::Options(&["-O", "--output-document", "-P", "-o"])),
];

/// True for a tool that works on the files that it is given.
pub fn works_on_files(program: &str) -> bool {
    let name = split(program).1;
    WRITES.iter().any(|(known, _)| *known == name)
}

/// The words of a command line that name what the program changes.
pub fn written<'w>(program: &str, arguments: &'w [String]) -> Vec<&'w str> {
    let name = split(program).1;
    let is_in_place = name == "sed" && arguments.iter().any(|word| word.starts_with("-i"));
    let row = WRITES.iter().find(|(known, _)| *known == name).map(|(_, written)| written);
    let Some(written) = row.or(is_in_place.then_some(&Written::Rest)) else { return Vec::new() };
    let mut operands = arguments.iter().map(String::as_str).filter(|word| !word.starts_with(['-', '+']));
    match written {
        Written::Each => operands.collect(),
        Written::Rest => operands.skip(1).collect(),
        Written::Last => operands.next_back().into_iter().collect(),
        Written::Options(options) => {
            let pairs = arguments.windows(2);
            pairs.filter(|pair| options.contains(&pair[0].as_str())).map(|pair| pair[1].as_str()).collect()
        }
    }
}

/// Interpreters, servers of applications and small tools, which do no more than their arguments and the application
/// say.
const NONE: &str = "\
    : [ [[ alembic awk base64 basename bc break bun bzip2 case cat cd celery chmod clear cmp comm \
    composite continue convert cp curl cut daphne date declare deno df diff dig dirname django-admin dotnet du \
    echo egrep elixir else erl eval exit export expr false fastapi ffmpeg ffprobe fgrep fi file find flask fold \
    for free function getent getopts git granian grep groups gs gunicorn gunzip gzip hash head hexdump hostid \
    http-server hypercorn id identify if install iodine java jobs join jq julia kill killall less let ln local locale \
    logger ls magick md5sum mkdir mkfifo mktemp mono montage more mv nc ncat netcat next nl node nodejs \
    nodemon npm nproc nslookup nuxt od openssl paste perl pg_isready pgrep php php-fpm pidof ping pkill pm2 \
    pm2-runtime pnpm popd printenv printf ps pserve puma pushd pwd pwdx pypy python rackup rails read readlink \
    readonly realpath return rev rm rmdir rsync ruby sed seq serve set sha1sum sha256sum shift shopt shuf \
    sidekiq sleep sort source split stat static-server streamlit strings stty tac tail tar tee test thin timeout \
    touch tput tr trap true truncate ts-node tsx tty type typeset ulimit umask unalias uname unicorn uniq \
    unlink unset until unzip uptime uvicorn wait waitress-serve wc wget which while whoami xxd xz \
    yarn yarnpkg yes yq zcat zip";

/// What the program of that name needs, given its arguments.
pub fn privilege(program: &str, arguments: &[String]) -> Privilege {
    let name = split(program).1;
    let unversioned = crate::packages::managers::without_version(name);
    let has = |list: &str| list.split_ascii_whitespace().any(|known| known == name || known == unversioned);
    if let Some((_, why)) = ROOT.iter().find(|(known, _)| *known == name) {
        return Privilege::Root(why);
    }
    if has(DROPS) {
        return Privilege::Drops;
    }
    if has(INSTALLS) {
        return Privilege::Installs;
    }
    if has(HOME) {
        return Privilege::Home;
    }
    if has(INTERACTIVE) {
        return Privilege::Interactive;
    }
    if !has(NONE) {
        return Privilege::Unknown;
    }
    of_subcommand(unversioned, arguments)
}

/// Commands of programs that are harmless in general.
const SUBCOMMANDS: &[(&str, &[&str], Privilege)] = &[
    ("npm", &["install", "i", "ci", "update", "rebuild", "link"], Privilege::Installs),
    ("pnpm", &["install", "i", "add", "update", "dlx"], Privilege::Installs),
    ("yarn", &["install", "add", "upgrade", "dlx"], Privilege::Installs),
    ("yarn", &[""], Privilege::Installs),
    ("bun", &["install", "add", "x"], Privilege::Installs),
    ("dotnet", &["run", "watch", "build", "restore", "test", "publish", "tool"], Privilege::Installs),
    ("next", &["", "build", "dev"], Privilege::Unknown),
    ("node", &[""], Privilege::Interactive),
    ("nuxt", &["", "build", "dev"], Privilege::Unknown),
    ("python", &[""], Privilege::Interactive),
];

fn of_subcommand(program: &str, arguments: &[String]) -> Privilege {
    if program == "python" && arguments.iter().any(|word| word == "pip") {
        return Privilege::Installs;
    }
    let first = arguments.iter().find(|word| !word.starts_with('-')).map_or("", String::as_str);
    let is_flag_only = first.is_empty() && !arguments.is_empty();
    let row = SUBCOMMANDS.iter().find(|(known, names, _)| {
        *known == program && names.iter().any(|name| *name == first && !(name.is_empty() && is_flag_only))
    });
    row.map_or(Privilege::None, |(.., privilege)| *privilege)
}
