//! Zstandard: frames, one after the other, some to be passed over.
//! <https://www.rfc-editor.org/rfc/rfc8878#section-3>

use std::io::{BufRead, Error, ErrorKind, Read, Result, copy, sink};
use std::iter::successors;

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Whether this is how a frame starts: one with contents, or one to pass over.
pub(super) fn is_frame(start: &[u8]) -> bool {
    matches!(start, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// What all frames of a source unpack to. Memory is bounded by the window that the decoder allows, 128 MiB.
pub(super) struct Frames<R> {
    decoder: FrameDecoder,
    source: R,
}

impl<R: BufRead> Frames<R> {
    pub(super) fn new(source: R) -> Self {
        Self { decoder: FrameDecoder::new(), source }
    }

    /// Starts the next frame with contents, where there is one.
    fn start(&mut self) -> Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    copy(&mut self.source.by_ref().take(length.into()), &mut sink())?;
                }
                Err(error) => return Err(failure(&error)),
            }
        }
        Ok(false)
    }
}

/// The error of the source, where that is the cause.
fn failure(error: &FrameDecoderError) -> Error {
    let mut causes = successors(Some(error as &dyn std::error::Error), |error| error.source());
    match causes.find_map(|cause| cause.downcast_ref::<Error>()) {
        Some(cause) if cause.kind() == ErrorKind::UnexpectedEof => {
            Error::new(ErrorKind::UnexpectedEof, "the layer ends in the middle of a zstd frame")
        }
        Some(cause) => Error::new(cause.kind(), cause.to_string()),
        None => Error::other(format!("corrupt zstd frame: {error}")),
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while self.decoder.can_collect() == 0 {
            if !self.decoder.is_finished() {
                let step = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.source, step).map_err(|error| failure(&error))?;
            } else if !self.start()? {
                return Ok(0);
            }
        }
        self.decoder.read(buffer)
    }
}
