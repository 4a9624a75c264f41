//! One picture: read with care, turned upright, made small, written anew.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage,
};

use crate::format::{Kind, kind};

/// No larger file is read, bytes.
pub const LARGEST_FILE: usize = 50 * 1024 * 1024;

/// What the service counts for a picture (`protocol.md` §6: "images ~258").
pub const TOKENS: u32 = 258;

/// A longer side has no camera or screen; a file that claims one wants to use up memory.
const LONGEST_SIDE: u32 = 20_000;

/// Memory for decoding, bytes: 100 megapixels of four channels.
const MOST_MEMORY: u64 = 400 * 1024 * 1024;

/// At most so many bytes of JPEG: half a megabyte as base64.
const LARGEST_JPEG: usize = 384 * 1024;

/// Quality of the JPEG, and what is tried when it becomes too large.
const QUALITIES: [u8; 4] = [75, 65, 55, 45];

/// Longer side of a thumbnail, pixels: twice what it is shown at, for dense displays.
pub const THUMBNAIL_SIDE: u32 = 320;

/// How much of a picture the service should see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// The longer side has 512 pixels at most.
    Low,
    /// 768 pixels, as the service advises.
    #[default]
    Medium,
    /// 1536 pixels: small print.
    High,
}

impl Detail {
    /// The longer side at most, pixels.
    pub fn side(self) -> u32 {
        match self {
            Self::Low => 512,
            Self::Medium => 768,
            Self::High => 1536,
        }
    }
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// A kind of file that can't be taken. It can be saved as one that can.
    #[error("{kind} can't be sent; PNG, JPEG, WebP and GIF can")]
    Unsupported {
        /// Its usual name.
        kind: &'static str,
    },
    /// No picture at all.
    #[error("this is no picture")]
    NotAPicture,
    /// The file is too large.
    #[error("{bytes} bytes are more than {LARGEST_FILE}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// More pixels than any camera has.
    #[error("the picture has too many pixels")]
    TooManyPixels,
    /// It begins as a picture and goes on as something else, or ends too early.
    #[error("the picture is damaged: {detail}")]
    Damaged {
        /// What the decoder says.
        detail: String,
    },
}

/// A picture ready to be sent: JPEG without any note of where, when or by what it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Still {
    /// The file.
    pub jpeg: Vec<u8>,
    /// Width, pixels.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
}

impl Still {
    /// Of the bytes of a PNG, JPEG, WebP or GIF (its first frame).
    pub fn of_file(bytes: &[u8], detail: Detail) -> Result<Self, PictureError> {
        if bytes.len() > LARGEST_FILE {
            return Err(PictureError::TooLarge { bytes: bytes.len() });
        }
        let format = match kind(bytes) {
            Kind::Picture(format) => format,
            Kind::Other(kind) => return Err(PictureError::Unsupported { kind }),
            Kind::Unknown => return Err(PictureError::NotAPicture),
        };
        let mut limits = Limits::default();
        limits.max_image_width = Some(LONGEST_SIDE);
        limits.max_image_height = Some(LONGEST_SIDE);
        limits.max_alloc = Some(MOST_MEMORY);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(fault)?;
        // Cameras write the picture as the sensor lies and a note how to hold it; the note doesn't survive.
        let orientation = decoder.orientation().map_err(fault)?;
        let mut picture = DynamicImage::from_decoder(decoder).map_err(fault)?;
        if picture.width() == 0 || picture.height() == 0 {
            return Err(PictureError::Damaged { detail: "it has no pixels".to_owned() });
        }
        picture.apply_orientation(orientation);
        Ok(Self::of_picture(&picture, detail))
    }

    /// Of pixels, of which there must be one.
    pub fn of_picture(picture: &DynamicImage, detail: Detail) -> Self {
        Self::of_picture_within(picture, detail.side())
    }

    /// With the longer side at most this long, pixels.
    pub(crate) fn of_picture_within(picture: &DynamicImage, mut side: u32) -> Self {
        loop {
            let small = opaque(&fitted(picture, side));
            let (width, height) = small.dimensions();
            let written = QUALITIES.iter().map(|quality| write(&small, *quality));
            // Noise of this size doesn't fit at any quality; a smaller picture of it does.
            if let Some(jpeg) = written.into_iter().find(|jpeg| jpeg.len() <= LARGEST_JPEG) {
                return Self { jpeg, width, height };
            }
            side = side * 3 / 4;
        }
    }
}

impl Still {
    /// The same small enough to stand among words: at most [`THUMBNAIL_SIDE`] pixels long.
    #[must_use]
    pub fn thumbnail(&self) -> Self {
        // It was written here, so that it can be read again.
        let Ok(picture) = image::load_from_memory_with_format(&self.jpeg, ImageFormat::Jpeg) else {
            return self.clone();
        };
        let small = opaque(&fitted(&picture, THUMBNAIL_SIDE));
        Self { jpeg: write(&small, QUALITIES[0]), width: small.width(), height: small.height() }
    }
}

/// The picture with its longer side at most this long; never larger than it is.
fn fitted(picture: &DynamicImage, side: u32) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let longer = width.max(height);
    if longer <= side {
        return picture.clone();
    }
    let scaled = |length: u32| (u64::from(length) * u64::from(side) / u64::from(longer)).max(1) as u32;
    let (width, height) = (scaled(width), scaled(height));
    // The mean of whole pixels first, which is quick, then a fine filter: 24 megapixels in 0.24 s rather than 1.06.
    let nearer = if longer > 4 * side { picture.thumbnail_exact(2 * width, 2 * height) } else { picture.clone() };
    nearer.resize_exact(width, height, FilterType::CatmullRom)
}

/// On white, as paper: JPEG has no transparency.
fn opaque(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let over = picture.to_rgba8();
    RgbImage::from_fn(over.width(), over.height(), |x, y| {
        let [red, green, blue, alpha] = over.get_pixel(x, y).0.map(u32::from);
        Rgb([red, green, blue].map(|part| ((part * alpha + 255 * (255 - alpha) + 127) / 255) as u8))
    })
}

fn write(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let (width, height) = picture.dimensions();
    let written = JpegEncoder::new_with_quality(&mut jpeg, quality).encode(
        picture.as_raw(),
        width,
        height,
        ExtendedColorType::Rgb8,
    );
    debug_assert!(written.is_ok(), "memory takes everything, and no side is longer than JPEG allows");
    jpeg
}

fn fault(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooManyPixels,
        other => PictureError::Damaged { detail: other.to_string() },
    }
}

#[cfg(test)]
mod tests;
