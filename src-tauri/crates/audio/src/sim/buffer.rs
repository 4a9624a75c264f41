//! Samples as a simulated device hands them over.

use cpal::{Data, Error, ErrorKind, I24, Sample, SampleFormat, SizedSample};

/// Samples in the device's own format.
pub(super) enum Buffer {
    F32(Vec<f32>),
    I16(Vec<i16>),
    U16(Vec<u16>),
    I24(Vec<I24>),
    I32(Vec<i32>),
    U8(Vec<u8>),
}

macro_rules! each_format {
    ($buffer:expr, |$samples:ident| $body:expr) => {
        match $buffer {
            Buffer::F32($samples) => $body,
            Buffer::I16($samples) => $body,
            Buffer::U16($samples) => $body,
            Buffer::I24($samples) => $body,
            Buffer::I32($samples) => $body,
            Buffer::U8($samples) => $body,
        }
    };
}

impl Buffer {
    pub(super) fn new(format: SampleFormat) -> Result<Self, Error> {
        match format {
            SampleFormat::F32 => Ok(Self::F32(Vec::new())),
            SampleFormat::I16 => Ok(Self::I16(Vec::new())),
            SampleFormat::U16 => Ok(Self::U16(Vec::new())),
            SampleFormat::I24 => Ok(Self::I24(Vec::new())),
            SampleFormat::I32 => Ok(Self::I32(Vec::new())),
            SampleFormat::U8 => Ok(Self::U8(Vec::new())),
            _ => Err(Error::new(ErrorKind::UnsupportedConfig)),
        }
    }

    pub(super) fn write(&mut self, len: usize, signal: impl Fn(usize) -> f32) {
        each_format!(self, |samples| {
            samples.clear();
            for i in 0..len {
                samples.push(Sample::from_sample(signal(i)));
            }
        });
    }

    pub(super) fn read(&self, into: &mut Vec<f32>) {
        each_format!(self, |samples| into.extend(samples.iter().map(|sample| f32::from_sample(*sample))));
    }

    pub(super) fn data(&mut self) -> Data {
        each_format!(self, |samples| as_data(samples))
    }
}

#[expect(unsafe_code, reason = "cpal offers hosts no other way to hand over samples")]
fn as_data<T: SizedSample>(samples: &mut [T]) -> Data {
    // SAFETY: pointer, length and format are those of one live slice, which the caller keeps alive
    // and untouched while the callback runs.
    unsafe { Data::from_parts(samples.as_mut_ptr().cast(), samples.len(), T::FORMAT) }
}
