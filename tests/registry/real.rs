//! A real registry: Debian's `docker-registry`, with images that `skopeo` pushes, whose word on digests counts.

use std::fmt::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use dfopt::registry::{Cause, Client, Options};
use dfopt_analysis::Reference;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sandbox::{Run, Sandbox};

use super::certificates::{Authority, Certified};
use super::script::{Reply, Request, Server};
use super::{PASSWORD, USER, basic, check_message, images, logged_in, options, sha256};

/// `PASSWORD` for `USER`, as `htpasswd -B` has it.
const HTPASSWD: &str = "somebody:$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2\n";

/// A running registry; it ends with this value.
struct Registry {
    process: Child,
    domain: String,
    folder: TempDir,
}

impl Registry {
    /// With these lines of configuration, and the content of a folder. `None` where the programs are not here.
    fn start(storage: &Path, http: &str, auth: &str, files: &[(&str, &str)]) -> Option<Self> {
        for program in ["docker-registry", "skopeo"] {
            if Command::new(program).arg("--version").stdout(Stdio::null()).status().is_err() {
                eprintln!("SKIPPED: {program} is not on PATH");
                return None;
            }
        }
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        // Somebody else may take the port before the registry does.
        (0..5)
            .find_map(|_| {
                let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
                let domain = format!("127.0.0.1:{port}");
                let config = format!(
                    "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
                 storage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: \"{domain}\"{http}}}\n{auth}",
                    storage.display()
                );
                std::fs::write(folder.path().join("config.yml"), config).unwrap();
                let mut command = Command::new("docker-registry");
                command.args(["serve", "config.yml"]).current_dir(folder.path());
                let mut process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                is_up(&mut process, &domain).then_some((process, domain))
            })
            .map(|(process, domain)| Self { process, domain, folder })
            .or_else(|| panic!("docker-registry does not start"))
    }

    fn reference(&self, image: &str) -> Reference {
        Reference::parse(&format!("{}/{image}", self.domain)).unwrap()
    }

    /// `skopeo`'s word on an image: the digest that it tells, which must be that of the bytes that it gets.
    fn inspect(&self, image: &str, options: &[&str]) -> String {
        let image = format!("docker://{}/{image}", self.domain);
        let told = skopeo(&[&["inspect", "--format", "{{.Digest}}"], options, &[&image]].concat());
        let raw = skopeo(&[&["inspect", "--raw"], options, &[&image]].concat());
        let told = String::from_utf8(told).unwrap().trim().to_owned();
        assert_eq!(told, sha256(raw));
        told
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_up(process: &mut Child, domain: &str) -> bool {
    for _ in 0..400 {
        if process.try_wait().unwrap().is_some() {
            return false;
        }
        if TcpStream::connect(domain).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    false
}

fn skopeo(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("skopeo").arg("--insecure-policy").args(arguments).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "skopeo {arguments:?}: {error}");
    output.stdout
}

/// `team/single:1` and `library/multi:2`, pushed to a registry on plain HTTP.
fn push(registry: &Registry) {
    let layout = registry.folder.path().join("layout");
    images::write(&layout);
    for (image, name) in [("single", "team/single:1"), ("multi", "library/multi:2")] {
        let from = format!("oci:{}:{image}", layout.display());
        let to = format!("docker://{}/{name}", registry.domain);
        skopeo(&["copy", "--quiet", "--all", "--dest-tls-verify=false", &from, &to]);
    }
}

#[test]
fn digests_are_those_that_skopeo_tells() {
    let storage = tempfile::tempdir().unwrap();
    let Some(registry) = Registry::start(storage.path(), "", "", &[]) else { return };
    push(&registry);
    let client = Client::new(options()).unwrap();
    let tell = |image: &str| client.digest(&registry.reference(image)).unwrap().digest;
    assert_eq!(tell("team/single:1"), registry.inspect("team/single:1", &["--tls-verify=false"]));
    let multi = tell("library/multi:2");
    assert_eq!(multi, registry.inspect("library/multi:2", &["--tls-verify=false"]));
    // The index, not the manifest of one platform.
    let image = format!("docker://{}/library/multi@{multi}", registry.domain);
    let index: Value =
        serde_json::from_slice(&skopeo(&["inspect", "--raw", "--tls-verify=false", &image])).unwrap();
    assert_eq!(index["manifests"].as_array().unwrap().len(), 2);
    for missing in ["team/single:2", "team/nothing:1"] {
        let failure = client.digest(&registry.reference(missing)).unwrap_err();
        assert!(matches!(failure.cause, Cause::NotFound(_)), "{failure}");
    }
}

#[test]
fn digests_are_told_over_tls_to_whom_has_the_password() {
    let storage = tempfile::tempdir().unwrap();
    let Some(plain) = Registry::start(storage.path(), "", "", &[]) else { return };
    push(&plain);
    let authority = Authority::new();
    let Certified { certificate, key } = authority.certify("127.0.0.1");
    let files =
        [("server.crt", certificate.pem()), ("server.key", key.serialize_pem()), ("users", HTPASSWD.into())];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    let http = ", tls: {certificate: server.crt, key: server.key}";
    let auth = "auth: {htpasswd: {realm: tests, path: users}}\n";
    let registry = Registry::start(storage.path(), http, auth, &files).unwrap();
    let reference = registry.reference("library/multi:2");
    let folder = authority.file().parent().unwrap().display().to_string();
    let credentials = format!("{USER}:{PASSWORD}");
    let told = registry.inspect("library/multi:2", &["--cert-dir", &folder, "--creds", &credentials]);

    let (_config, mut login) = logged_in(&registry.domain);
    login.ca_file = Some(authority.file());
    assert_eq!(Client::new(login.clone()).unwrap().digest(&reference).unwrap().digest, told);
    let single = registry.inspect("team/single:1", &["--cert-dir", &folder, "--creds", &credentials]);
    let text = |multi: &str, single: &str| {
        let domain = &registry.domain;
        format!("FROM {domain}/library/multi:2{multi}\nCOPY --from={domain}/team/single:1{single} /a /b\n")
    };
    let sandbox = Sandbox::with(&[("Dockerfile", text("", "").as_str())]);
    let mut dfopt = sandbox.dfopt("--write --isolated --ca-file");
    dfopt.arg(authority.file()).env_remove("DFOPT_OFFLINE");
    dfopt.env("DOCKER_CONFIG", login.docker_config.as_ref().unwrap());
    let run = Run::of(&mut dfopt, b"");
    let pinned = text(&format!("@{told}"), &format!("@{single}"));
    assert_eq!((run.code, sandbox.read("Dockerfile")), (0, pinned), "{run:?}");

    let anonymous = Options { ca_file: login.ca_file.clone(), ..options() };
    let failure = Client::new(anonymous).unwrap().digest(&reference).unwrap_err();
    assert!(matches!(failure.cause, Cause::Unauthorised(_)), "{failure}");
    login.ca_file = None;
    let failure = Client::new(login).unwrap().digest(&reference).unwrap_err();
    assert!(matches!(failure.cause, Cause::Untrusted(_)), "{failure}");
    check_message(&failure);
}

#[test]
fn digests_are_told_to_whom_has_a_token() {
    let storage = tempfile::tempdir().unwrap();
    let Some(plain) = Registry::start(storage.path(), "", "", &[]) else { return };
    push(&plain);
    let certified = Authority::new().certify("tokens");
    let pem = certified.certificate.pem();
    // Anybody may pull, but for `team/…`, which takes the password.
    let server = Server::start(move |request: &Request| {
        let scope = request.line.split_once("scope=").map_or("", |(_, scope)| scope).replace("%3A", ":");
        let name = scope.replace("%2F", "/").split(':').nth(1).unwrap_or_default().to_owned();
        let is_known = request.header("authorization") == Some(&basic());
        let actions = if is_known || !name.starts_with("team/") { json!(["pull"]) } else { json!([]) };
        let token = token(&certified, &name, &actions);
        Reply::new(200, &[("content-type", "application/json")], &json!({"token": token}).to_string())
    });
    let mut auth = String::from("auth: {token: {service: tests, issuer: tests, rootcertbundle: root.crt");
    writeln!(auth, ", realm: \"http://{}/token\"}}}}", server.domain()).unwrap();
    let registry = Registry::start(storage.path(), "", &auth, &[("root.crt", &pem)]).unwrap();
    let client = Client::new(options()).unwrap();
    let (multi, single) = (registry.reference("library/multi:2"), registry.reference("team/single:1"));
    assert_eq!(
        client.digest(&multi).unwrap().digest,
        plain.inspect("library/multi:2", &["--tls-verify=false"])
    );
    let failure = client.digest(&single).unwrap_err();
    assert!(matches!(failure.cause, Cause::Unauthorised(_)), "{failure}");
    let (_config, login) = logged_in(&registry.domain);
    assert_eq!(
        Client::new(login).unwrap().digest(&single).unwrap().digest,
        plain.inspect("team/single:1", &["--tls-verify=false"])
    );
}

/// A token that docker-registry believes: signed with the key of a certificate that it was given.
/// Source: <https://distribution.github.io/distribution/spec/auth/jwt/>.
fn token(certified: &Certified, name: &str, actions: &Value) -> String {
    let header =
        json!({"typ": "JWT", "alg": "ES256", "x5c": [BASE64_STANDARD.encode(certified.certificate.der())]});
    let access = json!([{"type": "repository", "name": name, "actions": actions}]);
    let claims = json!({
        "iss": "tests", "sub": "", "aud": "tests", "exp": 4_000_000_000_u64, "nbf": 0, "iat": 0, "jti": "1",
        "access": access,
    });
    let [header, claims] = [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let random = SystemRandom::new();
    let key = certified.key.serialize_der();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key, &random).unwrap();
    let signature = key.sign(&random, signed.as_bytes()).unwrap();
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}
