//! What a file holds, without reading it whole: its layers, or a raster's size and bands.
//!
//! What follows from it is left to `inspect`.

use super::protocol::{FileHead, Frame, LayerRequest, RasterFacts, Request};
use super::{ReadError, Reader};

impl Reader {
    /// Opens a file and says which layers it holds.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn layers(&mut self, file: &LayerRequest) -> Result<FileHead, ReadError> {
        self.ask(&Request::Layers(file.clone()))?;
        let mut found = None;
        loop {
            match self.next_frame()? {
                Frame::Layers(head) => found = Some(self.believe(head.check())?),
                Frame::Done { .. } => return found.ok_or_else(|| self.gibberish()),
                Frame::Failed(failure) => return Err(self.failed(failure)),
                _ => return Err(self.gibberish()),
            }
        }
    }

    /// Opens a raster and says what it is, without reading it whole.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn raster_facts(&mut self, file: &str) -> Result<RasterFacts, ReadError> {
        self.ask(&Request::RasterFacts { file: file.to_owned() })?;
        let mut found = None;
        loop {
            match self.next_frame()? {
                Frame::RasterFacts(facts) => found = Some(self.believe(facts.check())?),
                Frame::Done { .. } => return found.ok_or_else(|| self.gibberish()),
                Frame::Failed(failure) => return Err(self.failed(failure)),
                _ => return Err(self.gibberish()),
            }
        }
    }
}
