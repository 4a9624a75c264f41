//! Plain names for colours.

use std::fmt;

use crate::config::Language;

/// Difference between channels below which a colour has no hue.
const LEAST_HUE: i32 = 24;
/// Brightest channel below which everything is black.
const DARKEST: i32 = 40;

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(pub(super) [u8; 3]);

/// As in style sheets: `#rrggbb`.
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Colour {
    /// The mean of pixels of three bytes each, channel by channel; black without any.
    pub(super) fn mean(pixels: &[u8]) -> Self {
        let (pixels, _) = pixels.as_chunks::<3>();
        let count = (pixels.len() as u64).max(1);
        let sums = pixels.iter().fold([0u64; 3], |sums, pixel| [0, 1, 2].map(|n| sums[n] + u64::from(pixel[n])));
        Self(sums.map(|sum| ((sum + count / 2) / count) as u8))
    }

    /// What people call it.
    pub(super) fn name(self, language: Language) -> &'static str {
        let (english, japanese) = self.names();
        match language {
            Language::En => english,
            Language::Ja => japanese,
        }
    }

    fn names(self) -> (&'static str, &'static str) {
        let [red, green, blue] = self.0.map(i32::from);
        let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
        let span = most - least;
        let lightness = i32::midpoint(most, least);
        if span < LEAST_HUE {
            return match lightness {
                ..=DARKEST => ("black", "黒"),
                216.. => ("white", "白"),
                _ => ("grey", "灰色"),
            };
        }
        if most < DARKEST {
            return ("black", "黒");
        }
        let sixth = |ahead: i32, behind: i32| 60 * (ahead - behind) / span;
        let hue = match most {
            most if most == red => sixth(green, blue).rem_euclid(360),
            most if most == green => 120 + sixth(blue, red),
            _ => 240 + sixth(red, green),
        };
        match hue {
            15..45 if most < 170 => ("brown", "茶色"),
            15..45 => ("orange", "オレンジ"),
            45..70 => ("yellow", "黄色"),
            70..165 => ("green", "緑"),
            165..200 => ("cyan", "水色"),
            200..255 => ("blue", "青"),
            255..290 => ("purple", "紫"),
            290..345 => ("pink", "ピンク"),
            _ if lightness > 190 => ("pink", "ピンク"),
            _ => ("red", "赤"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_have_their_plain_names() {
        for (colour, name) in [
            ([0, 0, 0], "black"),
            ([30, 2, 2], "black"),
            ([255, 255, 255], "white"),
            ([128, 128, 128], "grey"),
            ([208, 32, 32], "red"),
            ([255, 30, 60], "red"),
            ([255, 190, 190], "pink"),
            ([255, 0, 200], "pink"),
            ([255, 128, 0], "orange"),
            ([120, 70, 20], "brown"),
            ([255, 240, 0], "yellow"),
            ([0, 160, 40], "green"),
            ([0, 200, 220], "cyan"),
            ([20, 60, 200], "blue"),
            ([120, 40, 200], "purple"),
        ] {
            assert_eq!(Colour(colour).name(Language::En), name, "{colour:?}");
        }
        assert_eq!(Colour([20, 60, 200]).name(Language::Ja), "青");
    }

    #[test]
    fn the_mean_is_rounded_and_written_as_in_style_sheets() {
        let mean = Colour::mean(&[0, 0, 255, 255, 1, 0, 0, 1, 0]);
        assert_eq!(mean.to_string(), "#550155");
        assert_eq!(Colour::mean(&[]), Colour([0; 3]));
    }
}
