//! Whether a picture shows something new.

use image::RgbImage;

/// Cells at most, across and down. On a display of 1280×800 a cell is 20×22 pixels: about one letter.
const COLUMNS: u32 = 64;
const ROWS: u32 = 36;

/// No cell has shorter sides, pixels: a small window must not make every letter ten cells.
const SHORTEST_SIDE: u32 = 16;

/// A cell has changed when its mean brightness has, by more than this many of 255 levels. Noise of ±16 levels on every pixel moves
/// no cell so far; one letter of 6×13 pixels moves its cell by 9 to 12.
const STEP: u16 = 3;

/// A picture has changed when this many cells have (fewer where there are few cells).
///
/// Counted on an X server's display of 1280×800 with its font of 6×13 pixels, black on white, each at three places: a cursor of 1 or
/// 2 pixels by 13 to 20 changes 1 to 4 cells and a block of 10×20 changes 2, wherever they stand; a clock that goes on a second, a
/// minute or an hour changes none (its digits are about equally dark); 1 letter changes 1, 4 letters 2, 9 letters 3 or 4, 16
/// letters 5 or 6, and a line of 47 letters 14 or 15.
const CELLS: usize = 5;

/// Lets a picture through when it differs enough from the last one it let through.
///
/// Comparing with what was let through, and not with what was seen last, lets slow changes add up until they count.
#[derive(Debug, Default)]
pub struct ChangeFilter {
    sent: Option<Grid>,
}

/// The mean brightness of each cell, in 16ths of a level.
#[derive(Debug)]
struct Grid {
    size: (u32, u32),
    cells: Vec<u16>,
}

impl ChangeFilter {
    /// Lets the first picture through.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether this picture is to be sent. If so it is what later ones are compared with.
    pub fn admits(&mut self, picture: &RgbImage) -> bool {
        let grid = Grid::of(picture);
        let is_new = self.sent.as_ref().is_none_or(|sent| grid.differs_from(sent));
        if is_new {
            self.sent = Some(grid);
        }
        is_new
    }

    /// Lets the next picture through whatever it shows.
    pub fn forget(&mut self) {
        self.sent = None;
    }
}

impl Grid {
    fn of(picture: &RgbImage) -> Self {
        let (width, height) = picture.dimensions();
        let columns = (width / SHORTEST_SIDE).clamp(1, COLUMNS) as usize;
        let rows = (height / SHORTEST_SIDE).clamp(1, ROWS) as usize;
        let (width, height) = (width as usize, height as usize);
        let edge = |index: usize, length: usize, parts: usize| index * length / parts;
        let mut sums = vec![0_u64; columns * rows];
        let raw = picture.as_raw();
        for row in 0..rows {
            for y in edge(row, height, rows)..edge(row + 1, height, rows) {
                let line = &raw[y * width * 3..(y + 1) * width * 3];
                for column in 0..columns {
                    let part = edge(column, width, columns) * 3..edge(column + 1, width, columns) * 3;
                    sums[row * columns + column] += u64::from(brightness(&line[part]));
                }
            }
        }
        let area = |index: usize| {
            let (column, row) = (index % columns, index / columns);
            (edge(column + 1, width, columns) - edge(column, width, columns))
                * (edge(row + 1, height, rows) - edge(row, height, rows))
        };
        let cells = sums.iter().enumerate().map(|(at, sum)| (sum / (16 * area(at).max(1) as u64)) as u16).collect();
        Self { size: picture.dimensions(), cells }
    }

    fn differs_from(&self, other: &Self) -> bool {
        self.size != other.size || self.changed(other) >= CELLS.min(self.cells.len().div_ceil(8))
    }

    /// How many cells have changed.
    fn changed(&self, other: &Self) -> usize {
        self.cells.iter().zip(&other.cells).filter(|(new, old)| new.abs_diff(**old) > 16 * STEP).count()
    }
}

/// The sum over pixels of their brightness in 256ths of a level (the weights of ITU-R BT.601).
fn brightness(pixels: &[u8]) -> u32 {
    pixels
        .as_chunks::<3>()
        .0
        .iter()
        .map(|[red, green, blue]| 77 * u32::from(*red) + 150 * u32::from(*green) + 29 * u32::from(*blue))
        .sum()
}

#[cfg(test)]
mod tests;
