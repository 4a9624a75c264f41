//! What cameras and films give, made pictures.

use std::borrow::Cow;
use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits, RgbImage};

use crate::error::CaptureError;

/// A longer side has no camera or film, pixels.
pub(crate) const LONGEST_SIDE: u32 = 8192;

/// Memory for decoding, bytes: the largest picture, in colours.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// The tables that a JPEG may leave out as a part of a film: those of the standard's section K.3, which "MJPEG" takes for granted.
/// A whole segment with its marker.
const TABLES: &[u8] = include_bytes!("tables.bin");

/// A JPEG as cameras send them: often without its code tables, with bytes after its end.
pub(crate) fn mjpeg(bytes: &[u8]) -> Result<RgbImage, CaptureError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(with_tables(bytes)), ImageFormat::Jpeg);
    reader.limits(limits);
    match reader.decode() {
        Ok(picture) if picture.width() > 0 && picture.height() > 0 => Ok(picture.into_rgb8()),
        Ok(_) => Err(CaptureError::System("a picture without pixels".to_owned())),
        Err(error) => Err(CaptureError::System(error.to_string())),
    }
}

/// The file with code tables before its first scan, if it has none.
fn with_tables(jpeg: &[u8]) -> Cow<'_, [u8]> {
    const HUFFMAN_TABLES: u8 = 0xc4;
    const SCAN: u8 = 0xda;
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = jpeg.get(at..).and_then(<[u8]>::first_chunk) {
        match *marker {
            HUFFMAN_TABLES => break,
            SCAN => return [&jpeg[..at], TABLES, &jpeg[at..]].concat().into(),
            _ => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
        }
    }
    jpeg.into()
}

/// Brightness and two colour differences, in planes or woven.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Yuv {
    /// Width, pixels.
    pub(crate) width: u32,
    /// Height, pixels.
    pub(crate) height: u32,
    /// Whether black is 0 and white 255, rather than 16 and 235.
    pub(crate) is_full_range: bool,
}

impl Yuv {
    /// As cameras of Linux give it: two pixels in four bytes: brightness, blue difference, brightness, red difference. Lines are `stride` bytes apart.
    #[cfg(any(target_os = "linux", test))]
    pub(crate) fn woven(self, bytes: &[u8], stride: usize) -> Option<RgbImage> {
        let line = 4 * self.width.div_ceil(2) as usize;
        if stride < line || bytes.len() < stride * (self.height as usize).checked_sub(1)? + line {
            return None;
        }
        Some(RgbImage::from_fn(self.width, self.height, |x, y| {
            let pair = y as usize * stride + 4 * (x as usize / 2);
            self.colour([bytes[pair + 2 * (x as usize % 2)], bytes[pair + 1], bytes[pair + 3]])
        }))
    }

    /// Three planes, the colours' smaller by these shares across and down; without `chroma` there is brightness only.
    pub(crate) fn planes(self, bytes: &[u8], chroma: Option<(u32, u32)>) -> Option<RgbImage> {
        if bytes.len() < self.length(chroma) {
            return None;
        }
        let (luma, colours) = bytes.split_at(self.width as usize * self.height as usize);
        Some(RgbImage::from_fn(self.width, self.height, |x, y| {
            let brightness = luma[y as usize * self.width as usize + x as usize];
            let Some((across, down)) = chroma else { return self.colour([brightness, 128, 128]) };
            let (width, height) = (self.width.div_ceil(across) as usize, self.height.div_ceil(down) as usize);
            let at = (y / down) as usize * width + (x / across) as usize;
            self.colour([brightness, colours[at], colours[width * height + at]])
        }))
    }

    /// How many bytes a picture in planes has.
    pub(crate) fn length(self, chroma: Option<(u32, u32)>) -> usize {
        let area = |width: u32, height: u32| width as usize * height as usize;
        let colours = chroma.map_or(0, |(x, y)| 2 * area(self.width.div_ceil(x), self.height.div_ceil(y)));
        area(self.width, self.height) + colours
    }

    /// ITU-R BT.601, in 1024ths.
    fn colour(self, [brightness, blue, red]: [u8; 3]) -> image::Rgb<u8> {
        let (blue, red) = (i32::from(blue) - 128, i32::from(red) - 128);
        let (base, blue, red) = if self.is_full_range {
            (i32::from(brightness) * 1024, blue * 1024, red * 1024)
        } else {
            // 255/219 and 255/224.
            ((i32::from(brightness) - 16) * 1192, blue * 1166, red * 1166)
        };
        let level = |value: i32| ((value + 512) >> 10).clamp(0, 255) as u8;
        // 1.402, 0.344, 0.714 and 1.772.
        image::Rgb([
            level(base + red * 1436 / 1024),
            level(base - (blue * 352 + red * 731) / 1024),
            level(base + blue * 1815 / 1024),
        ])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use image::Rgb;

    use super::*;
    use crate::{Detail, Still};

    /// With the code tables cut out.
    fn without_tables(jpeg: &[u8]) -> Vec<u8> {
        let (mut at, mut left) = (2, jpeg[..2].to_vec());
        while jpeg[at + 1] != 0xda {
            let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
            if jpeg[at + 1] != 0xc4 {
                left.extend(&jpeg[at..end]);
            }
            at = end;
        }
        left.extend(&jpeg[at..]);
        left
    }

    fn jpeg() -> Vec<u8> {
        let picture = RgbImage::from_fn(64, 48, |x, y| Rgb([x as u8 * 4, y as u8 * 5, 200]));
        Still::of_picture(&picture.into(), Detail::Low).jpeg
    }

    #[test]
    fn a_jpeg_without_its_tables_looks_as_with_them() {
        let jpeg = jpeg();
        let bare = without_tables(&jpeg);
        assert!(bare.len() + 400 < jpeg.len(), "{} and {} bytes", bare.len(), jpeg.len());
        assert_eq!(mjpeg(&bare).unwrap(), mjpeg(&jpeg).unwrap());
    }

    #[test]
    fn bytes_after_the_end_do_no_harm() {
        let padded = [jpeg(), vec![0; 4096]].concat();
        assert_eq!(mjpeg(&padded).unwrap(), mjpeg(&jpeg()).unwrap());
    }

    #[test]
    fn no_jpeg_however_cut_is_more_than_an_error() {
        let jpeg = jpeg();
        for length in 0..jpeg.len() {
            let _ = mjpeg(&jpeg[..length]);
        }
        for bytes in [&b""[..], b"\xff", b"\xff\xd8\xff\xc0\0\0", b"\xff\xd8\xff\xda\0\0", &[0xff; 64]] {
            assert!(matches!(mjpeg(bytes), Err(CaptureError::System(_))), "{bytes:x?}");
        }
    }

    /// Colours of the standard: white, black, red, green, blue, with their parts at limited range.
    const KNOWN: [([u8; 3], [u8; 3]); 5] = [
        ([235, 128, 128], [255, 255, 255]),
        ([16, 128, 128], [0, 0, 0]),
        ([81, 90, 240], [255, 0, 0]),
        ([145, 54, 34], [0, 255, 0]),
        ([41, 240, 110], [0, 0, 255]),
    ];

    fn is_near(have: Rgb<u8>, wanted: [u8; 3]) -> bool {
        have.0.iter().zip(wanted).all(|(have, wanted)| have.abs_diff(wanted) <= 2)
    }

    #[test]
    fn woven_pixels_have_the_standards_colours() {
        let yuv = Yuv { width: 3, height: 2, is_full_range: false };
        for ([y, u, v], expected) in KNOWN {
            // Four bytes of padding after each line but the last.
            let line = [y, u, y, v, y, u, 16, v];
            let bytes = [&line[..], &[9; 4], &line].concat();
            let picture = yuv.woven(&bytes, 12).unwrap();
            assert!(picture.pixels().all(|pixel| is_near(*pixel, expected)), "{expected:?}: {picture:?}");
            assert!(yuv.woven(&bytes[..19], 12).is_none(), "too short");
            assert!(yuv.woven(&bytes, 4).is_none(), "lines overlap");
        }
    }

    #[test]
    fn planes_of_every_kind_have_the_standards_colours() {
        let yuv = Yuv { width: 5, height: 3, is_full_range: false };
        for chroma in [(2, 2), (2, 1), (1, 1)] {
            let area = (yuv.length(Some(chroma)) - 15) / 2;
            for ([y, u, v], expected) in KNOWN {
                let bytes = [vec![y; 15], vec![u; area], vec![v; area]].concat();
                let picture = yuv.planes(&bytes, Some(chroma)).unwrap();
                assert!(picture.pixels().all(|pixel| is_near(*pixel, expected)), "{chroma:?} {expected:?}");
                assert!(yuv.planes(&bytes[1..], Some(chroma)).is_none());
            }
        }
        let grey = Yuv { is_full_range: true, ..yuv }.planes(&[77; 15], None).unwrap();
        assert!(grey.pixels().all(|pixel| pixel.0 == [77; 3]));
    }
}
