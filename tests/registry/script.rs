//! Servers on loopback that answer by a script, and count what they are asked.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A running server. It ends with the tests.
pub(crate) struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
}

/// What a client asked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `HEAD /v2/…`
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// What it gets; then the connection ends.
pub(crate) enum Reply {
    Bytes(Vec<u8>),
    /// First these bytes, then a byte of those every 20 ms, over and over.
    Drip(Vec<u8>, Vec<u8>),
    /// First these bytes, then those over and over, as fast as they are taken.
    Endless(Vec<u8>, Vec<u8>),
    /// Nothing, until the client goes.
    Silence,
    /// Nothing at all.
    Close,
}

impl Server {
    /// Plain HTTP. Who says hello in TLS is hung up on, and does not count.
    pub(crate) fn start(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, script)
    }

    pub(crate) fn with_tls(
        config: Arc<ServerConfig>,
        script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Some(config), script)
    }

    fn listen(
        tls: Option<Arc<ServerConfig>>,
        script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, script) = (Arc::new(Mutex::new(Vec::new())), Arc::new(script));
        let (log, tls) = (Arc::clone(&seen), tls);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, script, tls) = (Arc::clone(&log), Arc::clone(&script), tls.clone());
                std::thread::spawn(move || {
                    // A client that goes away is no defect of the server.
                    let _ = serve(stream, tls, &log, &*script);
                });
            }
        });
        Self { port, seen }
    }

    /// `127.0.0.1:PORT`
    pub(crate) fn domain(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// The first lines of all requests.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|request| request.line).collect()
    }
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn is(&self, method: &str) -> bool {
        self.line.starts_with(method)
    }

    /// The request as it came, for what must not be in it.
    pub(crate) fn text(&self) -> String {
        format!("{} {:?} {}", self.line, self.headers, self.body)
    }
}

impl Reply {
    /// A whole answer.
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let mut text =
            format!("HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        Self::Bytes(format!("{text}\r\n{body}").into_bytes())
    }
}

fn serve(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    log: &Mutex<Vec<Request>>,
    script: &dyn Fn(&Request) -> Reply,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.set_write_timeout(Some(Duration::from_secs(60)))?;
    let Some(tls) = tls else {
        let mut first = [0];
        let is_tls = stream.peek(&mut first)? == 1 && first[0] == 0x16;
        return if is_tls { stream.shutdown(Shutdown::Both) } else { converse(stream, log, script) };
    };
    let connection = ServerConnection::new(tls).map_err(std::io::Error::other)?;
    converse(StreamOwned::new(connection, stream), log, script)
}

fn converse(
    mut stream: impl Read + Write,
    log: &Mutex<Vec<Request>>,
    script: &dyn Fn(&Request) -> Reply,
) -> std::io::Result<()> {
    let Some(request) = read(&mut stream)? else { return Ok(()) };
    log.lock().unwrap().push(request.clone());
    match script(&request) {
        Reply::Bytes(bytes) => stream.write_all(&bytes)?,
        Reply::Drip(start, more) => {
            stream.write_all(&start)?;
            for byte in more.iter().cycle() {
                stream.write_all(&[*byte])?;
                stream.flush()?;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Reply::Endless(start, more) => {
            stream.write_all(&start)?;
            loop {
                stream.write_all(&more)?;
            }
        }
        Reply::Silence => {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest)?;
        }
        Reply::Close => {}
    }
    stream.flush()
}

fn read(stream: &mut impl Read) -> std::io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let mut lines = head.lines();
    let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut request = Request { line, headers, body: String::new() };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    request.body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(request))
}
