#![allow(clippy::unwrap_used)]
use image::{ImageFormat, Rgba, RgbaImage};

use super::*;

/// Red at the left, blue at the right.
fn flag(width: u32, height: u32) -> DynamicImage {
    let colour = |x| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) };
    RgbImage::from_fn(width, height, |x, _| colour(x)).into()
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn seen(still: &Still) -> RgbImage {
    let picture = image::load_from_memory_with_format(&still.jpeg, ImageFormat::Jpeg).unwrap().to_rgb8();
    assert_eq!(picture.dimensions(), (still.width, still.height));
    picture
}

fn is_near(pixel: Rgb<u8>, wanted: [u8; 3]) -> bool {
    pixel.0.iter().zip(wanted).all(|(have, want)| have.abs_diff(want) < 12)
}

/// A JPEG with a camera's note: which way it was held, and text as of a place.
fn as_of_a_camera(jpeg: &[u8], orientation: u8, text: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    exif.extend(text);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn every_kind_that_is_taken_becomes_a_jpeg_that_looks_the_same() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
        let still = Still::of_file(&file(&flag(64, 32), format), Detail::Medium).unwrap();
        let seen = seen(&still);
        assert_eq!(seen.dimensions(), (64, 32), "{format:?}: never made larger");
        assert!(is_near(*seen.get_pixel(5, 16), [220, 20, 20]), "{format:?}");
        assert!(is_near(*seen.get_pixel(58, 16), [20, 20, 220]), "{format:?}");
    }
}

#[test]
fn the_longer_side_is_what_was_asked_for() {
    for (size, detail, expected) in [
        ((2000, 1000), Detail::Low, (512, 256)),
        ((1000, 2000), Detail::Medium, (384, 768)),
        ((3600, 2400), Detail::Medium, (768, 512)),
        ((3600, 2400), Detail::High, (1536, 1024)),
        ((9000, 2), Detail::Low, (512, 1)),
    ] {
        let still = Still::of_picture(&flag(size.0, size.1), detail);
        assert_eq!((still.width, still.height), expected);
        assert!(is_near(*seen(&still).get_pixel(expected.0 / 4, 0), [220, 20, 20]));
    }
}

#[test]
fn a_picture_is_turned_upright_and_forgets_where_it_was_taken() {
    let photo = as_of_a_camera(&file(&flag(64, 32), ImageFormat::Jpeg), 6, b"GPS 52.5 N 13.4 E");
    let still = Still::of_file(&photo, Detail::Medium).unwrap();
    assert_eq!((still.width, still.height), (32, 64), "a quarter to the right");
    let seen = seen(&still);
    assert!(is_near(*seen.get_pixel(16, 5), [220, 20, 20]), "what was left is above");
    assert!(is_near(*seen.get_pixel(16, 58), [20, 20, 220]));
    for trace in [&b"Exif"[..], b"GPS"] {
        assert!(photo.windows(trace.len()).any(|part| part == trace));
        assert!(!still.jpeg.windows(trace.len()).any(|part| part == trace));
    }
}

#[test]
fn what_is_transparent_is_seen_on_white() {
    let glass: DynamicImage = RgbaImage::from_pixel(16, 16, Rgba([0, 0, 0, 0])).into();
    let still = Still::of_file(&file(&glass, ImageFormat::Png), Detail::Medium).unwrap();
    assert!(is_near(*seen(&still).get_pixel(8, 8), [255, 255, 255]));
    let half: DynamicImage = RgbaImage::from_pixel(16, 16, Rgba([0, 0, 0, 128])).into();
    let still = Still::of_picture(&half, Detail::Medium);
    assert!(is_near(*seen(&still).get_pixel(8, 8), [127, 127, 127]));
}

#[test]
fn noise_becomes_smaller_until_it_fits() {
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let noise: DynamicImage = RgbImage::from_fn(1600, 1600, |_, _| Rgb([random(), random(), random()])).into();
    let still = Still::of_picture(&noise, Detail::High);
    assert!(still.jpeg.len() <= LARGEST_JPEG, "{} bytes", still.jpeg.len());
    assert!(still.width < Detail::High.side() && still.width == still.height, "{}", still.width);
}

#[test]
fn what_cannot_be_taken_says_why() {
    let refused = |bytes: &[u8]| Still::of_file(bytes, Detail::Medium).unwrap_err();
    assert_eq!(refused(b"%PDF-1.7"), PictureError::Unsupported { kind: "PDF" });
    assert_eq!(refused(b"hello"), PictureError::NotAPicture);
    assert_eq!(refused(b""), PictureError::NotAPicture);
    assert_eq!(refused(&vec![0; LARGEST_FILE + 1]), PictureError::TooLarge { bytes: LARGEST_FILE + 1 });
    let whole = file(&flag(64, 32), ImageFormat::Png);
    assert!(matches!(refused(&whole[..whole.len() / 2]), PictureError::Damaged { .. }));
    let empty = b"GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\0\0\0\0\0\x02\x01\x4c\0;";
    assert!(matches!(refused(empty), PictureError::Damaged { .. }));
}

#[test]
fn a_file_that_claims_to_be_huge_is_refused_before_memory_is_taken() {
    for size in [u32::MAX / 2, LONGEST_SIDE + 1] {
        let mut bomb = file(&flag(8, 8), ImageFormat::Png);
        bomb[16..20].copy_from_slice(&size.to_be_bytes());
        let header = bomb[12..29].to_vec();
        bomb[29..33].copy_from_slice(&crc(&header).to_be_bytes());
        assert_eq!(Still::of_file(&bomb, Detail::Medium), Err(PictureError::TooManyPixels), "{size}");
    }
}

/// PNG's checksum (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 })
    })
}

#[test]
fn a_thumbnail_is_the_same_picture_small() {
    let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(1200, 600, Rgb([200, 30, 30])));
    let still = Still::of_picture(&picture, Detail::Medium);
    let small = still.thumbnail();
    assert_eq!((small.width, small.height), (320, 160));
    assert!(small.jpeg.len() < still.jpeg.len());
    let [red, ..] = image::load_from_memory(&small.jpeg).unwrap().to_rgb8().get_pixel(5, 5).0;
    assert!(red > 180, "{red}");
}
