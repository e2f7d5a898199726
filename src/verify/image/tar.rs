//! Tar archives as a stream: one header after the other, each with its body.
//!
//! Nothing of an archive is believed: names and extended headers are bounded, and everything that is read counts
//! against a [`Budget`]. (The crate `tar` reads long names whole, however long they claim to be.)
//!
//! Sources: POSIX.1-2024 `pax` (<https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html>); the layers'
//! own use of it (<https://github.com/opencontainers/image-spec/blob/main/layer.md>); Go's `archive/tar`, with which
//! the engines write and read.

use std::io::{self, ErrorKind, Read};

use anyhow::{Result, bail, ensure};

use super::budget::Budget;

/// The size of a block.
pub(super) const BLOCK: usize = 512;

/// The most bytes of an extended header: names, links and attributes of one file. Go's limit
/// (`maxSpecialFileSize` in `archive/tar/format.go`).
const LONGEST_EXTENSION: u64 = 1 << 20;

/// The most bytes of a path, as Linux has it.
const LONGEST_PATH: usize = 4096;

/// What an archive says about a file.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// The name, as it is written.
    pub(super) name: Vec<u8>,
    /// What it is: the type flag.
    pub(super) flag: u8,
    pub(super) mode: u32,
    pub(super) owner: (u64, u64),
    /// The bytes of the body.
    pub(super) size: u64,
    /// Where a link leads.
    pub(super) target: Vec<u8>,
    pub(super) device: (u64, u64),
    /// Extended attributes by name.
    pub(super) attributes: Vec<(Vec<u8>, Vec<u8>)>,
}

/// An archive that is read.
pub(super) struct Tar<'b, R> {
    source: R,
    budget: &'b Budget,
    /// Bytes of the last body that were not read, and the padding behind them.
    rest: u64,
    padding: u64,
}

/// What the extended headers before a file say of it.
#[derive(Default)]
struct Extensions {
    name: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    size: Option<u64>,
    owner: (Option<u64>, Option<u64>),
    attributes: Vec<(Vec<u8>, Vec<u8>)>,
}

/// The body of a file.
pub(super) struct Body<'t, 'b, R>(&'t mut Tar<'b, R>);

impl<'b, R: Read> Tar<'b, R> {
    pub(super) fn new(source: R, budget: &'b Budget) -> Self {
        Self { source, budget, rest: 0, padding: 0 }
    }

    /// The next file, after what is left of the last one.
    pub(super) fn next(&mut self) -> Result<Option<Header>> {
        let mut extensions = Extensions::default();
        let mut headers = 0;
        loop {
            self.skip_rest()?;
            let Some(block) = self.block()? else { return Ok(None) };
            let header = header(&block)?;
            self.rest = header.size;
            self.padding = padding(header.size);
            // Each extension replaces the one of its kind: a long chain of them is nobody's archive.
            headers += 1;
            ensure!(headers <= 16, "too many extended headers for one file");
            match header.flag {
                b'L' => extensions.name = Some(until_nul(&self.extension()?).to_vec()),
                b'K' => extensions.target = Some(until_nul(&self.extension()?).to_vec()),
                b'x' => extensions.read(&self.extension()?)?,
                // For all files that follow; engines write none but comments.
                b'g' => {}
                b'S' => bail!("sparse files are not supported"),
                _ => return self.entry(header, extensions).map(Some),
            }
        }
    }

    /// The body of the last header.
    pub(super) fn body(&mut self) -> Body<'_, 'b, R> {
        Body(self)
    }

    fn entry(&mut self, mut header: Header, extensions: Extensions) -> Result<Header> {
        header.name = extensions.name.unwrap_or(header.name);
        header.target = extensions.target.unwrap_or(header.target);
        header.size = extensions.size.unwrap_or(header.size);
        header.owner.0 = extensions.owner.0.unwrap_or(header.owner.0);
        header.owner.1 = extensions.owner.1.unwrap_or(header.owner.1);
        header.attributes = extensions.attributes;
        header.attributes.sort();
        let too_long = header.name.len().max(header.target.len()) > LONGEST_PATH;
        ensure!(!too_long, "a path is longer than {LONGEST_PATH} bytes");
        self.budget.entry(header.name.len() + header.target.len())?;
        if header.flag == b'0' && header.name.ends_with(b"/") {
            header.flag = b'5';
        }
        // As Go has it: links, devices and directories have no body, whatever their size says.
        if matches!(header.flag, b'1'..=b'6') {
            header.size = 0;
        }
        self.rest = header.size;
        self.padding = padding(header.size);
        Ok(header)
    }

    /// The body of an extended header.
    fn extension(&mut self) -> Result<Vec<u8>> {
        ensure!(self.rest <= LONGEST_EXTENSION, "an extended header has {} bytes", self.rest);
        let mut bytes = Vec::new();
        self.body().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The next block; none at the end, which are two empty blocks, or simply nothing.
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>> {
        let mut block = [0; BLOCK];
        if !self.fill(&mut block)? {
            return Ok(None);
        }
        if block != [0; BLOCK] {
            return Ok(Some(block));
        }
        let second_is_empty = !self.fill(&mut block)? || block == [0; BLOCK];
        ensure!(second_is_empty, "not a tar archive: it goes on behind an empty block");
        Ok(None)
    }

    /// Reads a whole block; false where nothing is left.
    fn fill(&mut self, block: &mut [u8; BLOCK]) -> Result<bool> {
        let mut filled = 0;
        while filled < BLOCK {
            match self.source.read(&mut block[filled..]) {
                Ok(0) if filled == 0 => return Ok(false),
                Ok(0) => bail!("the archive ends in the middle of a header"),
                Ok(n) => filled += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.budget.read(BLOCK as u64)?;
        Ok(true)
    }

    fn skip_rest(&mut self) -> Result<()> {
        let wanted = self.rest.saturating_add(self.padding);
        (self.rest, self.padding) = (0, 0);
        self.budget.read(wanted)?;
        let skipped = io::copy(&mut self.source.by_ref().take(wanted), &mut io::sink())?;
        ensure!(skipped == wanted, "the archive ends in the middle of a file");
        Ok(())
    }
}

impl<R: Read> Read for Body<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let tar = &mut *self.0;
        let most = usize::try_from(tar.rest).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let read = tar.source.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "the archive ends in the middle of a file"));
        }
        tar.rest -= read as u64;
        tar.budget.read(read as u64).map_err(io::Error::other)?;
        Ok(read)
    }
}

impl Extensions {
    /// Records `LENGTH KEY=VALUE\n`, where the length is that of the record.
    fn read(&mut self, mut records: &[u8]) -> Result<()> {
        while !records.is_empty() {
            let Some((key, value, rest)) = record(records) else { bail!("a PAX record is broken") };
            records = rest;
            match key {
                b"path" => self.name = Some(value.to_vec()),
                b"linkpath" => self.target = Some(value.to_vec()),
                b"size" => self.size = Some(decimal(value)?),
                b"uid" => self.owner.0 = Some(decimal(value)?),
                b"gid" => self.owner.1 = Some(decimal(value)?),
                _ if key.starts_with(b"GNU.sparse.") => bail!("sparse files are not supported"),
                _ => {
                    if let Some(name) = key.strip_prefix(b"SCHILY.xattr.") {
                        self.attributes.push((name.to_vec(), value.to_vec()));
                    }
                }
            }
        }
        Ok(())
    }
}

fn record(records: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = records.iter().take(20).position(|&byte| byte == b' ')?;
    let length: usize = std::str::from_utf8(&records[..blank]).ok()?.parse().ok()?;
    let (record, rest) = records.split_at_checked(length)?;
    let record = record.get(blank + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|&byte| byte == b'=')?;
    Some((&record[..equals], &record[equals + 1..], rest))
}

fn decimal(digits: &[u8]) -> Result<u64> {
    match std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()) {
        Some(number) => Ok(number),
        None => bail!("a PAX record has no number where one belongs"),
    }
}

/// Whether `block` can be the header of a file: its checksum is right.
pub(super) fn is_header(block: &[u8; BLOCK]) -> bool {
    let sum = |value: fn(u8) -> i64| -> i64 {
        let outside = |place: &usize| !(148..156).contains(place);
        (0..BLOCK).filter(outside).map(|place| value(block[place])).sum::<i64>() + 8 * i64::from(b' ')
    };
    let Ok(written) = number(&block[148..156]) else { return false };
    // Some old programs have summed signed bytes.
    [sum(i64::from), sum(|byte| i64::from(byte as i8))].contains(&(written as i64))
}

fn header(block: &[u8; BLOCK]) -> Result<Header> {
    ensure!(is_header(block), "not a tar archive: a header's checksum is wrong");
    let mut name = until_nul(&block[..100]).to_vec();
    let is_posix = &block[257..263] == b"ustar\0";
    let prefix = until_nul(&block[345..500]);
    if is_posix && !prefix.is_empty() {
        name = [prefix, b"/", &name].concat();
    }
    let has_devices = &block[257..262] == b"ustar";
    let device = |range: std::ops::Range<usize>| if has_devices { number(&block[range]) } else { Ok(0) };
    Ok(Header {
        name,
        flag: if block[156] == 0 { b'0' } else { block[156] },
        mode: (number(&block[100..108])? & 0o7777) as u32,
        owner: (number(&block[108..116])?, number(&block[116..124])?),
        size: number(&block[124..136])?,
        target: until_nul(&block[157..257]).to_vec(),
        device: (device(329..337)?, device(337..345)?),
        attributes: Vec::new(),
    })
}

/// An octal number, or GNU's form for large ones: a set first bit, then the number itself.
fn number(field: &[u8]) -> Result<u64> {
    let wrong = "a tar header has no number where one belongs";
    if field[0] & 0x80 != 0 {
        ensure!(field[0] == 0x80, "a tar header has a negative or a huge number");
        let (high, low) = field[1..].split_at(field.len().saturating_sub(9));
        ensure!(high.iter().all(|&byte| byte == 0), "a tar header has a huge number");
        return Ok(low.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)));
    }
    let digits = until_nul(field).trim_ascii();
    let mut number: u64 = 0;
    for &digit in digits {
        ensure!((b'0'..=b'7').contains(&digit), "{wrong}");
        number = number << 3 | u64::from(digit - b'0');
    }
    Ok(number)
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

fn padding(size: u64) -> u64 {
    (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}
