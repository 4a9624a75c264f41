//! Pictures as far as they are told: their size and their mean colour.
//!
//! What a client sends is decoded in full, so that a damaged picture is found out. A file that claims to be huge is
//! refused by its header, before anything is allocated for it.

mod colour;

use std::io::Cursor;

use image::{ImageError, ImageFormat, ImageReader, Limits};

use crate::config::Language;
use colour::Colour;

/// Longest side that is decoded, in pixels.
const LONGEST_SIDE: u32 = 4096;
/// Most memory a decoder may take, in bytes: a picture of that size with 16 bits a channel.
const MOST_MEMORY: u64 = 8 * (LONGEST_SIDE as u64) * (LONGEST_SIDE as u64);

/// Why a picture is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    /// Its media type is not that of a picture.
    #[error("{mime:?} is no picture")]
    Mime {
        /// As declared; empty if it was not.
        mime: String,
    },
    /// Its bytes are not those of a PNG, a JPEG or a WebP.
    #[error("neither PNG, JPEG nor WebP")]
    Format,
    /// Damaged, or larger than is decoded.
    #[error("cannot be decoded: {0}")]
    Undecodable(#[from] ImageError),
}

/// A picture as far as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Picture {
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
    /// The mean of its pixels, transparent ones as if they were opaque.
    colour: Colour,
}

impl Picture {
    /// Decodes a picture. What kind it is its bytes say, as at the service; its media type need only be a picture's.
    pub(crate) fn read(mime: &str, bytes: &[u8]) -> Result<Self, PictureError> {
        if !is_picture(mime) {
            return Err(PictureError::Mime { mime: mime.to_owned() });
        }
        let format = image::guess_format(bytes).map_err(|_| PictureError::Format)?;
        if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
            return Err(PictureError::Format);
        }
        let mut limits = Limits::default();
        limits.max_image_width = Some(LONGEST_SIDE);
        limits.max_image_height = Some(LONGEST_SIDE);
        limits.max_alloc = Some(MOST_MEMORY);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        reader.limits(limits);
        let pixels = reader.decode()?.into_rgb8();
        let (width, height) = pixels.dimensions();
        Ok(Self { width, height, colour: Colour::mean(pixels.as_raw()) })
    }

    fn size(self) -> String {
        format!("{} × {}", self.width, self.height)
    }
}

/// Whether a media type is that of a picture.
pub(crate) fn is_picture(mime: &str) -> bool {
    mime.trim_start().get(..6).is_some_and(|kind| kind.eq_ignore_ascii_case("image/"))
}

/// What a user has shown since the last answer that told it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Pictures of turns.
    pub(crate) pictures: Vec<Picture>,
    /// Number of video frames, and the newest of them.
    frames: Option<(u64, Picture)>,
}

impl Seen {
    /// One more frame of video.
    pub(crate) fn add_frame(&mut self, newest: Picture) {
        let before = self.frames.map_or(0, |(count, _)| count);
        self.frames = Some((before + 1, newest));
    }

    /// Adds what was shown later.
    pub(crate) fn extend(&mut self, later: Self) {
        self.pictures.extend(later.pictures);
        if let Some((count, newest)) = later.frames {
            let before = self.frames.map_or(0, |(count, _)| count);
            self.frames = Some((before + count, newest));
        }
    }

    /// What there is to say about it, a note for each picture and one for all frames.
    pub(crate) fn notes(&self, language: Language) -> Vec<String> {
        let pictures = self.pictures.iter().map(|picture| picture_note(*picture, language));
        let frames = self.frames.map(|(count, newest)| frames_note(count, newest, language));
        pictures.chain(frames).collect()
    }
}

fn picture_note(picture: Picture, language: Language) -> String {
    let (size, name, colour) = (picture.size(), picture.colour.name(language), picture.colour);
    match language {
        Language::En => format!(" (a picture of {size} pixels, mostly {name} {colour})"),
        Language::Ja => format!(" ({size} ピクセルの画像、おもに{name} {colour})"),
    }
}

fn frames_note(count: u64, newest: Picture, language: Language) -> String {
    let (size, name, colour) = (newest.size(), newest.colour.name(language), newest.colour);
    match (language, count) {
        (Language::En, 1) => format!(" (a frame of {size} pixels, mostly {name} {colour})"),
        (Language::En, _) => format!(" ({count} frames of {size} pixels, the last mostly {name} {colour})"),
        (Language::Ja, 1) => format!(" ({size} ピクセルのフレーム1枚、おもに{name} {colour})"),
        (Language::Ja, _) => format!(" ({size} ピクセルのフレーム{count}枚、最後はおもに{name} {colour})"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use image::{Rgb, RgbImage};

    use super::*;

    fn file(format: ImageFormat, width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_pixel(width, height, Rgb(colour)).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn picture(width: u32, height: u32, colour: [u8; 3]) -> Picture {
        Picture { width, height, colour: Colour(colour) }
    }

    #[test]
    fn a_picture_is_told_by_its_size_and_colour_whatever_its_format() {
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let read = Picture::read("image/png", &file(format, 64, 48, [0xd0, 0x20, 0x20])).unwrap();
            assert_eq!(read, picture(64, 48, [0xd0, 0x20, 0x20]), "{format:?}");
        }
        let read = Picture::read("IMAGE/jpeg", &file(ImageFormat::Jpeg, 64, 48, [0x80; 3])).unwrap();
        assert_eq!(read, picture(64, 48, [0x80; 3]));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = file(ImageFormat::Png, 8, 8, [1, 2, 3]);
        assert!(matches!(Picture::read("application/pdf", &png), Err(PictureError::Mime { .. })));
        assert!(matches!(Picture::read("", &png), Err(PictureError::Mime { .. })));
        assert!(matches!(Picture::read("image/png", b"<svg/>"), Err(PictureError::Format)));
        assert!(matches!(Picture::read("image/gif", b"GIF89a\x01\0\x01\0\0\0\0"), Err(PictureError::Format)));
        assert!(matches!(Picture::read("image/png", &png[..png.len() - 20]), Err(PictureError::Undecodable(_))));
    }

    #[test]
    fn a_small_file_that_claims_to_be_huge_is_refused_by_its_header() {
        let mut png = file(ImageFormat::Png, 8, 8, [1, 2, 3]);
        // Width and height in IHDR, and its checksum: 30,000 × 30,000 pixels would be 2.7 GB.
        png[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        let checksum = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&checksum.to_be_bytes());
        let error = Picture::read("image/png", &png).unwrap_err();
        assert!(matches!(error, PictureError::Undecodable(ImageError::Limits(_))), "{error}");
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
        })
    }

    #[test]
    fn pictures_are_told_one_by_one_and_frames_together() {
        let mut seen = Seen { pictures: vec![picture(640, 480, [0xd0, 0x20, 0x20])], ..Seen::default() };
        seen.add_frame(picture(16, 9, [0, 0, 0xff]));
        assert_eq!(
            seen.notes(Language::En),
            [
                " (a picture of 640 × 480 pixels, mostly red #d02020)",
                " (a frame of 16 × 9 pixels, mostly blue #0000ff)"
            ]
        );
        let mut later = Seen::default();
        later.add_frame(picture(1, 1, [0; 3]));
        later.add_frame(picture(768, 432, [0x80; 3]));
        seen.extend(later);
        assert_eq!(seen.notes(Language::En)[1], " (3 frames of 768 × 432 pixels, the last mostly grey #808080)");
        assert_eq!(
            seen.notes(Language::Ja),
            [
                " (640 × 480 ピクセルの画像、おもに赤 #d02020)",
                " (768 × 432 ピクセルのフレーム3枚、最後はおもに灰色 #808080)"
            ]
        );
        assert!(Seen::default().notes(Language::En).is_empty());
    }
}
