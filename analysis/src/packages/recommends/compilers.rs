//! Compilers and what builds with them.

use super::releases::{DEBIAN_2023, DEBIAN_2025, UBUNTU_2024, UP_TO_2018};
use super::{ROW, Releases, ReliedOn};

const HEADERS: &str = "a C compiler needs the headers of the C library";

pub(super) const ROWS: &[ReliedOn] = &[
    // Without it: "fatal error: stdio.h: No such file or directory".
    ReliedOn {
        packages: &[
            "gcc",
            "gcc-4.*",
            "gcc-5",
            "gcc-6",
            "gcc-7",
            "gcc-8",
            "gcc-9",
            "gcc-10",
            "gcc-11",
            "gcc-12",
            "gcc-13",
            "gcc-14",
            "gcc-15",
            "tcc",
            "lcov",
            "flex",
            "golang",
            "golang-go",
            "golang-1.*",
            "cmake",
        ],
        recommended: &["libc6-dev"],
        or: &["libc6-dev", "libc-dev", "build-essential", "g++*", "clang*", "gfortran*", "gcc-multilib"],
        need: HEADERS,
        ..ROW
    },
    // Without it: `cgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH` (golang-go);
    // "CMAKE_C_COMPILER not set, after EnableLanguage" (cmake).
    ReliedOn {
        packages: &["golang", "golang-go", "golang-1.*", "cmake", "flex"],
        recommended: &["gcc"],
        or: &["gcc", "gcc-*", "build-essential", "g++*", "clang*", "gfortran*"],
        need: "it calls the C compiler",
        ..ROW
    },
    ReliedOn {
        packages: &["golang", "golang-go", "golang-1.*"],
        recommended: &["g++"],
        or: &["g++*", "build-essential", "clang*"],
        mentions: &["CXX", "CGO_CXXFLAGS", "g++"],
        need: "it calls the C++ compiler",
        ..ROW
    },
    ReliedOn {
        packages: &["golang", "golang-go", "golang-1.*", "liblua5.*", "libtiff5-dev", "libtiff-dev"],
        recommended: &["pkg-config"],
        or: &["pkg-config", "pkgconf"],
        mentions: &["pkg-config", "configure", "cmake", "PKG_CONFIG_PATH"],
        need: "libraries are found with it",
        ..ROW
    },
    // Without it: `CMake was unable to find a build program corresponding to "Unix Makefiles"`.
    ReliedOn {
        packages: &["cmake"],
        recommended: &["make"],
        or: &["make", "build-essential", "ninja-build"],
        need: "it writes Makefiles",
        ..ROW
    },
    ReliedOn {
        packages: &["python3-sphinx", "checkinstall"],
        recommended: &["make"],
        or: &["make", "build-essential"],
        need: "it calls `make`",
        ..ROW
    },
    // Without it: `Can't exec "aclocal": No such file or directory`.
    ReliedOn {
        packages: &["autoconf"],
        recommended: &["automake"],
        or: &["automake", "automake1*", "dh-autoreconf"],
        mentions: &["automake", "autoreconf", "aclocal", "autogen", "autogen.sh", "bootstrap", "buildconf"],
        need: "the file calls it",
        ..ROW
    },
    ReliedOn {
        packages: &["libtool"],
        recommended: &["libltdl-dev"],
        mentions: &["ltdl", "--with-ltdl", "libltdl"],
        need: "the file links with it",
        ..ROW
    },
    ReliedOn {
        packages: &["libltdl-dev", "libboost-all-dev", "unixodbc-dev"],
        recommended: &["libtool"],
        or: &["libtool", "dh-autoreconf"],
        mentions: &["libtoolize", "autoreconf", "glibtoolize", "autogen.sh"],
        need: "the file calls it",
        ..ROW
    },
    ReliedOn {
        packages: &["flex"],
        recommended: &["libfl-dev"],
        releases: Releases::Except(&[&["trusty", "14.04", "xenial", "16.04", "jessie", "debian:8"]]),
        need: "scanners are linked with it",
        ..ROW
    },
    // Without it: "google/protobuf/timestamp.proto: File not found." IssuuArchive/ocaml-protoc-plugin#10,
    // esphome/aioesphomeapi#127.
    ReliedOn {
        packages: &["protobuf-compiler"],
        recommended: &["libprotobuf-dev"],
        releases: Releases::Except(&[UP_TO_2018]),
        need: "`protoc` needs its well-known types",
        ..ROW
    },
    // Without it: "cannot find …/libclang_rt.asan-x86_64.a: No such file or directory". What asks for a sanitizer is
    // seldom the Dockerfile: CMakeLists.txt, a Makefile, a script.
    ReliedOn {
        packages: &["clang", "clang-14"],
        recommended: &["libclang-rt-14-dev"],
        releases: Releases::Known(&[DEBIAN_2023]),
        need: "sanitizers are linked with it",
        ..ROW
    },
    ReliedOn {
        packages: &["clang", "clang-18"],
        recommended: &["libclang-rt-18-dev"],
        releases: Releases::Known(&[UBUNTU_2024]),
        need: "sanitizers are linked with it",
        ..ROW
    },
    ReliedOn {
        packages: &["clang", "clang-19"],
        recommended: &["libclang-rt-19-dev"],
        releases: Releases::Known(&[DEBIAN_2025]),
        need: "sanitizers are linked with it",
        ..ROW
    },
    ReliedOn {
        packages: &["mpich"],
        recommended: &["libmpich-dev"],
        need: "`mpicc` needs its headers",
        ..ROW
    },
    ReliedOn {
        packages: &["gcc-aarch64-linux-gnu"],
        recommended: &["libc6-dev-arm64-cross"],
        or: &["libc6-dev-arm64-cross", "g++-aarch64-linux-gnu"],
        need: HEADERS,
        ..ROW
    },
    ReliedOn {
        packages: &["gcc-arm-linux-gnueabihf"],
        recommended: &["libc6-dev-armhf-cross"],
        or: &["libc6-dev-armhf-cross", "g++-arm-linux-gnueabihf"],
        need: HEADERS,
        ..ROW
    },
    ReliedOn {
        packages: &["gcc-arm-linux-gnueabi"],
        recommended: &["libc6-dev-armel-cross"],
        or: &["libc6-dev-armel-cross", "g++-arm-linux-gnueabi"],
        need: HEADERS,
        ..ROW
    },
    ReliedOn {
        packages: &["gcc-riscv64-linux-gnu"],
        recommended: &["libc6-dev-riscv64-cross"],
        or: &["libc6-dev-riscv64-cross", "g++-riscv64-linux-gnu"],
        need: HEADERS,
        ..ROW
    },
    ReliedOn {
        packages: &["gcc-arm-none-eabi"],
        recommended: &["libnewlib-arm-none-eabi"],
        need: HEADERS,
        ..ROW
    },
];
