//! What kind of file something is, by its first bytes. Names lie.

use image::ImageFormat;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A picture that can be taken.
    Picture(ImageFormat),
    /// Something that is known and can't; its usual name.
    Other(&'static str),
    /// Nobody knows.
    Unknown,
}

/// Looks at the beginning of a file.
pub(crate) fn kind(bytes: &[u8]) -> Kind {
    match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif)) => {
            Kind::Picture(format)
        }
        Ok(ImageFormat::Bmp) => Kind::Other("BMP"),
        Ok(ImageFormat::Tiff) => Kind::Other("TIFF"),
        Ok(ImageFormat::Avif) => Kind::Other("AVIF"),
        Ok(ImageFormat::Ico) => Kind::Other("ICO"),
        _ => other(bytes).map_or(Kind::Unknown, Kind::Other),
    }
}

/// What people have and take for pictures.
fn other(bytes: &[u8]) -> Option<&'static str> {
    const HEIF: [&[u8]; 6] = [b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1"];
    let start = bytes.trim_ascii_start();
    if bytes.starts_with(b"%PDF-") {
        Some("PDF")
    } else if bytes.get(4..8) == Some(b"ftyp") {
        Some(if bytes.get(8..12).is_some_and(|brand| HEIF.contains(&brand)) { "HEIC" } else { "MP4" })
    } else if start.starts_with(b"<svg") || (start.starts_with(b"<?xml") && contains(start, b"<svg")) {
        Some("SVG")
    } else {
        None
    }
}

/// Whether something stands within the first kilobyte.
fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes[..bytes.len().min(1024)].windows(wanted.len()).any(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide() {
        for (bytes, expected) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Kind::Picture(ImageFormat::Png)),
            (b"\xff\xd8\xff\xe0....", Kind::Picture(ImageFormat::Jpeg)),
            (b"GIF89a....", Kind::Picture(ImageFormat::Gif)),
            (b"RIFF....WEBPVP8 ", Kind::Picture(ImageFormat::WebP)),
            (b"BM......", Kind::Other("BMP")),
            (b"\0\0\0\x18ftypheic", Kind::Other("HEIC")),
            (b"\0\0\0\x18ftypisom", Kind::Other("MP4")),
            (b"%PDF-1.7", Kind::Other("PDF")),
            (b"\n <svg xmlns=''>", Kind::Other("SVG")),
            (b"<?xml version='1.0'?><!-- --><svg>", Kind::Other("SVG")),
            (b"<?xml version='1.0'?><rss>", Kind::Unknown),
            (b"hello", Kind::Unknown),
            (b"", Kind::Unknown),
        ] {
            assert_eq!(kind(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
