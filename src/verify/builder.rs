//! The programs that build images, and how each is told what to do.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::command::{Call, Ended, Limits};
use super::image::{self, Budget, Image};
use crate::cli;
use crate::terminal::escaped;

/// The last lines of a build that failed.
const LAST_LINES: usize = 25;

/// A builder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Builder {
    /// What it is called, for people.
    pub(crate) name: &'static str,
    program: &'static str,
    /// The words before the options of a build.
    build: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
    /// The words that write an image to standard output; none where there are none.
    save: Option<&'static [&'static str]>,
}

/// In the order in which they are looked for.
const ALL: [(cli::Builder, Builder); 4] = [
    // With another driver than `docker`, an image stays in the builder unless it is loaded
    // (https://docs.docker.com/build/builders/drivers/#loading-to-local-image-store).
    (
        cli::Builder::Buildx,
        Builder {
            name: "docker buildx",
            program: "docker",
            build: &["buildx", "build", "--load", "--progress=plain"],
            environment: &[("BUILDX_NO_DEFAULT_ATTESTATIONS", "1")],
            save: Some(&["save"]),
        },
    ),
    // Without BuildKit, an older Docker builds with a builder that knows neither heredocs nor mounts.
    (
        cli::Builder::Docker,
        Builder {
            name: "docker build",
            program: "docker",
            build: &["build", "--progress=plain"],
            environment: &[("DOCKER_BUILDKIT", "1"), ("BUILDX_NO_DEFAULT_ATTESTATIONS", "1")],
            save: Some(&["save"]),
        },
    ),
    // The OCI format has no HEALTHCHECK and no SHELL
    // (https://docs.podman.io/en/latest/markdown/podman-build.1.html#format).
    (
        cli::Builder::Podman,
        Builder {
            name: "podman",
            program: "podman",
            build: &["build", "--format=docker", "--layers"],
            environment: &[],
            save: Some(&["save", "--format=docker-archive"]),
        },
    ),
    (
        cli::Builder::Buildah,
        Builder {
            name: "buildah",
            program: "buildah",
            build: &["build", "--format=docker", "--layers"],
            environment: &[],
            save: None,
        },
    ),
];

/// What is built, and with which options.
#[derive(Clone, Debug)]
pub(crate) struct Job<'j> {
    pub(crate) dockerfile: &'j Path,
    pub(crate) context: &'j Path,
    pub(crate) tag: &'j str,
    pub(crate) from_scratch: bool,
    pub(crate) arguments: &'j [String],
    pub(crate) target: Option<&'j str>,
    pub(crate) network: Option<&'j str>,
}

impl Builder {
    /// The wanted one, or the first that is there and works.
    pub(crate) fn find(wanted: Option<cli::Builder>, limits: &Limits) -> Result<Self> {
        if let Some(wanted) = wanted {
            let found = ALL.into_iter().find(|(name, _)| *name == wanted);
            return Ok(found.expect("invariant: the table has every builder").1);
        }
        let works = |call: Call| call.run(limits, |_| {}).is_ok_and(|ended| ended.status.success());
        // The programs of Docker are there without its server, too.
        let server = || works(Call::new("docker").args(["version", "--format={{.Server.Version}}"]));
        let found = ALL.into_iter().find(|(name, builder)| match name {
            cli::Builder::Buildx => works(Call::new("docker").args(["buildx", "version"])) && server(),
            cli::Builder::Docker => server(),
            cli::Builder::Podman | cli::Builder::Buildah => {
                works(Call::new(builder.program).args(["--version"]))
            }
        });
        match found {
            Some((_, builder)) => Ok(builder),
            None if limits.is_interrupted() => bail!("interrupted"),
            None => bail!(
                "no builder is there: neither docker (with its server) nor podman nor buildah; install one, or \
                 start it"
            ),
        }
    }

    /// Builds an image; gives the seconds that took.
    pub(crate) fn build(
        &self,
        job: &Job<'_>,
        limits: &Limits,
        line: impl FnMut(&[u8]) + Send,
    ) -> Result<f64> {
        let ended = self.build_call(job).run(limits, line)?;
        if ended.status.success() {
            return Ok(ended.seconds);
        }
        bail!("{}", failure(self.name, &ended))
    }

    fn build_call(&self, job: &Job<'_>) -> Call {
        let mut call = Call::new(self.program).args(self.build.iter().copied());
        for (name, value) in self.environment {
            call = call.env(name, value);
        }
        call = call.args(["--tag", job.tag, "--file"]).args([job.dockerfile.as_os_str()]);
        if job.from_scratch {
            call = call.args(["--no-cache"]);
        }
        for argument in job.arguments {
            call = call.args(["--build-arg", argument]);
        }
        for (option, value) in [("--target", job.target), ("--network", job.network)] {
            if let Some(value) = value {
                call = call.args([option, value]);
            }
        }
        call.args([job.context.as_os_str()])
    }

    /// Reads an image, from the pipe that it is saved to; where a builder cannot, from a file below `directory`.
    pub(crate) fn read(&self, tag: &str, directory: &Path, limits: &Limits, max_size: u64) -> Result<Image> {
        let budget = Budget::new(max_size);
        let Some(words) = self.save else {
            let path = directory.join("image.tar");
            let mut to = OsString::from("docker-archive:");
            to.push(&path);
            let ended = Call::new(self.program).args(["push", tag]).args([to]).run(limits, |_| {})?;
            if !ended.status.success() {
                bail!("{}", failure("saving the image", &ended));
            }
            let image = image::read(std::fs::File::open(&path)?, &budget);
            std::fs::remove_file(&path)?;
            return image.context("the image cannot be read");
        };
        let call = Call::new(self.program).args(words.iter().copied()).args([tag]);
        let ended = call.pipe(limits, |source: &mut dyn Read| image::read(source, &budget), |_| {})?;
        match ended.output {
            Ok(image) if ended.status.success() => Ok(image),
            Ok(_) => bail!("saving the image failed:\n{}", last_lines(&ended.stderr)),
            Err(error) if ended.status.success() => Err(error.context("the image cannot be read")),
            // An archive that ends too early, or one of which enough was read: then nobody takes the rest.
            Err(error) => bail!("the image cannot be read: {error:#}\n{}", last_lines(&ended.stderr)),
        }
    }

    /// Runs a command in a container that is named `name`; gives status and output.
    pub(crate) fn run(
        &self,
        tag: &str,
        name: &str,
        command: &str,
        network: Option<&str>,
        limits: &Limits,
    ) -> Result<(Option<i32>, Vec<u8>)> {
        if self.program == "buildah" {
            bail!("--run needs docker or podman; buildah runs no containers");
        }
        let mut call = Call::new(self.program).args(["run", "--rm", "--name", name, "--entrypoint=/bin/sh"]);
        if let Some(network) = network {
            call = call.args(["--network", network]);
        }
        let ended = call.args([tag, "-c", command]).run(limits, |_| {})?;
        // These may be statuses of the command, too (https://docs.docker.com/engine/containers/run/#exit-status).
        let by_engine = matches!(ended.status.code(), Some(125..=127))
            && [&b"docker: "[..], b"Error: "].iter().any(|start| ended.stderr.starts_with(start));
        if by_engine {
            bail!("--run: no container with /bin/sh can be started:\n{}", last_lines(&ended.stderr));
        }
        Ok((ended.status.code(), [ended.output, ended.stderr].concat()))
    }

    /// Removes images and the container of `run`, as far as they are there.
    pub(crate) fn remove(&self, tags: &[String], container: Option<&str>, limits: &Limits) -> Result<()> {
        if let Some(container) = container {
            Call::new(self.program).args(["rm", "--force", container]).run(limits, |_| {})?;
        }
        if tags.is_empty() {
            return Ok(());
        }
        let ended = Call::new(self.program).args(["rmi", "--force"]).args(tags).run(limits, |_| {})?;
        if !ended.status.success() {
            bail!("images could not be removed: {}", last_lines(&ended.stderr));
        }
        Ok(())
    }
}

fn failure(what: &str, ended: &Ended<Vec<u8>>) -> String {
    format!("{what} failed:\n{}", last_lines(&[&ended.output[..], &ended.stderr].concat()))
}

/// The last lines of what a program said, with nothing that a terminal would obey.
fn last_lines(said: &[u8]) -> String {
    let said = escaped(said.trim_ascii_end(), "\n\t").replace("\\r\n", "\n");
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}
