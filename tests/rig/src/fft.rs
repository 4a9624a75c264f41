//! The discrete Fourier transform of power-of-two lengths: enough to correlate minutes of sound quickly.

use std::f64::consts::TAU;

/// A complex number.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Complex {
    pub(crate) re: f64,
    pub(crate) im: f64,
}

impl Complex {
    fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

/// Transforms in place; `inverse` includes the division by the length. The length must be a power of two.
fn transform(values: &mut [Complex], inverse: bool) {
    let n = values.len();
    assert!(n.is_power_of_two(), "length {n} is not a power of two");
    if n < 2 {
        return;
    }
    let shift = usize::BITS - n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> shift;
        if i < j {
            values.swap(i, j);
        }
    }
    let sign = if inverse { 1.0 } else { -1.0 };
    let roots: Vec<Complex> = (0..n / 2)
        .map(|k| {
            let angle = sign * TAU * k as f64 / n as f64;
            Complex { re: angle.cos(), im: angle.sin() }
        })
        .collect();
    let mut half = 1;
    while half < n {
        let stride = n / (2 * half);
        for block in values.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for (k, (a, b)) in low.iter_mut().zip(high).enumerate() {
                let turned = b.times(roots[k * stride]);
                *b = Complex { re: a.re - turned.re, im: a.im - turned.im };
                *a = Complex { re: a.re + turned.re, im: a.im + turned.im };
            }
        }
        half *= 2;
    }
    if inverse {
        for value in values {
            value.re /= n as f64;
            value.im /= n as f64;
        }
    }
}

/// `sums[lag] = Σ reference[i] · heard[i + lag]` for every lag from 0 to `heard.len() - 1`.
pub(crate) fn correlate(reference: &[f32], heard: &[f32]) -> Vec<f64> {
    let n = (reference.len() + heard.len()).next_power_of_two();
    let spectrum = |samples: &[f32]| {
        let mut values = vec![Complex::default(); n];
        for (value, sample) in values.iter_mut().zip(samples) {
            value.re = f64::from(*sample);
        }
        transform(&mut values, false);
        values
    };
    let mut product = spectrum(heard);
    for (h, r) in product.iter_mut().zip(spectrum(reference)) {
        *h = h.times(Complex { re: r.re, im: -r.im });
    }
    transform(&mut product, true);
    product[..heard.len()].iter().map(|value| value.re).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forth_and_back_is_the_same() {
        let mut values: Vec<Complex> =
            (0..64).map(|i| Complex { re: f64::from(i * i % 17), im: f64::from(i % 5) }).collect();
        let before = values.clone();
        transform(&mut values, false);
        transform(&mut values, true);
        for (a, b) in values.iter().zip(before) {
            assert!((a.re - b.re).abs() < 1e-9 && (a.im - b.im).abs() < 1e-9);
        }
    }

    #[test]
    fn the_correlation_equals_the_plain_sum() {
        let reference = [1.0, -2.0, 3.0];
        let heard = [0.5, 1.0, -2.0, 3.0, 0.25];
        let sums = correlate(&reference, &heard);
        for (lag, sum) in sums.iter().enumerate() {
            let plain: f32 = reference.iter().zip(&heard[lag..]).map(|(r, h)| r * h).sum();
            assert!((sum - f64::from(plain)).abs() < 1e-6, "lag {lag}");
        }
    }
}
