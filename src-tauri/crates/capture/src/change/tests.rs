use image::Rgb;

use super::*;

const SIZE: (u32, u32) = (1280, 800);

fn plain(level: u8) -> RgbImage {
    RgbImage::from_pixel(SIZE.0, SIZE.1, Rgb([level; 3]))
}

/// Noise as of a sensor: every pixel off by up to so many levels, otherwise each time.
fn noisy(level: u8, most: u8, seed: u32) -> RgbImage {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    RgbImage::from_fn(SIZE.0, SIZE.1, |_, _| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let off = (state % (2 * u32::from(most) + 1)) as i32 - i32::from(most);
        Rgb([(i32::from(level) + off).clamp(0, 255) as u8; 3])
    })
}

#[test]
fn the_first_picture_is_new_and_the_same_again_is_not() {
    let mut filter = ChangeFilter::new();
    assert!(filter.admits(&plain(90)));
    assert!(!filter.admits(&plain(90)));
    filter.forget();
    assert!(filter.admits(&plain(90)));
}

#[test]
fn another_size_is_new() {
    let mut filter = ChangeFilter::new();
    assert!(filter.admits(&RgbImage::new(640, 480)));
    assert!(filter.admits(&RgbImage::new(640, 481)));
}

#[test]
fn a_sensors_noise_is_nothing_new() {
    let mut filter = ChangeFilter::new();
    assert!(filter.admits(&noisy(120, 16, 1)));
    for seed in 2..6 {
        assert!(!filter.admits(&noisy(120, 16, seed)));
    }
}

#[test]
fn slow_changes_add_up() {
    let mut filter = ChangeFilter::new();
    let admitted: Vec<_> = (100..116).filter(|level| filter.admits(&plain(*level))).collect();
    assert_eq!(admitted, [100, 104, 108, 112], "each level is too little, four are not");
}

#[test]
fn a_small_change_that_comes_and_goes_is_never_new() {
    let mut filter = ChangeFilter::new();
    let mut with_cursor = plain(255);
    (300..316).for_each(|y| with_cursor.put_pixel(420, y, Rgb([0; 3])));
    assert!(filter.admits(&plain(255)));
    for _ in 0..20 {
        assert!(!filter.admits(&with_cursor));
        assert!(!filter.admits(&plain(255)));
    }
}

#[test]
fn colours_count_by_their_brightness() {
    let red = Grid::of(&RgbImage::from_pixel(100, 100, Rgb([255, 0, 0])));
    let green = Grid::of(&RgbImage::from_pixel(100, 100, Rgb([0, 255, 0])));
    let white = Grid::of(&RgbImage::from_pixel(100, 100, Rgb([255; 3])));
    assert_eq!((red.cells[0], green.cells[0], white.cells[0]), (1227, 2390, 4080));
}

#[test]
fn every_size_has_cells_that_cover_it_all() {
    for (width, height) in [(1, 1), (1, 900), (15, 17), (31, 31), (1279, 801), (3840, 2160), (8192, 3)] {
        let mut picture = RgbImage::new(width, height);
        let dark = Grid::of(&picture);
        assert!(dark.cells.len() as u32 <= COLUMNS * ROWS);
        picture.pixels_mut().for_each(|pixel| *pixel = Rgb([200; 3]));
        let bright = Grid::of(&picture);
        assert!(bright.cells.iter().all(|cell| *cell == 3200), "{width}x{height}: {:?}", bright.cells);
        assert_eq!(bright.changed(&dark), dark.cells.len());
        assert!(bright.differs_from(&dark));
    }
}

#[test]
fn a_corner_counts_as_any_place() {
    let mut filter = ChangeFilter::new();
    assert!(filter.admits(&plain(255)));
    let mut marked = plain(255);
    for (x, y) in (0..24).flat_map(|y| (0..140).map(move |x| (SIZE.0 - 1 - x, SIZE.1 - 1 - y))) {
        marked.put_pixel(x, y, Rgb([0; 3]));
    }
    assert!(filter.admits(&marked));
}
