//! A moving test picture with a counter.

use image::{Rgb, RgbImage};

use crate::error::CaptureError;
use crate::eye::{Eye, Glance};

const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;

/// Colour bars, from bright to dark, as television has them.
const BARS: [[u8; 3]; 8] = [
    [235, 235, 235],
    [235, 235, 16],
    [16, 235, 235],
    [16, 235, 16],
    [235, 16, 235],
    [235, 16, 16],
    [16, 16, 235],
    [16, 16, 16],
];

/// Which of the seven strokes each digit has: top, upper right, lower right, bottom, lower left, upper left, middle.
const STROKES: [u8; 10] = [
    0b011_1111, 0b000_0110, 0b101_1011, 0b100_1111, 0b110_0110, 0b110_1101, 0b111_1101, 0b000_0111, 0b111_1111,
    0b110_1111,
];

/// Where they are and how large in a digit of 40×70 pixels: x, y, width, height.
const PLACES: [[u32; 4]; 7] = [
    [0, 0, 40, 10],
    [30, 0, 10, 40],
    [30, 30, 10, 40],
    [0, 60, 40, 10],
    [0, 30, 10, 40],
    [0, 0, 10, 40],
    [0, 30, 40, 10],
];

/// Each look gives the next picture.
#[derive(Debug, Default)]
pub(crate) struct Pattern {
    count: u32,
}

impl Eye for Pattern {
    fn look(&mut self) -> Result<Glance, CaptureError> {
        let picture = picture(self.count);
        self.count = self.count.wrapping_add(1);
        Ok(Glance::Picture(picture))
    }
}

/// The picture with a number: five digits of it, and a block that is elsewhere each time.
fn picture(count: u32) -> RgbImage {
    let mut picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, _| Rgb(BARS[(x * 8 / WIDTH) as usize]));
    fill(&mut picture, [80, 80, 260, 90], [16, 16, 16]);
    for place in 0..5 {
        let digit = count / 10_u32.pow(4 - place) % 10;
        for (stroke, [x, y, width, height]) in PLACES.into_iter().enumerate() {
            if STROKES[digit as usize] >> stroke & 1 == 1 {
                fill(&mut picture, [90 + place * 50 + x, 90 + y, width, height], [235, 235, 235]);
            }
        }
    }
    fill(&mut picture, [count % 14 * 40, 360, 80, 80], [128, 128, 128]);
    picture
}

fn fill(picture: &mut RgbImage, [x, y, width, height]: [u32; 4], colour: [u8; 3]) {
    for (x, y) in (y..y + height).flat_map(|y| (x..x + width).map(move |x| (x, y))) {
        picture.put_pixel(x, y, Rgb(colour));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ChangeFilter;

    #[test]
    fn every_picture_is_another() {
        let mut filter = ChangeFilter::new();
        for count in [0, 1, 2, 14, 15, 99_998, 99_999, 100_000, u32::MAX / 40] {
            assert!(filter.admits(&picture(count)), "{count}");
            assert!(!filter.admits(&picture(count)), "{count} again");
        }
    }
}
