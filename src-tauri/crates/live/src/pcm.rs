//! Sound on the wire: 16-bit signed little-endian mono samples.

/// Rate the service listens at, in Hz.
pub const INPUT_RATE: u32 = 16_000;

/// Rate of a reply that doesn't say its own, in Hz.
pub const OUTPUT_RATE: u32 = 24_000;

/// Media type of what we send.
pub const INPUT_MIME: &str = "audio/pcm;rate=16000";

/// Appends `samples` to `out` as little-endian bytes.
pub fn write_le(samples: &[i16], out: &mut Vec<u8>) {
    out.reserve(samples.len() * 2);
    for sample in samples {
        out.extend_from_slice(&sample.to_le_bytes());
    }
}

/// The rate a media type names, such as 24000 in `audio/pcm;rate=24000`; [`OUTPUT_RATE`] where it names none.
pub fn rate_of(mime_type: Option<&str>) -> u32 {
    mime_type
        .into_iter()
        .flat_map(|mime| mime.split(';').skip(1))
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("rate"))
        .and_then(|(_, rate)| rate.trim().trim_matches('"').parse().ok())
        .filter(|rate| (1_000..=384_000).contains(rate))
        .unwrap_or(OUTPUT_RATE)
}

/// Joins byte chunks into samples; a sample split between two chunks is carried over.
#[derive(Debug, Default)]
pub struct PcmReader {
    carry: Option<u8>,
}

impl PcmReader {
    /// The samples completed by `bytes`.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<i16> {
        let mut samples = Vec::with_capacity(bytes.len() / 2 + 1);
        let mut rest = bytes;
        if let (Some(low), Some((&high, tail))) = (self.carry, bytes.split_first()) {
            samples.push(i16::from_le_bytes([low, high]));
            self.carry = None;
            rest = tail;
        }
        let (pairs, odd) = rest.as_chunks::<2>();
        samples.extend(pairs.iter().map(|pair| i16::from_le_bytes(*pair)));
        if let [low] = odd {
            self.carry = Some(*low);
        }
        samples
    }

    /// Forgets a half sample, at the end of a reply.
    pub fn reset(&mut self) {
        self.carry = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_of_odd_sizes_lose_no_sample() {
        let samples: Vec<i16> = (0..1000).map(|n| n * 31 - 15_000).collect();
        let mut bytes = Vec::new();
        write_le(&samples, &mut bytes);
        for size in [1, 2, 3, 7, 333, 5000] {
            let mut reader = PcmReader::default();
            let read: Vec<i16> = bytes.chunks(size).flat_map(|chunk| reader.read(chunk)).collect();
            assert_eq!(read, samples, "in chunks of {size}");
        }
    }

    #[test]
    fn an_empty_chunk_keeps_the_half_sample() {
        let mut reader = PcmReader::default();
        assert!(reader.read(&[0x34]).is_empty());
        assert!(reader.read(&[]).is_empty());
        assert_eq!(reader.read(&[0x12]), [0x1234]);
    }

    #[test]
    fn the_rate_comes_from_the_media_type_and_is_24000_otherwise() {
        assert_eq!(rate_of(Some("audio/pcm;rate=16000")), 16_000);
        assert_eq!(rate_of(Some("audio/L16; codec=pcm; Rate=48000")), 48_000);
        for silent in [Some("audio/pcm"), Some("audio/pcm;rate=fast"), Some("audio/pcm;rate=0"), None] {
            assert_eq!(rate_of(silent), 24_000, "{silent:?}");
        }
    }
}
