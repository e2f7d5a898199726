//! Programs that call others, and the parts of a system.

use super::releases::{
    DEBIAN_2017, DEBIAN_2021, DEBIAN_2023, DEBIAN_2025, UBUNTU_2020, UBUNTU_2022, UBUNTU_2024, UP_TO_2018,
    WITH_GNUPG,
};
use super::{ROW, Releases, ReliedOn};

const CALLS: &str = "the file calls it";

pub(super) const ROWS: &[ReliedOn] = &[
    // Without it: "xvfb-run: error: xauth command not found". cypress-io/cypress-docker-images#872. Ubuntu's
    // package depends on it.
    ReliedOn { packages: &["xvfb"], recommended: &["xauth"], need: "`xvfb-run` calls it", ..ROW },
    // Without it: "convert-im6.q16: unable to read font `helvetica'", certbot/website#596; and no PDF,
    // artefactual/archivematica#943.
    ReliedOn {
        packages: &["imagemagick", "imagemagick-6*", "graphicsmagick", "libmagickwand-dev", "php-imagick"],
        recommended: &["ghostscript"],
        or: &["ghostscript", "gs"],
        need: "ImageMagick takes its fonts from it, and PDF through it",
        ..ROW
    },
    // Without it: "delegate failed `'rsvg-convert' -o '%o' '%i''".
    ReliedOn {
        packages: &["imagemagick"],
        recommended: &["libmagickcore-6.q16-3-extra"],
        mentions: &["svg", "SVG", ".svg", "wmf", "djvu", "openexr"],
        releases: Releases::Known(&[&["bionic", "18.04"]]),
        need: "ImageMagick reads SVG with it",
        ..ROW
    },
    ReliedOn {
        packages: &["imagemagick"],
        recommended: &["libmagickcore-6.q16-6-extra"],
        mentions: &["svg", "SVG", ".svg", "wmf", "djvu", "openexr"],
        releases: Releases::Known(&[UBUNTU_2020, UBUNTU_2022, DEBIAN_2021, DEBIAN_2023]),
        need: "ImageMagick reads SVG with it",
        ..ROW
    },
    ReliedOn {
        packages: &["imagemagick"],
        recommended: &["libmagickcore-6.q16-7-extra"],
        mentions: &["svg", "SVG", ".svg", "wmf", "djvu", "openexr"],
        releases: Releases::Known(&[UBUNTU_2024]),
        need: "ImageMagick reads SVG with it",
        ..ROW
    },
    ReliedOn {
        packages: &["imagemagick"],
        recommended: &["libmagickcore-7.q16-10-extra"],
        mentions: &["svg", "SVG", ".svg", "wmf", "djvu", "openexr"],
        releases: Releases::Known(&[DEBIAN_2025]),
        need: "ImageMagick reads SVG with it",
        ..ROW
    },
    ReliedOn {
        packages: &["git", "git-core"],
        recommended: &["patch"],
        or: &["patch", "build-essential"],
        mentions: &["patch"],
        need: CALLS,
        ..ROW
    },
    ReliedOn {
        packages: &["git", "git-core"],
        recommended: &["less"],
        mentions: &["less"],
        need: CALLS,
        ..ROW
    },
    ReliedOn { packages: &["gettext"], recommended: &["curl"], mentions: &["curl"], need: CALLS, ..ROW },
    ReliedOn { packages: &["zip"], recommended: &["unzip"], mentions: &["unzip"], need: CALLS, ..ROW },
    ReliedOn {
        packages: &["wkhtmltopdf"],
        recommended: &["xvfb"],
        mentions: &["xvfb", "xvfb-run", "Xvfb"],
        need: CALLS,
        ..ROW
    },
    ReliedOn {
        packages: &["procps"],
        recommended: &["psmisc"],
        mentions: &["killall", "pstree", "fuser"],
        need: CALLS,
        ..ROW
    },
    // The old `mime-support` recommends them; Python depends on that.
    ReliedOn {
        packages: &["python", "python2.7", "python-*", "python3", "python3-*", "vim"],
        recommended: &["xz-utils"],
        mentions: &["xz", "unxz", "xzcat", "tar.xz", ".xz"],
        releases: Releases::Only(&[UP_TO_2018, UBUNTU_2020]),
        need: CALLS,
        ..ROW
    },
    ReliedOn {
        packages: &["python", "python2.7", "python-*", "python3", "python3-*", "vim"],
        recommended: &["bzip2"],
        mentions: &["bzip2", "bunzip2", "bzcat", "tar.bz2", ".bz2"],
        releases: Releases::Only(&[UP_TO_2018, UBUNTU_2020]),
        need: CALLS,
        ..ROW
    },
    ReliedOn {
        packages: &["python", "python2.7", "python-*", "python3", "python3-*", "vim"],
        recommended: &["file"],
        mentions: &["file --", "file -b", "file -L", "$(file", "libmagic"],
        releases: Releases::Only(&[UP_TO_2018, UBUNTU_2020]),
        need: CALLS,
        ..ROW
    },
    // `gpg` alone has no agent, without which it imports no keys.
    ReliedOn {
        packages: &["software-properties-common", "dirmngr", "gpg"],
        recommended: &["gnupg"],
        or: &["gnupg", "gnupg2", "gpg-agent", "gnupg-agent"],
        mentions: &["add-apt-repository", "apt-add-repository", "apt-key", "gpg"],
        releases: Releases::Except(&[WITH_GNUPG]),
        need: "keys of repositories are added with it",
    },
    // `dpkg-dev` recommends it.
    ReliedOn {
        packages: &["build-essential"],
        recommended: &["gnupg"],
        or: &["gnupg", "gnupg2", "gnupg1", "gpg"],
        mentions: &["apt-key", "gpg", "gpg2", "add-apt-repository"],
        releases: Releases::Except(&[WITH_GNUPG, DEBIAN_2025]),
        need: CALLS,
    },
    ReliedOn {
        packages: &["build-essential"],
        recommended: &["fakeroot"],
        mentions: &["fakeroot"],
        need: CALLS,
        ..ROW
    },
    ReliedOn {
        packages: &["gnupg", "gnupg2"],
        recommended: &["dirmngr"],
        mentions: &["keyserver", "--keyserver", "recv-key", "recv-keys"],
        releases: Releases::Only(&[DEBIAN_2017]),
        need: "it fetches keys from a server",
        ..ROW
    },
    // Since Debian 13 the command is in a package of its own.
    ReliedOn {
        packages: &["docker.io"],
        recommended: &["docker-cli"],
        releases: Releases::Known(&[DEBIAN_2025]),
        need: "it is the `docker` command",
        ..ROW
    },
    ReliedOn {
        packages: &["docker.io"],
        recommended: &["git"],
        mentions: &["docker build", "docker buildx"],
        need: "`docker build` clones with it",
        ..ROW
    },
    ReliedOn {
        packages: &["debootstrap"],
        recommended: &["gnupg"],
        or: &["gnupg", "gnupg2", "gpgv"],
        need: "it checks signatures with it",
        ..ROW
    },
    ReliedOn {
        packages: &["qemu-system*", "qemu-kvm"],
        recommended: &["qemu-utils"],
        mentions: &["qemu-img", "qemu-nbd", "qemu-io"],
        need: CALLS,
        ..ROW
    },
    ReliedOn {
        packages: &["yt-dlp", "youtube-dl"],
        recommended: &["ffmpeg"],
        need: "it joins sound and picture with it",
        ..ROW
    },
    ReliedOn {
        packages: &["chromium"],
        recommended: &["fonts-liberation"],
        or: &["fonts-*", "ttf-*"],
        need: "pages are drawn with its fonts",
        ..ROW
    },
    // Without it: "No usable sandbox!" where user namespaces are off.
    ReliedOn {
        packages: &["chromium"],
        recommended: &["chromium-sandbox"],
        need: "it does not start without, unless by `--no-sandbox`",
        ..ROW
    },
    ReliedOn {
        packages: &["xrdp"],
        recommended: &["xorgxrdp"],
        or: &["xorgxrdp", "xorgxrdp-*", "tigervnc-standalone-server", "tightvncserver"],
        releases: Releases::Known(&[
            &["bionic", "18.04", "buster", "debian:10"],
            UBUNTU_2020,
            UBUNTU_2022,
            UBUNTU_2024,
            DEBIAN_2021,
            DEBIAN_2023,
            DEBIAN_2025,
        ]),
        need: "its sessions run on it",
        ..ROW
    },
    // X servers that come with no font.
    ReliedOn {
        packages: &["tigervnc-standalone-server", "tightvncserver", "vnc4server"],
        recommended: &["xfonts-base"],
        need: "its `fixed` font is what X starts with",
        ..ROW
    },
    ReliedOn {
        packages: &["tigervnc-standalone-server"],
        recommended: &["tigervnc-tools"],
        mentions: &["vncpasswd", "tigervncpasswd", "x0vncserver", "vncserver"],
        releases: Releases::Known(&[UBUNTU_2022, UBUNTU_2024, DEBIAN_2023, DEBIAN_2025]),
        need: "`vncpasswd` is part of it",
        ..ROW
    },
    ReliedOn {
        packages: &["systemd", "systemd-sysv"],
        recommended: &["dbus"],
        or: &["dbus", "dbus-*"],
        releases: Releases::Only(&[UP_TO_2018, UBUNTU_2020, DEBIAN_2021]),
        need: "`systemctl` talks through it",
        ..ROW
    },
    ReliedOn {
        packages: &["rsyslog"],
        recommended: &["logrotate"],
        mentions: &["logrotate"],
        need: CALLS,
        ..ROW
    },
    ReliedOn {
        packages: &["libboost-all-dev", "openssh-server", "openssh-client", "ssh"],
        recommended: &["xauth"],
        mentions: &["xauth", "X11Forwarding", "ForwardX11"],
        need: "X is forwarded with it",
        ..ROW
    },
    ReliedOn { packages: &["valgrind"], recommended: &["gdb"], mentions: &["gdb"], need: CALLS, ..ROW },
];
