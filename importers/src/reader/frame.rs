//! Messages on a pipe: four bytes of length, then postcard. What they mean is left to `protocol`.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest message that is believed: a longer one means that the stream is not ours.
const LONGEST: u32 = 1 << 30;

/// Writes one message.
pub(super) fn write<T: Serialize>(out: &mut dyn Write, message: &T) -> io::Result<()> {
    let bytes = postcard::to_stdvec(message).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let length = u32::try_from(bytes.len())
        .ok()
        .filter(|length| *length <= LONGEST)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a message is too long"))?;
    out.write_all(&length.to_le_bytes())?;
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
    let length = u32::from_le_bytes(head);
    if length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "this is not the reader's stream"));
    }
    let mut bytes = vec![0; length as usize];
    input.read_exact(&mut bytes)?;
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
}
