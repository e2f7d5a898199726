//! What talks to other hosts: certificates, ssh, mail, databases of names.

use super::releases::{DEBIAN_2025, UBUNTU_2020, UBUNTU_2022, UP_TO_2018};
use super::{ROW, Releases, ReliedOn};

pub(super) const ROWS: &[ReliedOn] = &[
    // astral-sh/uv#6208, sourcegraph/lsp-adapter#73: https fails, behind a pipe without a word. All of these
    // recommend the certificates, or depend on libcurl, which does.
    ReliedOn {
        packages: &[
            "curl",
            "wget",
            "wget2",
            "git",
            "git-core",
            "git-lfs",
            "git-svn",
            "aria2",
            "apt-transport-https",
            "bzr",
            "cargo",
            "cmake",
            "docker.io",
            "fetchmail",
            "gdal-bin",
            "libcurl3",
            "libcurl3-gnutls",
            "libcurl4",
            "libcurl4-gnutls-dev",
            "libcurl4-openssl-dev",
            "libgdal-dev",
            "libnetcdf-dev",
            "libopencv-dev",
            "links",
            "mercurial",
            "msmtp",
            "nodejs",
            "php-curl",
            "php*-curl",
            "postgis",
            "w3m",
        ],
        recommended: &["ca-certificates"],
        or: CERTIFICATES,
        need: "https needs its certificates",
        ..ROW
    },
    ReliedOn {
        packages: &["apache2", "libapache2-mod-php*", "postfix"],
        recommended: &["ca-certificates"],
        or: CERTIFICATES,
        releases: Releases::Except(&[UP_TO_2018]),
        need: "https needs its certificates",
        ..ROW
    },
    ReliedOn {
        packages: &["gdb", "libhdf5-dev", "libproj-dev", "proj-bin"],
        recommended: &["ca-certificates"],
        or: CERTIFICATES,
        releases: Releases::Except(&[UP_TO_2018, UBUNTU_2020]),
        need: "https needs its certificates",
        ..ROW
    },
    ReliedOn {
        packages: &["libpq-dev", "libpq5", "librdkafka-dev"],
        recommended: &["ca-certificates"],
        or: CERTIFICATES,
        releases: Releases::Only(&[DEBIAN_2025]),
        need: "https needs its certificates",
        ..ROW
    },
    // The interpreter recommends them since Python 3.9 of Debian 11 and 3.12 of Ubuntu 24.04.
    ReliedOn {
        packages: &[
            "python3",
            "python3-*",
            "python3.*",
            "libpython3-dev",
            "meson",
            "s3cmd",
            "scons",
            "supervisor",
        ],
        recommended: &["ca-certificates"],
        or: CERTIFICATES,
        releases: Releases::Except(&[UP_TO_2018, UBUNTU_2020, UBUNTU_2022]),
        need: "https needs its certificates",
        ..ROW
    },
    // Recommended as "ssh-client". Without it: "error: cannot run ssh: No such file or directory".
    ReliedOn {
        packages: &["git", "git-core"],
        recommended: &["openssh-client"],
        or: SSH,
        mentions: &["git@", "ssh://", "type=ssh", ".ssh", "ssh-keyscan", "ssh-add", "GIT_SSH_COMMAND"],
        need: "git over ssh needs it",
        ..ROW
    },
    ReliedOn {
        packages: &["mercurial"],
        recommended: &["openssh-client"],
        or: SSH,
        mentions: &["ssh", "ssh://"],
        need: "it calls `ssh`",
        ..ROW
    },
    // Recommended as "default-mta". Without it: "mail: Cannot open mailer: No such file or directory".
    ReliedOn {
        packages: &["mailutils"],
        recommended: &["default-mta"],
        releases: Releases::Except(&[UP_TO_2018]),
        or: &["default-mta", "exim4*", "postfix", "sendmail*", "msmtp-mta", "ssmtp", "nullmailer"],
        need: "it sends mail through it",
        ..ROW
    },
    ReliedOn {
        packages: &["apache2"],
        recommended: &["ssl-cert"],
        mentions: &["default-ssl", "snakeoil"],
        need: "the default site for https needs its certificate",
        ..ROW
    },
    // Mechanisms as PLAIN are modules of their own.
    ReliedOn {
        packages: &["postfix", "slapd", "libsasl2-dev", "librdkafka-dev", "libldap2-dev"],
        recommended: &["libsasl2-modules"],
        mentions: &["sasl", "SASL", "smtp_sasl", "relayhost", "GSSAPI"],
        need: "logins need its mechanisms",
        ..ROW
    },
    ReliedOn {
        packages: &["slapd"],
        recommended: &["ldap-utils"],
        mentions: &["ldapadd", "ldapmodify", "ldapsearch", "ldappasswd", "ldapwhoami"],
        need: "the file calls it",
        ..ROW
    },
    ReliedOn {
        packages: &["openvpn"],
        recommended: &["easy-rsa"],
        mentions: &["easy-rsa", "easyrsa", "make-cadir"],
        need: "the file calls it",
        ..ROW
    },
    ReliedOn {
        packages: &["tor"],
        recommended: &["torsocks"],
        mentions: &["torsocks", "torify"],
        need: "the file calls it",
        ..ROW
    },
    // /etc/protocols and /etc/services, which getprotobyname(3) and getservbyname(3) read:
    // phusion/baseimage-docker#323, docker-library/buildpack-deps#80.
    ReliedOn {
        packages: &["git", "git-core", "perl", "build-essential"],
        recommended: &["netbase"],
        mentions: &[
            "/etc/protocols",
            "/etc/services",
            "getprotobyname",
            "getservbyname",
            "stack",
            "cabal",
            "ghc",
        ],
        need: "names of protocols and services are looked up in it",
        ..ROW
    },
];

const CERTIFICATES: &[&str] = &[
    "ca-certificates",
    "ca-certificates-java",
    "ca-certificates-mono",
    "python3-pip",
    "software-properties-common",
];

const SSH: &[&str] = &["openssh-client", "ssh", "openssh-server"];
