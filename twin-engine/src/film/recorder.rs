//! Pictures to H.264 in an MP4 file (ISO/IEC 14496-12 and -15): what every player and slide program shows.
//!
//! The file is written beside its place and moved there when it is whole.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use image::RgbImage;
use mp4::{AvcConfig, MediaConfig, Mp4Config, Mp4Sample, Mp4Writer, TrackConfig, TrackType};
use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, IntraFramePeriod, RateControlMode, SpsPpsStrategy,
    UsageType, VuiConfig,
};
use openh264::formats::{RgbSliceU8, YUVBuffer};

use super::FilmError;

/// Ticks a second of the file's clock.
const TICKS: u32 = 90_000;
/// Bits a pixel and frame aimed at: letters and thin lines stay sharp.
const BITS_PER_PIXEL: f32 = 0.14;
/// Kinds of units in the stream (ITU-T H.264, table 7-1).
const UNIT_IDR: u8 = 5;
const UNIT_SPS: u8 = 7;
const UNIT_PPS: u8 = 8;

/// Where a film is while it is written.
pub(super) fn beside(place: &Path) -> PathBuf {
    place.with_extension("mp4.new")
}

/// Writes one film.
pub(super) struct Recorder {
    place: PathBuf,
    beside: PathBuf,
    encoder: Encoder,
    fps: u32,
    size: (u32, u32),
    file: Option<Mp4Writer<BufWriter<File>>>,
    frames: u32,
    finished: bool,
}

impl Recorder {
    /// A film of `size` px, both even, and `fps` pictures a second.
    pub(super) fn new(place: &Path, size: (u32, u32), fps: u32) -> Result<Self, FilmError> {
        let bits = size.0 as f32 * size.1 as f32 * fps as f32 * BITS_PER_PIXEL;
        let config = EncoderConfig::new()
            .bitrate(BitRate::from_bps(bits as u32))
            .max_frame_rate(FrameRate::from_hz(fps as f32))
            .usage_type(UsageType::ScreenContentRealTime)
            .rate_control_mode(RateControlMode::Quality)
            .complexity(Complexity::High)
            .sps_pps_strategy(SpsPpsStrategy::ConstantId)
            // A picture to jump to every two seconds.
            .intra_frame_period(IntraFramePeriod::from_num_frames(fps * 2))
            .vui(VuiConfig::bt601())
            .skip_frames(false)
            // Neither goes with pictures of a screen: the encoder would say so and leave them out.
            .adaptive_quantization(false)
            .background_detection(false);
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config).map_err(FilmError::encode)?;
        let beside = beside(place);
        Ok(Self { place: place.to_owned(), beside, encoder, fps, size, file: None, frames: 0, finished: false })
    }

    /// Adds a picture.
    pub(super) fn push(&mut self, picture: &RgbImage) -> Result<(), FilmError> {
        let (width, height) = self.size;
        let pixels = RgbSliceU8::new(picture.as_raw(), (width as usize, height as usize));
        let stream = self.encoder.encode(&YUVBuffer::from_rgb8_source(pixels)).map_err(FilmError::encode)?.to_vec();
        let units = units(&stream);
        if self.file.is_none() {
            let of_kind = |kind: u8| units.iter().find(|unit| unit[0] & 0x1f == kind).map(|unit| unit.to_vec());
            let (Some(sps), Some(pps)) = (of_kind(UNIT_SPS), of_kind(UNIT_PPS)) else {
                return Err(FilmError::Encode { reason: "the first picture came without its parameters".to_owned() });
            };
            self.file = Some(start(&self.beside, self.size, sps, pps)?);
        }
        let mut bytes = Vec::with_capacity(stream.len());
        let mut is_sync = false;
        for unit in units.iter().filter(|unit| ![UNIT_SPS, UNIT_PPS].contains(&(unit[0] & 0x1f))) {
            is_sync |= unit[0] & 0x1f == UNIT_IDR;
            bytes.extend((unit.len() as u32).to_be_bytes());
            bytes.extend(*unit);
        }
        let duration = TICKS / self.fps;
        let start_time = u64::from(self.frames) * u64::from(duration);
        let sample = Mp4Sample { start_time, duration, rendering_offset: 0, is_sync, bytes: bytes.into() };
        let file = self.file.as_mut().ok_or(FilmError::NoFrames)?;
        file.write_sample(1, &sample).map_err(|error| FilmError::write(&self.beside, &error))?;
        self.frames += 1;
        Ok(())
    }

    /// Ends the film and puts it in its place.
    pub(super) fn finish(mut self) -> Result<u32, FilmError> {
        let mut file = self.file.take().ok_or(FilmError::NoFrames)?;
        file.write_end().map_err(|error| FilmError::write(&self.beside, &error))?;
        let flushed = file.into_writer().into_inner().map_err(std::io::IntoInnerError::into_error);
        flushed
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&self.beside, &self.place))
            .map_err(|error| FilmError::write(&self.place, &error))?;
        self.finished = true;
        Ok(self.frames)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if !self.finished {
            // There is nothing to be done about a file that will not go.
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

fn start(
    path: &Path,
    (width, height): (u32, u32),
    seq_param_set: Vec<u8>,
    pic_param_set: Vec<u8>,
) -> Result<Mp4Writer<BufWriter<File>>, FilmError> {
    let failed = |error: &dyn std::error::Error| FilmError::write(path, error);
    let brand = |word: &str| word.parse().map_err(|error: mp4::Error| failed(&error));
    let config = Mp4Config {
        major_brand: brand("isom")?,
        minor_version: 512,
        compatible_brands: vec![brand("isom")?, brand("iso2")?, brand("avc1")?, brand("mp41")?],
        timescale: TICKS,
    };
    let file = File::create(path).map_err(|error| failed(&error))?;
    let mut writer = Mp4Writer::write_start(BufWriter::new(file), &config).map_err(|error| failed(&error))?;
    let (width, height) = (width as u16, height as u16);
    let track = TrackConfig {
        track_type: TrackType::Video,
        timescale: TICKS,
        language: "und".to_owned(),
        media_conf: MediaConfig::AvcConfig(AvcConfig { width, height, seq_param_set, pic_param_set }),
    };
    writer.add_track(&track).map_err(|error| failed(&error))?;
    Ok(writer)
}

/// The units of a byte stream, without the start codes between them (ITU-T H.264, annex B).
fn units(stream: &[u8]) -> Vec<&[u8]> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at + 3 <= stream.len() {
        if stream[at..at + 3] == [0, 0, 1] {
            // A fourth zero before belongs to the start code.
            starts.push((if at > 0 && stream[at - 1] == 0 { at - 1 } else { at }, at + 3));
            at += 3;
        } else {
            at += 1;
        }
    }
    let ends = starts.iter().skip(1).map(|(code, _)| *code).chain([stream.len()]);
    starts.iter().zip(ends).map(|((_, from), to)| &stream[*from..to]).filter(|unit| !unit.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use openh264::decoder::Decoder;
    use openh264::formats::YUVSource;

    use super::*;

    #[test]
    fn units_are_what_stands_between_start_codes() {
        let stream = [0, 0, 0, 1, 0x67, 9, 0, 0, 1, 0x68, 0, 0, 0, 1, 0x65, 1, 2];
        assert_eq!(units(&stream), [&[0x67, 9][..], &[0x68], &[0x65, 1, 2]]);
    }

    /// Read back by the container's reader and decoded: the pictures are those that went in.
    #[test]
    fn a_film_holds_its_pictures_in_order() {
        let place = std::env::temp_dir().join(format!("twin-film-{}.mp4", std::process::id()));
        let (width, height, fps) = (160, 96, 25);
        let colours = [[200, 40, 40], [40, 180, 60], [50, 70, 200]];
        let mut recorder = Recorder::new(&place, (width, height), fps).unwrap();
        for colour in colours {
            for _ in 0..20 {
                recorder.push(&RgbImage::from_pixel(width, height, image::Rgb(colour))).unwrap();
            }
            assert!(!place.exists(), "nothing stands in its place before it is whole");
        }
        assert_eq!(recorder.finish().unwrap(), 60);
        let size = std::fs::metadata(&place).unwrap().len();
        let mut reader = mp4::Mp4Reader::read_header(File::open(&place).unwrap(), size).unwrap();
        let track = &reader.tracks()[&1];
        assert_eq!((track.width(), track.height(), track.sample_count()), (160, 96, 60));
        assert!((track.frame_rate() - 25.0).abs() < 0.01, "{}", track.frame_rate());
        let start_code = [0, 0, 0, 1];
        let mut head = Vec::new();
        for set in [track.sequence_parameter_set().unwrap(), track.picture_parameter_set().unwrap()] {
            head.extend(start_code);
            head.extend(set);
        }
        let mut decoder = Decoder::new().unwrap();
        let mut seen = Vec::new();
        let mut look = |picture: Option<openh264::decoder::DecodedYUV<'_>>| {
            if let Some(picture) = picture {
                let mut rgb = vec![0; picture.rgb8_len()];
                picture.write_rgb8(&mut rgb);
                let middle = (48 * 160 + 80) * 3;
                seen.push([rgb[middle], rgb[middle + 1], rgb[middle + 2]]);
            }
        };
        look(decoder.decode(&head).unwrap());
        for id in 1..=60 {
            let sample = reader.read_sample(1, id).unwrap().unwrap();
            assert!(id > 1 || sample.is_sync, "it can be played from its beginning");
            let mut stream = Vec::new();
            let mut rest = &sample.bytes[..];
            while rest.len() > 4 {
                let length = u32::from_be_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize;
                stream.extend(start_code);
                stream.extend(&rest[4..4 + length]);
                rest = &rest[4 + length..];
            }
            look(decoder.decode(&stream).unwrap());
        }
        assert!(seen.len() >= 58, "{} pictures", seen.len());
        let near = |a: [u8; 3], b: [u8; 3]| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 24);
        for (at, colour) in [(5, colours[0]), (30, colours[1]), (seen.len() - 2, colours[2])] {
            assert!(near(seen[at], colour), "{at}: {:?} for {colour:?}", seen[at]);
        }
        std::fs::remove_file(&place).unwrap();
    }

    #[test]
    fn a_film_given_up_leaves_nothing() {
        let place = std::env::temp_dir().join(format!("twin-film-none-{}.mp4", std::process::id()));
        let mut recorder = Recorder::new(&place, (64, 64), 25).unwrap();
        recorder.push(&RgbImage::new(64, 64)).unwrap();
        let beside = recorder.beside.clone();
        assert!(beside.exists());
        drop(recorder);
        assert!(!beside.exists() && !place.exists());
        assert!(matches!(Recorder::new(&place, (64, 64), 25).unwrap().finish(), Err(FilmError::NoFrames)));
    }
}
