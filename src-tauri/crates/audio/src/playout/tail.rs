//! The last 40 ms given to the speaker: what is repeated, and what a gap is bridged with.

/// The end of what has been given away, in the service's rate.
pub(super) struct Tail {
    rate: u32,
    heard: Vec<f32>,
    line: Vec<f32>,
    /// Samples of real sound since the last repetition.
    real: usize,
    /// How long that repetition was.
    period: usize,
}

impl Tail {
    pub(super) fn new(rate: u32) -> Self {
        Self { rate, heard: Vec::new(), line: Vec::new(), real: 0, period: 0 }
    }

    /// In Hz.
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// The last samples, 40 ms of them once there were that many.
    pub(super) fn heard(&self) -> &[f32] {
        &self.heard
    }

    /// Real sound was given away.
    pub(super) fn passed(&mut self, samples: &[f32]) {
        self.real = self.real.saturating_add(samples.len());
        self.append(samples);
    }

    /// A repetition was given away.
    pub(super) fn repeated(&mut self, samples: &[f32]) {
        (self.real, self.period) = (0, samples.len());
        self.append(samples);
    }

    /// A gap was bridged with this.
    pub(super) fn bridged(&mut self, samples: &[f32]) {
        self.append(samples);
    }

    /// Whether since the last repetition at least `apart` times its length of real sound went by.
    pub(super) fn may_repeat(&self, apart: usize) -> bool {
        self.real >= self.period * apart
    }

    /// Shows the heard and the coming samples as one line and the index where the coming ones begin.
    pub(super) fn with<T>(&mut self, coming: &[f32], look: impl FnOnce(&[f32], usize) -> T) -> T {
        self.line.clear();
        self.line.extend_from_slice(&self.heard);
        self.line.extend_from_slice(coming);
        look(&self.line, self.heard.len())
    }

    fn append(&mut self, samples: &[f32]) {
        let most = self.rate as usize / 25;
        let new = &samples[samples.len().saturating_sub(most)..];
        let surplus = (self.heard.len() + new.len()).saturating_sub(most);
        self.heard.drain(..surplus);
        self.heard.extend_from_slice(new);
    }
}
