//! The figures. Each is the difference of two layers of real builds, with and without, in bytes:
//! `benches/savings.sh` builds them. x86-64, November 2026.

/// What is installed or fetched, and the bytes it leaves.
pub type Row = (&'static str, u64);

/// The index that `apt-get update` fetches: `benches/savings.sh lists`, Debian 12.
pub const LISTS: &[Row] = &[("debian", 19_853_620)];

/// What comes with a package that it recommends, less what `apt-no-recommends` names, in
/// `debian:bookworm-slim`: `benches/savings.sh recommends PACKAGE`.
pub const RECOMMENDED: &[Row] = &[
    ("apache2", 1_069_578),
    ("autoconf", 1_419_636),
    ("automake", 24_675),
    ("build-essential", 61_622_971),
    ("cmake", 50_274_517),
    ("curl", 719_985),
    ("ffmpeg", 155_016_750),
    ("flex", 51_281_601),
    ("g++", 51_281_432),
    ("gcc", 51_281_487),
    ("gfortran", 51_281_428),
    ("git", 10_614_576),
    ("gnupg", 6_269_646),
    ("golang", 107_557_273),
    ("imagemagick", 38_445_374),
    ("libboost-all-dev", 67_996_943),
    ("libbz2-dev", 51_287_675),
    ("libcurl4-openssl-dev", 719_981),
    ("libfreetype6-dev", 49_492_648),
    ("libicu-dev", 51_281_006),
    ("libjpeg-dev", 50_633_628),
    ("libncurses5-dev", 51_314_145),
    ("libpcre3-dev", 51_281_034),
    ("libpng-dev", 51_134_042),
    ("libpq-dev", 391_921),
    ("libreadline-dev", 51_314_141),
    ("libsqlite3-dev", 51_281_022),
    ("libtool", 110_862_654),
    ("libxml2-dev", 51_281_018),
    ("libxslt1-dev", 51_281_018),
    ("libzmq3-dev", 51_283_373),
    ("nano", 33_080),
    ("nginx", 148_882),
    ("nodejs", 85_323),
    ("npm", 588_393_041),
    ("openssh-client", 3_178_979),
    ("openssh-server", 23_152_510),
    ("protobuf-compiler", 51_281_073),
    ("python3", 99_235),
    ("python3-dev", 50_236_305),
    ("python3-pip", 389_519_161),
    ("ruby", 13_558_749),
    ("software-properties-common", 11_601_207),
    ("subversion", 326_122),
    ("supervisor", 99_245),
    ("vim", 49_781),
    ("wget", 328_053),
    ("xvfb", 8_236_577),
    ("zip", 297_986),
    ("zlib1g-dev", 51_281_018),
];

/// By tool, what stays in its cache of an installation of one package by name: `benches/savings.sh caches`,
/// in `python:3.11-slim` and `node:20-slim`.
pub const CACHES: &[(&str, &[Row])] = &[("npm", NPM), ("pip", PIP)];

const NPM: &[Row] = &[
    ("@angular/cli", 36_656_591),
    ("express", 3_256_763),
    ("pm2", 8_647_113),
    ("react-scripts", 183_530_769),
    ("typescript", 20_935_345),
    ("yarn", 755_512),
];

const PIP: &[Row] = &[
    ("boto3", 17_187_345),
    ("django", 8_400_307),
    ("fastapi", 3_338_236),
    ("flask", 645_362),
    ("jupyter", 55_618_003),
    ("matplotlib", 41_583_050),
    ("numpy", 16_918_877),
    ("pandas", 29_518_730),
    ("pytest", 1_699_067),
    ("requests", 685_735),
    ("scikit-learn", 62_449_720),
    ("scipy", 52_268_892),
];
