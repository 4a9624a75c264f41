//! A film in place of a camera, as browsers take one for tests: each look gives the next picture, and after the last the first.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use image::RgbImage;

use super::raw::{self, LONGEST_SIDE, Yuv};
use crate::error::CaptureError;
use crate::eye::{Eye, Glance};

const UNSUPPORTED: CaptureError =
    CaptureError::Unsupported { why: "a film must be YUV4MPEG2 with 8 bits a sample, or JPEGs one after the other" };

/// No line of a header is longer, bytes.
const LONGEST_LINE: u64 = 1024;

/// No JPEG is longer, bytes.
const LARGEST_JPEG: usize = 32 * 1024 * 1024;

/// Opens a film by its first bytes.
pub(crate) fn open_film(path: &Path) -> Result<Box<dyn Eye>, CaptureError> {
    let mut file = BufReader::new(File::open(path)?);
    let first = file.fill_buf()?;
    if first.starts_with(b"YUV4MPEG2 ") {
        let form = Form::read(&line(&mut file)?)?;
        let start = file.stream_position()?;
        Ok(Box::new(Film { start, next: move |file: &mut _| form.next(file), file }))
    } else if first.starts_with(b"\xff\xd8") {
        Ok(Box::new(Film { start: 0, next: next_jpeg, file }))
    } else {
        Err(UNSUPPORTED)
    }
}

/// An open film. `next` reads a picture, or nothing at the end.
struct Film<R, N> {
    file: R,
    start: u64,
    next: N,
}

impl<R, N> Eye for Film<R, N>
where
    R: BufRead + Seek,
    N: FnMut(&mut R) -> Result<Option<RgbImage>, CaptureError>,
{
    fn look(&mut self) -> Result<Glance, CaptureError> {
        if let Some(picture) = (self.next)(&mut self.file)? {
            return Ok(Glance::Picture(picture));
        }
        self.file.seek(SeekFrom::Start(self.start))?;
        match (self.next)(&mut self.file)? {
            Some(picture) => Ok(Glance::Picture(picture)),
            None => Err(CaptureError::System("a film without pictures".to_owned())),
        }
    }
}

/// What the pictures of a YUV4MPEG2 film are.
#[derive(Debug, Clone, Copy)]
struct Form {
    yuv: Yuv,
    /// How much smaller the colours' planes are, across and down.
    chroma: Option<(u32, u32)>,
}

impl Form {
    /// Of the first line.
    fn read(header: &[u8]) -> Result<Self, CaptureError> {
        let header = str::from_utf8(header).map_err(|_| UNSUPPORTED)?;
        let mut form = Self { yuv: Yuv { width: 0, height: 0, is_full_range: false }, chroma: Some((2, 2)) };
        for field in header.split_ascii_whitespace().skip(1) {
            let (name, value) = field.split_at_checked(1).ok_or(UNSUPPORTED)?;
            match name {
                "W" => form.yuv.width = value.parse().map_err(|_| UNSUPPORTED)?,
                "H" => form.yuv.height = value.parse().map_err(|_| UNSUPPORTED)?,
                "C" => form.chroma = chroma(value)?,
                "X" if value == "COLORRANGE=FULL" => form.yuv.is_full_range = true,
                _ => {}
            }
        }
        let sides = [form.yuv.width, form.yuv.height];
        if sides.into_iter().all(|side| (1..=LONGEST_SIDE).contains(&side)) { Ok(form) } else { Err(UNSUPPORTED) }
    }

    fn next(self, film: &mut impl BufRead) -> Result<Option<RgbImage>, CaptureError> {
        let header = line(film)?;
        if header.is_empty() {
            return Ok(None);
        }
        if !header.starts_with(b"FRAME") {
            return Err(CaptureError::System("the film is damaged".to_owned()));
        }
        let mut bytes = vec![0; self.yuv.length(self.chroma)];
        match film.read_exact(&mut bytes) {
            Ok(()) => Ok(self.yuv.planes(&bytes, self.chroma)),
            // A film whose last picture is cut off.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// What the colour space's name says of the planes.
fn chroma(name: &str) -> Result<Option<(u32, u32)>, CaptureError> {
    match name {
        "420" | "420jpeg" | "420mpeg2" | "420paldv" => Ok(Some((2, 2))),
        "422" => Ok(Some((2, 1))),
        "444" => Ok(Some((1, 1))),
        "mono" => Ok(None),
        _ => Err(UNSUPPORTED),
    }
}

/// Up to the end of the line; empty at the end of the file.
fn line(file: &mut impl BufRead) -> Result<Vec<u8>, CaptureError> {
    let mut line = Vec::new();
    file.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// The next JPEG of several.
fn next_jpeg(film: &mut impl BufRead) -> Result<Option<RgbImage>, CaptureError> {
    match cut_jpeg(film) {
        Ok(jpeg) => raw::mjpeg(&jpeg).map(Some),
        // Also one that is cut off.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Follows the segments to the marker of the end. Looking for its two bytes alone would find the end of a thumbnail within.
fn cut_jpeg(film: &mut impl BufRead) -> io::Result<Vec<u8>> {
    const START: u8 = 0xd8;
    const END: u8 = 0xd9;
    const SCAN: u8 = 0xda;
    let mut jpeg = Vec::new();
    if marker(film, &mut jpeg)? != START {
        return Err(damaged());
    }
    let mut segment = marker(film, &mut jpeg)?;
    while segment != END {
        take(film, &mut jpeg, 2)?;
        let length = jpeg.last_chunk().copied().map_or(0, u16::from_be_bytes);
        take(film, &mut jpeg, u64::from(length).checked_sub(2).ok_or_else(damaged)?)?;
        segment = if segment == SCAN { marker_after_scan(film, &mut jpeg)? } else { marker(film, &mut jpeg)? };
    }
    Ok(jpeg)
}

/// Moves a marker and gives its kind.
fn marker(film: &mut impl BufRead, jpeg: &mut Vec<u8>) -> io::Result<u8> {
    take(film, jpeg, 2)?;
    match jpeg.last_chunk() {
        Some([0xff, kind]) => Ok(*kind),
        _ => Err(damaged()),
    }
}

/// Moves what is coded and the marker after it: 0xff is none where 0 follows (then it stands for itself) or a restart does.
fn marker_after_scan(film: &mut impl BufRead, jpeg: &mut Vec<u8>) -> io::Result<u8> {
    loop {
        let room = LARGEST_JPEG.saturating_sub(jpeg.len());
        film.take(room as u64).read_until(0xff, jpeg)?;
        take(film, jpeg, 1)?;
        match jpeg.last() {
            Some(0 | 0xd0..=0xd7) | None => {}
            Some(kind) => return Ok(*kind),
        }
    }
}

/// Moves so many bytes.
fn take(film: &mut impl BufRead, jpeg: &mut Vec<u8>, length: u64) -> io::Result<()> {
    if jpeg.len() as u64 + length > LARGEST_JPEG as u64 {
        return Err(damaged());
    }
    let taken = film.take(length).read_to_end(jpeg)?;
    if taken as u64 == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn damaged() -> io::Error {
    io::Error::other("the film is damaged")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use image::Rgb;
    use tempfile::TempDir;

    use super::*;
    use crate::{Detail, Still};

    const COLOURS: [[u8; 3]; 3] = [[220, 40, 40], [40, 200, 40], [40, 40, 220]];

    fn open(name: &str, bytes: &[u8]) -> (TempDir, Result<Box<dyn Eye>, CaptureError>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let eye = open_film(&path);
        (folder, eye)
    }

    fn picture(eye: &mut dyn Eye) -> RgbImage {
        match eye.look() {
            Ok(Glance::Picture(picture)) => picture,
            other => panic!("{other:?}"),
        }
    }

    fn plain(colour: [u8; 3]) -> Vec<u8> {
        // Large enough that its code is longer than a buffer.
        let noisy = RgbImage::from_fn(400, 300, |x, y| Rgb(colour.map(|part| part ^ ((x * 7 + y * 13) % 16) as u8)));
        Still::of_picture(&noisy.into(), Detail::Medium).jpeg
    }

    fn is_near(have: Rgb<u8>, wanted: [u8; 3]) -> bool {
        have.0.iter().zip(wanted).all(|(have, wanted)| have.abs_diff(wanted) < 20)
    }

    #[test]
    fn a_film_of_jpegs_plays_and_begins_again() {
        let film = COLOURS.map(plain).concat();
        assert!(film.len() > 3 * 8192, "{} bytes fit a buffer", film.len());
        let (_folder, eye) = open("film.mjpeg", &film);
        let mut eye = eye.unwrap();
        for colour in COLOURS.into_iter().cycle().take(7) {
            assert!(is_near(*picture(&mut *eye).get_pixel(200, 150), colour), "{colour:?}");
        }
    }

    #[test]
    fn a_thumbnail_within_a_jpeg_is_not_taken_for_a_picture() {
        let [outer, inner] = [COLOURS[0], COLOURS[2]].map(plain);
        let inner = &inner[..2000];
        let length = (inner.len() as u16 + 4).to_be_bytes();
        let note = [b"\xff\xe1", &length[..], inner, b"\xff\xd9"].concat();
        let (_folder, eye) = open("film.mjpeg", &[&outer[..2], &note, &outer[2..]].concat());
        let mut eye = eye.unwrap();
        for _ in 0..2 {
            assert!(is_near(*picture(&mut *eye).get_pixel(200, 150), COLOURS[0]));
        }
    }

    #[test]
    fn a_film_of_planes_plays_and_begins_again() {
        let mut film = b"YUV4MPEG2 W4 H2 F30:1 Ip A1:1 C420jpeg XYSCSS=420JPEG\n".to_vec();
        for level in [40, 120, 200] {
            film.extend(b"FRAME Ip\n");
            film.extend([[level; 8].as_slice(), &[128; 4]].concat());
        }
        let (_folder, eye) = open("film.y4m", &film);
        let mut eye = eye.unwrap();
        let levels: Vec<_> = (0..4).map(|_| picture(&mut *eye).get_pixel(3, 1).0[0]).collect();
        assert_eq!(levels, [28, 121, 214, 28]);
    }

    #[test]
    fn a_picture_that_is_cut_off_is_left_out() {
        let jpegs = [plain(COLOURS[0]), plain(COLOURS[1])[..900].to_vec()].concat();
        let planes = b"YUV4MPEG2 W4 H2 Cmono\nFRAME\n88888888FRAME\n888".to_vec();
        for (name, film) in [("film.mjpeg", jpegs), ("film.y4m", planes)] {
            let (_folder, eye) = open(name, &film);
            let mut eye = eye.unwrap();
            assert_eq!(picture(&mut *eye), picture(&mut *eye), "{name}");
        }
    }

    #[test]
    fn what_is_no_film_is_told() {
        for header in ["", "W4", "W4 H0", "W4 H-1", "W4 H9000", "W99999999999 H4", "W4 H4 C420p10", "W4 H4 C\u{e9}"] {
            let (_folder, eye) = open("film.y4m", format!("YUV4MPEG2 {header}\n").as_bytes());
            assert_eq!(eye.err(), Some(UNSUPPORTED), "{header}");
        }
        assert_eq!(open("film.mp4", b"\0\0\0\x18ftypisom").1.err(), Some(UNSUPPORTED));
        assert_eq!(open("empty", b"").1.err(), Some(UNSUPPORTED));
    }

    #[test]
    fn a_damaged_film_is_told() {
        for film in [
            &b"YUV4MPEG2 W4 H2\n"[..],
            b"YUV4MPEG2 W4 H2\nFRAME\n123",
            b"YUV4MPEG2 W4 H2\nDRAMA\n",
            b"\xff\xd8\xff",
            b"\xff\xd8\xff\xe0\0\0",
            b"\xff\xd8\xff\xd9",
            b"\xff\xd8hello",
        ] {
            let (_folder, eye) = open("film", film);
            assert!(matches!(eye.unwrap().look(), Err(CaptureError::System(_))), "{film:x?}");
        }
    }
}
