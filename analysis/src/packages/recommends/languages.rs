//! Languages and their package managers.

use super::releases::{DEBIAN_2021, UBUNTU_2020, UBUNTU_2022, UP_TO_2018};
use super::{ROW, Releases, ReliedOn};

const PIP: &[&str] = &["pip install", "pip3 install", "pip wheel", "pip3 wheel", "-m pip"];
const NPM: &[&str] = &["npm install", "npm ci", "npm i", "npm rebuild", "yarn install", "yarn", "pnpm"];

pub(super) const ROWS: &[ReliedOn] = &[
    // Without it, for a package without a wheel: "error: command 'x86_64-linux-gnu-gcc' failed: No such file or
    // directory".
    ReliedOn {
        packages: &["python3-pip"],
        recommended: &["build-essential"],
        mentions: PIP,
        need: "pip compiles packages that have no wheel",
        ..ROW
    },
    ReliedOn {
        packages: &["python3-pip"],
        recommended: &["python3-dev"],
        or: &["python3-dev", "python3-all-dev"],
        mentions: PIP,
        need: "pip compiles packages that have no wheel",
        ..ROW
    },
    ReliedOn {
        packages: &["python3-pip"],
        recommended: &["python3-setuptools", "python3-wheel"],
        or: &["python3-setuptools"],
        mentions: PIP,
        releases: Releases::Only(&[UP_TO_2018]),
        need: "pip builds packages with it",
    },
    ReliedOn {
        packages: &["python-pip"],
        recommended: &["build-essential", "python-all-dev", "python-setuptools", "python-wheel"],
        or: &["python-setuptools"],
        mentions: PIP,
        releases: Releases::Known(&[UP_TO_2018]),
        need: "pip builds packages with it",
    },
    // The command itself is in a package of its own.
    ReliedOn {
        packages: &["python-virtualenv"],
        recommended: &["virtualenv"],
        releases: Releases::Only(&[UP_TO_2018]),
        need: "it is the command",
        ..ROW
    },
    ReliedOn {
        packages: &["python3-matplotlib"],
        recommended: &["python3-tk"],
        mentions: &["DISPLAY", "xvfb", "xvfb-run", "TkAgg", "tkinter"],
        releases: Releases::Only(&[UP_TO_2018, UBUNTU_2020, DEBIAN_2021]),
        need: "its windows are drawn with it",
        ..ROW
    },
    // node-gyp, which npm brings, recommends it. Without it, for a native module: "gyp ERR! not ok".
    ReliedOn {
        packages: &["npm"],
        recommended: &["build-essential"],
        mentions: NPM,
        need: "npm compiles native modules",
        ..ROW
    },
    ReliedOn {
        packages: &["npm"],
        recommended: &["git"],
        mentions: NPM,
        releases: Releases::Except(&[UP_TO_2018, UBUNTU_2020]),
        need: "npm clones dependencies with it",
        ..ROW
    },
    // https://classic.yarnpkg.com/en/docs/install#debian-stable says how to go without Node.js.
    ReliedOn {
        packages: &["yarn"],
        recommended: &["nodejs"],
        or: &["nodejs", "node-*"],
        need: "it runs on Node.js",
        ..ROW
    },
    ReliedOn {
        packages: &["rustc"],
        recommended: &["cargo"],
        or: &["cargo", "cargo-*"],
        mentions: &["cargo"],
        need: "the file calls it",
        ..ROW
    },
    ReliedOn {
        packages: &["cpanminus"],
        recommended: &["make"],
        or: &["make", "build-essential"],
        mentions: &["cpanm"],
        releases: Releases::Except(&[UP_TO_2018, UBUNTU_2020]),
        need: "`cpanm` calls it",
    },
    ReliedOn {
        packages: &["cabal-install"],
        recommended: &["ca-certificates", "curl"],
        or: &["curl", "wget"],
        need: "`cabal` downloads with it",
        ..ROW
    },
    ReliedOn { packages: &["opam"], recommended: &["git"], need: "it fetches with it", ..ROW },
    ReliedOn { packages: &["opam"], recommended: &["rsync"], need: "it copies with it", ..ROW },
    ReliedOn {
        packages: &["opam"],
        recommended: &["m4"],
        releases: Releases::Except(&[UP_TO_2018]),
        need: "libraries are configured with it",
        ..ROW
    },
    ReliedOn {
        packages: &["bundler"],
        recommended: &["build-essential"],
        mentions: &["bundle install", "bundle"],
        need: "gems are compiled with it",
        ..ROW
    },
    ReliedOn {
        packages: &["bundler"],
        recommended: &["ruby-dev"],
        or: &["ruby-dev", "ruby-all-dev", "ruby-full"],
        mentions: &["bundle install", "bundle"],
        need: "gems are compiled with it",
        ..ROW
    },
    // The gem mimemagic reads its list of types when it is installed: docker-library/ruby#344.
    ReliedOn {
        packages: &["libglib2.0-0", "libglib2.0-dev", "libvips*", "imagemagick", "libmagickwand-dev"],
        recommended: &["shared-mime-info"],
        mentions: &["bundle install", "bundle"],
        need: "gems look types of files up in it",
        ..ROW
    },
    ReliedOn { packages: &["composer"], recommended: &["git"], need: "it fetches packages with it", ..ROW },
    ReliedOn {
        packages: &["composer"],
        recommended: &["unzip"],
        or: &["unzip", "php-zip"],
        releases: Releases::Except(&[UP_TO_2018]),
        need: "it unpacks packages with it",
        ..ROW
    },
    // The tasks of Ant that need other programs' libraries: `junit` and more.
    ReliedOn {
        packages: &["ant", "ant-contrib"],
        recommended: &["ant-optional"],
        need: "its `junit` task comes with it",
        ..ROW
    },
    ReliedOn {
        packages: &["r-cran-*", "r-bioc-*"],
        recommended: &["r-base-dev"],
        mentions: &["install.packages", "install2.r", "installr", "BiocManager", "devtools", "renv", "R CMD"],
        need: "R compiles packages with it",
        ..ROW
    },
    ReliedOn {
        packages: &["libopencv-dev"],
        recommended: &["opencv-data"],
        mentions: &["haarcascade", "haarcascades", "lbpcascades"],
        need: "the file uses its data",
        ..ROW
    },
    ReliedOn {
        packages: &["mono-complete", "mono-devel", "nuget"],
        recommended: &["ca-certificates-mono"],
        mentions: &["nuget", "https"],
        releases: Releases::Except(&[UBUNTU_2022]),
        need: "https needs its certificates",
        ..ROW
    },
];
