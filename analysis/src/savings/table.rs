//! The figures. Each is the difference of two layers of real builds, with and without, in bytes:
//! `benches/savings.sh` builds them. x86-64, November 2026.

/// What is installed or fetched, and the bytes it leaves.
pub type Row = (&'static str, u64);

/// The index that `apt-get update` fetches: `benches/savings.sh lists`, Debian 12.
pub const LISTS: &[Row] = &[("debian", 19_853_620)];

/// What comes with a package that it recommends, in `debian:bookworm-slim`:
/// `benches/savings.sh recommends PACKAGE`.
pub const RECOMMENDED: &[Row] = &[
    ("git", 13015516),
    ("curl", 3120929),
    ("wget", 8639681),
    ("build-essential", 61622971),
    ("software-properties-common", 11601207),
    ("cmake", 235646928),
    ("zlib1g-dev", 51281018),
    ("vim", 49781),
    ("autoconf", 1419636),
    ("libtool", 110862654),
    ("nodejs", 2486271),
    ("automake", 24675),
    ("gcc", 78524448),
    ("libxml2-dev", 51281018),
    ("g++", 51281432),
    ("python3-pip", 389519161),
    ("zip", 297986),
    ("python3-dev", 52637245),
    ("libpq-dev", 391921),
    ("python3", 2500181),
    ("gnupg", 6269646),
    ("libfreetype6-dev", 49492648),
];

/// By tool, what stays in its cache of an installation of one package by name: `benches/savings.sh caches`,
/// in `python:3.11-slim` and `node:20-slim`.
pub const CACHES: &[(&str, &[Row])] = &[];
