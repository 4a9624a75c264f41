//! The program's icon, small, with a mark for the state. Marks differ in shape and not only in colour.

use vivavoce_engine::Phase;

/// What the icon tells at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Off: the bars are faint.
    Faint,
    /// Ready: nothing is added.
    Plain,
    /// The microphone is listened to: a disc.
    Listening,
    /// Something is being waited for: a ring.
    Busy,
    /// The answer is heard: a triangle, as on players.
    Speaking,
    /// Muted: struck through.
    Muted,
    /// The user is needed: a square on its corner with a stroke.
    Alarm,
}

impl Mark {
    pub(super) fn of(phase: Phase, muted: bool) -> Self {
        match phase {
            Phase::Error => Self::Alarm,
            Phase::Speaking => Self::Speaking,
            Phase::OpeningMicrophone | Phase::Connecting | Phase::Waiting | Phase::Thinking | Phase::Reconnecting => {
                Self::Busy
            }
            Phase::Paused => Self::Muted,
            Phase::Listening | Phase::Ready | Phase::Off if muted => Self::Muted,
            Phase::Listening => Self::Listening,
            Phase::Ready => Self::Plain,
            Phase::Off => Self::Faint,
        }
    }

    /// The icon with this mark: `size` × `size` pixels of red, green, blue and opacity, a byte each.
    pub(super) fn draw(self, size: u32) -> Vec<u8> {
        let mut pixels = Vec::with_capacity((size * size * 4) as usize);
        let scale = 1.0 / size as f32;
        for y in 0..size {
            for x in 0..size {
                pixels.extend(self.pixel((x as f32 + 0.5) * scale, (y as f32 + 0.5) * scale, scale));
            }
        }
        pixels
    }

    /// The colour at a point of the unit square, whose pixels are so large.
    fn pixel(self, x: f32, y: f32, pixel: f32) -> [u8; 4] {
        let mut colour = Colour([0.0; 4]);
        // How much of the pixel lies within a shape, from the distance to its edge.
        let within = |distance: f32| (0.5 - distance / pixel).clamp(0.0, 1.0);
        colour.lay(GROUND, within(rounded(x - 0.5, y - 0.5, 0.47, 0.22)));
        let faint = if self == Self::Faint { 0.45 } else { 1.0 };
        for (at, length, paint) in BARS {
            colour.lay(paint, faint * within(line((x, y), (at, TOP), (at, TOP + length)) - 0.042));
        }
        let (dx, dy) = (x - BADGE, y - BADGE);
        let far = dx.hypot(dy);
        if !matches!(self, Self::Faint | Self::Plain | Self::Muted) {
            // A gap around the badge sets it off from the bars.
            colour.erase(within(far - 0.31));
        }
        match self {
            Self::Faint | Self::Plain => {}
            Self::Listening => colour.lay(RED, within(far - 0.25)),
            Self::Busy => colour.lay(AMBER, within((far - 0.18).abs() - 0.065)),
            Self::Speaking => {
                // Right of its upright side, left of its two slanting ones.
                let slant = (dx - 0.24) * 0.5 + dy.abs() * 0.866;
                colour.lay(GREEN, within((-0.2 - dx).max(slant)));
            }
            Self::Muted => {
                let stroke = line((x, y), (0.14, 0.86), (0.86, 0.14));
                colour.erase(within(stroke - 0.115));
                colour.lay(RED, within(stroke - 0.065));
            }
            Self::Alarm => {
                colour.lay(AMBER, within((dx.abs() + dy.abs() - 0.28) * 0.707));
                colour.lay(GROUND, within(line((dx, dy), (0.0, -0.12), (0.0, 0.03)) - 0.035));
                colour.lay(GROUND, within(dx.hypot(dy - 0.13) - 0.04));
            }
        }
        colour.bytes()
    }
}

/// The bars' upper ends, and each bar's place, length and colour.
const TOP: f32 = 0.3;
const BARS: [(f32, f32, [f32; 3]); 5] =
    [(0.242, 0.125, PALE), (0.371, 0.265, PALE), (0.5, 0.39, CORAL), (0.629, 0.265, PALE), (0.758, 0.125, PALE)];
/// Both coordinates of the badge's centre.
const BADGE: f32 = 0.72;

const GROUND: [f32; 3] = [0.15, 0.14, 0.125];
const PALE: [f32; 3] = [0.957, 0.937, 0.902];
const CORAL: [f32; 3] = [1.0, 0.478, 0.361];
const RED: [f32; 3] = [0.91, 0.2, 0.2];
const AMBER: [f32; 3] = [1.0, 0.74, 0.2];
/// Lighter than the red by what somebody who sees no colours needs.
const GREEN: [f32; 3] = [0.25, 0.82, 0.47];

/// Red, green, blue, each times the opacity, and the opacity.
struct Colour([f32; 4]);

impl Colour {
    fn lay(&mut self, paint: [f32; 3], opacity: f32) {
        let over = [paint[0] * opacity, paint[1] * opacity, paint[2] * opacity, opacity];
        for (under, over) in self.0.iter_mut().zip(over) {
            *under = over + *under * (1.0 - opacity);
        }
    }

    fn erase(&mut self, opacity: f32) {
        for part in &mut self.0 {
            *part *= 1.0 - opacity;
        }
    }

    fn bytes(&self) -> [u8; 4] {
        let [red, green, blue, opacity] = self.0;
        let part = |value: f32| if opacity > 0.0 { (value / opacity * 255.0).round() as u8 } else { 0 };
        [part(red), part(green), part(blue), (opacity * 255.0).round() as u8]
    }
}

/// Distance from a square with round corners around the origin.
fn rounded(x: f32, y: f32, half: f32, radius: f32) -> f32 {
    let (dx, dy) = (x.abs() - half + radius, y.abs() - half + radius);
    dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - radius
}

/// Distance from a line between two points.
fn line((x, y): (f32, f32), (ax, ay): (f32, f32), (bx, by): (f32, f32)) -> f32 {
    let (dx, dy) = (bx - ax, by - ay);
    let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (x - ax - along * dx).hypot(y - ay - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Mark; 7] =
        [Mark::Faint, Mark::Plain, Mark::Listening, Mark::Busy, Mark::Speaking, Mark::Muted, Mark::Alarm];

    #[test]
    fn every_mark_has_a_shape_of_its_own_even_without_colours() {
        for size in [22, 64] {
            let greys: Vec<Vec<i32>> = ALL.map(|mark| grey(&mark.draw(size))).into();
            for (first, one) in greys.iter().enumerate() {
                for (second, other) in greys.iter().enumerate().skip(first + 1) {
                    let changed = one.iter().zip(other).filter(|(a, b)| (*a - *b).abs() > 48).count();
                    let share = changed as f32 / (size * size) as f32;
                    assert!(share > 0.02, "{:?} and {:?} at {size}: {share}", ALL[first], ALL[second]);
                }
            }
        }
    }

    /// As seen on a middle ground by somebody who sees no colours.
    fn grey(pixels: &[u8]) -> Vec<i32> {
        let of = |pixel: &[u8]| {
            let light = (i32::from(pixel[0]) * 2 + i32::from(pixel[1]) * 5 + i32::from(pixel[2])) / 8;
            (light * i32::from(pixel[3]) + 128 * (255 - i32::from(pixel[3]))) / 255
        };
        pixels.chunks_exact(4).map(of).collect()
    }

    #[test]
    fn a_muted_microphone_shows_unless_something_else_counts_more() {
        for phase in [Phase::Off, Phase::Ready, Phase::Listening, Phase::Paused] {
            assert_eq!(Mark::of(phase, true), Mark::Muted);
        }
        assert_eq!(Mark::of(Phase::Error, true), Mark::Alarm);
        assert_eq!(Mark::of(Phase::Speaking, true), Mark::Speaking);
    }
}
