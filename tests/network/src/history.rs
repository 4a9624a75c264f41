//! What the service must have heard in the end.

use std::sync::Arc;

use vivavoce_simulator::HeardTurn;

/// How the turns of a conversation are known to the service.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// As they were said, sample for sample.
    pub(crate) in_sound: usize,
    /// Answered on a connection that broke before the service had saved them, and told in words afterwards.
    pub(crate) in_words: usize,
}

/// Checks that the session in which `said` ended knows all of it, in order and once.
///
/// The words of a turn that was talked over may come when the next one has begun, and nothing says then whose they are:
/// the session adds them to the next, and where that is told in words they are told with it.
pub(crate) fn check(sessions: &[Vec<Arc<HeardTurn>>], said: &[Vec<i16>]) -> Result<Known, String> {
    let last = said.last().ok_or("nothing was said")?;
    let ended = |history: &&Vec<Arc<HeardTurn>>| history.last().is_some_and(|turn| turn.pcm() == *last);
    let history = sessions.iter().rev().find(ended).ok_or_else(|| format!("nobody heard the end: {sessions:?}"))?;
    let (mut known, mut turns) = (Known::default(), 0usize);
    for heard in history {
        match heard.seeded.as_deref() {
            Some("user") => {
                for words in heard.text.split_inclusive(')') {
                    let words_of = |turn: usize| said.get(turn).map(|said| words_for(said));
                    let before = turns.checked_sub(1).and_then(words_of);
                    if words_of(turns).as_deref() == Some(words.trim()) {
                        turns += 1;
                        known.in_words += 1;
                    } else if before.as_deref() != Some(words.trim()) {
                        return Err(format!("{words:?} instead of turn {}: {:?}", turns + 1, words_of(turns)));
                    }
                }
            }
            Some(_) => {}
            None => {
                let pcm = heard.pcm();
                if said.get(turns) != Some(&pcm) {
                    return Err(format!("{} instead of turn {}", describe(&pcm, said), turns + 1));
                }
                turns += 1;
                known.in_sound += 1;
            }
        }
    }
    if turns == said.len() { Ok(known) } else { Err(format!("{turns} turns of {}", said.len())) }
}

/// The transcript the simulator gives of an echoed turn.
fn words_for(said: &[i16]) -> String {
    format!("(you spoke for {:.1} s)", said.len() as f64 / 16_000.0)
}

fn describe(pcm: &[i16], said: &[Vec<i16>]) -> String {
    if let Some(turn) = said.iter().position(|said| said == pcm) {
        return format!("turn {}", turn + 1);
    }
    let place = said.iter().enumerate().find_map(|(turn, said)| {
        let start = pcm.get(..16)?;
        let at = said.windows(16).position(|window| window == start)?;
        Some(format!(", which begin at {at} of turn {}", turn + 1))
    });
    format!("{} samples{}", pcm.len(), place.unwrap_or_default())
}
