//! What runs programs of one language.

use super::row::*;

const WWW_DATA: User = user("www-data", 33);
const WWW_DATA_ALPINE: User = user("www-data", 82);
const NODE: User = user("node", 1000).home("/home/node");
const BUN: User = user("bun", 1000).home("/home/bun");
/// Its home is named, and not there.
const DENO: User = user("deno", 1993);
const DENO_ALPINE: User = user("deno", 1000).home("/home/deno");
const JOVYAN: User = User { gid: 100, group: "users", ..user("jovyan", 1000) }.home("/home/jovyan");
const MAMBA: User = user("mambauser", 57439).home("/home/mambauser");

const PHP: Variant = on(DEBIAN).with(WWW_DATA);
const PHP_ALPINE: Variant = on(ALPINE).with(WWW_DATA_ALPINE);
const APACHE: Variant = PHP.runs(&["apache2-foreground"]).ports(&[80]);
const ANYBODYS: &[&str] = &["/var/www/html"];
/// Its folders are everybody's since November 2018: docker-library/php#743.
const ANYBODYS_APACHE: &[&str] = &[
    "/run/apache2",
    "/run/lock/apache2",
    "/var/lock/apache2",
    "/var/log/apache2",
    "/var/run/apache2",
    "/var/www/html",
];
const FPM: When = When::Word(&["fpm"]);
const DENO_HELLO: &[&str] = &["deno", "eval", "console.log('Welcome to Deno!')"];
const JUPYTER: &[Variant] = &[on(UBUNTU).as_user(JOVYAN).runs(&["start-notebook.py"]).ports(&[8888])];
const CUDA: &[Variant] = &[on(&[Family::Ubuntu, Family::RedHatMinimal])];
const CONDA: &[Variant] = &[on(DEBIAN).runs(&["/bin/bash"])];
const UVICORN: &[Variant] = &[on(DEBIAN_ALPINE).runs(&["/start.sh"]).ports(&[80])];
/// Its entrypoint starts supervisord, nginx and uWSGI.
const UWSGI: &[Variant] =
    &[on(DEBIAN_ALPINE).entrypoint(Entrypoint::NeedsRoot).runs(&["/start.sh"]).ports(&[80, 443])];
const PLAYWRIGHT: &[Variant] = &[on(UBUNTU)];
const DEBIAN_ALPINE_WINDOWS: &[Family] = &[Family::Debian, Family::Alpine, Family::Windows];
const DEBIAN_WINDOWS: &[Family] = &[Family::Debian, Family::Windows];

/// Sources: the Dockerfiles of github.com/docker-library, nodejs/docker-node (the user is there since November 2016:
/// b18c441d), oven-sh/bun (`dockerhub/`), denoland/deno_docker,
/// rust-lang/docker-rust, erlang/docker-erlang-otp, erlef/docker-elixir, haskell/docker-haskell,
/// Quantisan/docker-clojure, dart-lang/dart-docker, mono/docker, swiftlang/swift-docker, rocker-org/rocker,
/// <https://docs.astral.sh/uv/guides/integration/docker/>, ContinuumIO/docker-images, conda-forge/miniforge-images,
/// mamba-org/micromamba-docker (`CHANGELOG.md`), jupyter/docker-stacks, tiangolo/uvicorn-gunicorn-docker,
/// bitnami/containers, BioContainers/containers,
/// tensorflow/tensorflow (`tools/dockerfiles`).
pub(super) const IMAGES: &[Image] = &[
    image(
        "biocontainers/biocontainers",
        &[on(&[Family::Ubuntu, Family::Debian])
            .as_user(user("biodocker", 1000).home("/home/biodocker"))
            .runs(&[])],
    ),
    image("bitnami/node", &[on(DEBIAN).runs(&["node"]).ports(&[3000])]),
    image("bitnami/python", &[on(DEBIAN).runs(&["python"]).ports(&[8000])]),
    image(
        "clojure",
        &[
            unknown(&[When::Word(&["openjdk"])]),
            on(&[Family::Debian, Family::Ubuntu, Family::Alpine])
                .runs(&["lein", "repl"])
                .when(&[When::Word(&["lein"])]),
            on(&[Family::Debian, Family::Ubuntu, Family::Alpine]).runs(&["clj"]),
        ],
    ),
    image("composer", &[on(ALPINE).runs(&["composer"])]),
    image("condaforge/mambaforge", &[on(UBUNTU)]),
    image("condaforge/miniforge3", &[on(UBUNTU)]),
    image("continuumio/anaconda", CONDA),
    image("continuumio/anaconda3", CONDA),
    image("continuumio/miniconda", CONDA),
    image("continuumio/miniconda3", CONDA),
    image("dart", &[on(DEBIAN)]),
    image(
        "denoland/deno",
        &[
            on(&[Family::Scratch]).when(&[When::Word(&["bin"])]),
            on(DISTROLESS)
                .with(NONROOT.home("/home/nonroot"))
                .runs(&["/bin/deno", "eval", "console.log('Welcome to Deno!')"])
                .when(&[When::Word(&["distroless"])]),
            on(&[Family::Debian, Family::Ubuntu]).with(DENO).runs(DENO_HELLO),
            on(ALPINE).with(DENO_ALPINE).runs(DENO_HELLO),
        ],
    ),
    image("elixir", &[on(DEBIAN_ALPINE).runs(&["iex"])]),
    image("erlang", &[on(DEBIAN_ALPINE).runs(&["erl"])]),
    image("frolvlad/alpine-*", &[on(ALPINE)]),
    image("gcc", &[on(DEBIAN)]),
    image(
        "ghcr.io/astral-sh/uv",
        &[on(&[Family::Scratch]).runs(&["/uv"]), on(DEBIAN_ALPINE).runs(&["/usr/local/bin/uv"])],
    ),
    image("golang", &[on(DEBIAN_ALPINE_WINDOWS).writable(&["/go", "/go/bin", "/go/src"])]),
    image("google/cloud-sdk", &[on(DEBIAN_ALPINE)]),
    image("haskell", &[on(DEBIAN).runs(&["ghci"])]),
    image("julia", &[on(DEBIAN_ALPINE_WINDOWS).runs(&["julia"])]),
    image("jupyter/all-spark-notebook", JUPYTER),
    image("jupyter/base-notebook", JUPYTER),
    image("jupyter/datascience-notebook", JUPYTER),
    image("jupyter/julia-notebook", JUPYTER),
    image("jupyter/minimal-notebook", JUPYTER),
    image("jupyter/pyspark-notebook", JUPYTER),
    image("jupyter/pytorch-notebook", JUPYTER),
    image("jupyter/r-notebook", JUPYTER),
    image("jupyter/scipy-notebook", JUPYTER),
    image("jupyter/tensorflow-notebook", JUPYTER),
    image(
        "mambaorg/micromamba",
        &[on(&[Family::Debian, Family::Ubuntu, Family::Alpine, Family::RedHatMinimal, Family::AmazonLinux])
            .as_user(MAMBA)
            .runs(&["/bin/bash"])
            .when(&[When::From(1, 5)])],
    ),
    image("mcr.microsoft.com/playwright", PLAYWRIGHT),
    image("mcr.microsoft.com/playwright/dotnet", PLAYWRIGHT),
    image("mcr.microsoft.com/playwright/java", PLAYWRIGHT),
    image("mcr.microsoft.com/playwright/python", PLAYWRIGHT),
    image("mhart/alpine-node", &[on(ALPINE)]),
    image("mono", &[on(DEBIAN)]),
    image(
        "node",
        &[
            on(DEBIAN_ALPINE).with(NODE).runs(&["node"]).when(&[When::From(8, 0)]),
            on(DEBIAN_ALPINE).runs(&["node"]),
        ],
    ),
    image("nvcr.io/nvidia/cuda", CUDA),
    image("nvidia/cuda", CUDA),
    image("nvidia/cudagl", CUDA),
    image("nvidia/opengl", CUDA),
    image(
        "oven/bun",
        &[
            on(DISTROLESS)
                .with(NONROOT.home("/home/nonroot"))
                .runs(&["/usr/local/bin/bun"])
                .when(&[When::Word(&["distroless"])]),
            on(DEBIAN_ALPINE).with(BUN).runs(&["/usr/local/bin/bun"]).when(&[When::From(1, 0)]),
        ],
    ),
    image("perl", &[on(DEBIAN).runs(&["perl", "-de0"])]),
    image(
        "php",
        &[
            APACHE.writable(ANYBODYS_APACHE).when(&[When::Word(&["apache"]), When::From(7, 3)]),
            APACHE.when(&[When::Word(&["apache"])]),
            PHP.runs(&["php-fpm"]).ports(&[9000]).writable(ANYBODYS).when(&[FPM, When::From(7, 3)]),
            PHP_ALPINE.runs(&["php-fpm"]).ports(&[9000]).writable(ANYBODYS).when(&[FPM, When::From(7, 3)]),
            PHP.runs(&["php-fpm"]).ports(&[9000]).when(&[FPM]),
            PHP_ALPINE.runs(&["php-fpm"]).ports(&[9000]).when(&[FPM]),
            PHP.runs(&["php", "-a"]).writable(ANYBODYS).when(&[When::From(7, 3)]),
            PHP_ALPINE.runs(&["php", "-a"]).writable(ANYBODYS).when(&[When::From(7, 3)]),
            PHP.runs(&["php", "-a"]),
            PHP_ALPINE.runs(&["php", "-a"]),
        ],
    ),
    image(
        "pypy",
        &[
            on(DEBIAN_WINDOWS).runs(&["pypy"]).when(&[When::Before(3, 0)]),
            on(DEBIAN_WINDOWS).runs(&["pypy3"]),
        ],
    ),
    image(
        "python",
        &[
            on(DEBIAN_ALPINE_WINDOWS).runs(&["python2"]).when(&[When::Before(3, 0)]),
            on(DEBIAN_ALPINE_WINDOWS).runs(&["python3"]),
        ],
    ),
    image("pytorch/pytorch", &[on(UBUNTU)]),
    image("quay.io/jupyter/*", JUPYTER),
    image("r-base", &[on(DEBIAN).runs(&["R"])]),
    image("rocker/r-base", &[on(DEBIAN).runs(&["R"])]),
    image("ruby", &[on(DEBIAN_ALPINE).runs(&["irb"]).writable(&["/usr/local/bundle"])]),
    image("rust", &[on(DEBIAN_ALPINE).writable(&["/usr/local/cargo", "/usr/local/rustup"])]),
    image(
        "swift",
        &[on(&[Family::Ubuntu, Family::Debian, Family::RedHat, Family::AmazonLinux, Family::Windows])],
    ),
    // Some start Jupyter, as root.
    image("tensorflow/tensorflow", &[on(UBUNTU).runs(&[])]),
    image("tiangolo/uvicorn-gunicorn", UVICORN),
    image("tiangolo/uvicorn-gunicorn-fastapi", UVICORN),
    image("tiangolo/uvicorn-gunicorn-starlette", UVICORN),
    image("tiangolo/uwsgi-nginx", UWSGI),
    image("tiangolo/uwsgi-nginx-flask", UWSGI),
];
