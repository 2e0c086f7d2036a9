//! Messages on a pipe: four bytes of length, then postcard. What they mean is left to `protocol`.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest message that is sent or believed, bytes. A batch is sent well before that; only a single row could be longer.
pub(super) const LONGEST: usize = 1 << 27;
/// What is made room for before anything has come.
const FIRST_ROOM: usize = 1 << 20;

/// Writes one message.
///
/// # Errors
/// [`io::ErrorKind::FileTooLarge`] if it is longer than [`LONGEST`]; nothing was written then.
pub(super) fn write<T: Serialize>(out: &mut dyn Write, message: &T) -> io::Result<()> {
    let bytes = postcard::to_stdvec(message).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    if bytes.len() > LONGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    out.write_all(&(bytes.len() as u32).to_le_bytes())?;
    out.write_all(&bytes)?;
    out.flush()
}

/// Reads one message; `None` at the end of the stream.
pub(super) fn read<T: DeserializeOwned>(input: &mut dyn Read) -> io::Result<Option<T>> {
    let mut head = [0; 4];
    let mut filled = 0;
    while filled < 4 {
        match input.read(&mut head[filled..])? {
            0 if filled == 0 => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => filled += n,
        }
    }
    let length = u32::from_le_bytes(head) as usize;
    if length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "this is not the reader's stream"));
    }
    // The length is only a claim: room grows with what really comes.
    let mut bytes = Vec::with_capacity(length.min(FIRST_ROOM));
    if input.take(length as u64).read_to_end(&mut bytes)? < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    postcard::from_bytes(&bytes).map(Some).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

#[cfg(test)]
mod tests {
    use super::super::protocol::{Bytes, Frame};
    use super::*;

    #[test]
    fn messages_survive_the_pipe() {
        let mut pipe = Vec::new();
        write(&mut pipe, &Frame::Heights(vec![1.5, f32::NAN])).unwrap();
        write(&mut pipe, &(7_u8, Bytes(vec![0, 255]))).unwrap();
        let mut input = pipe.as_slice();
        let Some(Frame::Heights(heights)) = read::<Frame>(&mut input).unwrap() else { panic!("heights") };
        assert_eq!(heights[0], 1.5);
        assert!(heights[1].is_nan());
        assert_eq!(read::<(u8, Bytes)>(&mut input).unwrap(), Some((7, Bytes(vec![0, 255]))));
        assert!(read::<Frame>(&mut input).unwrap().is_none());
        assert!(read::<Frame>(&mut &pipe[..3]).is_err());
        assert!(read::<Frame>(&mut b"plain text, no frame".as_slice()).is_err());
    }

    #[test]
    fn a_claim_alone_takes_no_room_and_a_giant_is_not_sent() {
        let claim = (LONGEST as u32).to_le_bytes();
        let error = read::<Frame>(&mut claim.as_slice()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        let mut pipe = Vec::new();
        let error = write(&mut pipe, &Bytes(vec![0; LONGEST + 1])).unwrap_err();
        assert_eq!((error.kind(), pipe.len()), (io::ErrorKind::FileTooLarge, 0));
    }
}
