//! The thread a [`KeyStore`] lives on, and what the engine hears of it.

use std::future;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::{Kept, KeyError, KeyPlace, KeyStore, KeychainError};

/// Who needs the key waits that long at most: a keychain that asks for a password takes as long as its owner. One that
/// is open answers in about 20 ms.
const MOMENT: Duration = Duration::from_secs(2);

/// After that the user is told: the system's prompt may be hidden, or there may be none.
const LIMIT: Duration = Duration::from_mins(1);

/// Asks a [`KeyStore`] without waiting for it. A later request takes the place of one that hasn't begun.
#[derive(Debug)]
pub(crate) struct Vault {
    requests: SyncSender<Request>,
    answers: mpsc::Receiver<Kept>,
    /// What the thread is at.
    pending: Option<Pending>,
    /// What it is to do next.
    next: Option<Request>,
    moment: Duration,
    limit: Duration,
}

/// What the engine hears.
#[derive(Debug)]
pub(crate) enum News {
    /// It takes longer than a moment: go on with what there is, the answer will follow.
    Slow,
    /// Longer still: the user should know. The answer may follow all the same.
    Overdue(KeyError),
    /// Done.
    Done(Kept),
}

#[derive(Debug)]
enum Request {
    Load,
    Set(SecretString, KeyPlace),
    Forget,
}

#[derive(Debug, Clone, Copy)]
struct Pending {
    since: Instant,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Fresh,
    Slow,
    Overdue,
}

impl Vault {
    /// Starts the thread, which begins with loading.
    pub(crate) fn spawn(store: KeyStore) -> Self {
        Self::with_patience(store, MOMENT, LIMIT)
    }

    fn with_patience(store: KeyStore, moment: Duration, limit: Duration) -> Self {
        let (requests, queue) = sync_channel(1);
        let (sender, answers) = mpsc::channel(1);
        let spawned = thread::Builder::new().name("keys".into()).spawn(move || serve(store, &queue, &sender));
        if let Err(error) = spawned {
            tracing::error!(%error, "the thread for the keychain could not be started");
        }
        let mut vault = Self { requests, answers, pending: None, next: None, moment, limit };
        vault.ask(Request::Load);
        vault
    }

    /// Keeps a key, or forgets all.
    pub(crate) fn set(&mut self, key: Option<SecretString>, place: KeyPlace) {
        self.ask(key.map_or(Request::Forget, |key| Request::Set(key, place)));
    }

    /// Whether the answer may still come within a moment.
    pub(crate) fn is_undecided(&self) -> bool {
        self.pending.is_some_and(|pending| pending.stage == Stage::Fresh)
    }

    /// The next thing to hear; never comes back where nothing was asked. May be dropped and called again.
    pub(crate) async fn news(&mut self) -> News {
        loop {
            let Some(pending) = self.pending else { return future::pending().await };
            let due = match pending.stage {
                Stage::Fresh => Some((pending.since + self.moment, Stage::Slow)),
                Stage::Slow => Some((pending.since + self.limit, Stage::Overdue)),
                Stage::Overdue => None,
            };
            let timer = async {
                match due {
                    Some((at, stage)) => {
                        sleep_until(at).await;
                        stage
                    }
                    None => future::pending().await,
                }
            };
            tokio::select! {
                biased;
                answer = self.answers.recv() => {
                    self.pending = None;
                    match (answer, self.next.take()) {
                        (Some(_), Some(next)) => self.ask(next),
                        (Some(kept), None) => return News::Done(kept),
                        (None, _) => return News::Overdue(KeychainError::Silent.into()),
                    }
                }
                stage = timer => {
                    self.pending = Some(Pending { stage, ..pending });
                    return match stage {
                        Stage::Overdue => News::Overdue(KeychainError::Silent.into()),
                        _ => News::Slow,
                    };
                }
            }
        }
    }

    fn ask(&mut self, request: Request) {
        let fresh = Pending { since: Instant::now(), stage: Stage::Fresh };
        if self.pending.replace(fresh).is_some() {
            self.next = Some(request);
        } else if self.requests.try_send(request).is_err() {
            tracing::error!("the thread for the keychain has ended");
        }
    }
}

/// Ends when the vault is gone; a prompt of the system under way keeps only this thread.
fn serve(mut store: KeyStore, requests: &Receiver<Request>, answers: &mpsc::Sender<Kept>) {
    while let Ok(request) = requests.recv() {
        let kept = match request {
            Request::Load => store.load(),
            Request::Set(key, place) => store.set(key, place),
            Request::Forget => store.forget(),
        };
        tracing::info!(place = ?kept.status.place, keychain = kept.status.keychain, "API key");
        if answers.blocking_send(kept).is_err() {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::mpsc as blocking;

    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::secret::Keychain;

    /// A keychain that answers each call only when the test says so.
    struct Prompting(blocking::Receiver<()>);

    impl Prompting {
        fn wait(&self) -> Result<(), KeychainError> {
            self.0.recv().map_err(|_| KeychainError::Locked("dismissed".into()))
        }
    }

    impl Keychain for Prompting {
        fn probe(&mut self) -> Result<(), KeychainError> {
            self.wait()
        }
        fn load(&mut self) -> Result<Option<SecretString>, KeychainError> {
            self.wait().map(|()| Some("from the keychain".into()))
        }
        fn store(&mut self, _: &SecretString) -> Result<(), KeychainError> {
            self.wait()
        }
        fn forget(&mut self) -> Result<(), KeychainError> {
            self.wait()
        }
    }

    fn prompting(moment_ms: u64, limit_ms: u64) -> (Vault, blocking::Sender<()>) {
        let (unlock, prompt) = blocking::channel();
        let store = KeyStore::new().with_keychain(Prompting(prompt));
        let vault = Vault::with_patience(store, Duration::from_millis(moment_ms), Duration::from_millis(limit_ms));
        (vault, unlock)
    }

    #[tokio::test]
    async fn a_prompt_holds_nobody_up_and_its_answer_still_counts() {
        let (mut vault, unlock) = prompting(1, 2);
        assert!(vault.is_undecided());
        assert!(matches!(vault.news().await, News::Slow));
        assert!(!vault.is_undecided());
        assert!(matches!(vault.news().await, News::Overdue(KeyError::Keychain(KeychainError::Silent))));
        unlock.send(()).unwrap();
        let News::Done(kept) = vault.news().await else { panic!("no answer") };
        assert_eq!(kept.key.unwrap().expose_secret(), "from the keychain");
    }

    #[tokio::test]
    async fn the_last_of_many_requests_counts() {
        let (mut vault, unlock) = prompting(60_000, 60_000);
        vault.set(Some("first".into()), KeyPlace::Keychain);
        vault.set(None, KeyPlace::Keychain);
        vault.set(Some("last".into()), KeyPlace::Keychain);
        unlock.send(()).unwrap();
        unlock.send(()).unwrap();
        let News::Done(kept) = vault.news().await else { panic!("no answer") };
        assert_eq!(kept.key.unwrap().expose_secret(), "last");
        assert_eq!(kept.status.place, Some(KeyPlace::Keychain));
    }

    #[tokio::test]
    async fn a_dismissed_prompt_is_an_answer() {
        let (mut vault, unlock) = prompting(60_000, 60_000);
        drop(unlock);
        let News::Done(kept) = vault.news().await else { panic!("no answer") };
        assert!(matches!(kept.fault, Some(KeyError::Keychain(KeychainError::Locked(_)))));
    }

    #[test]
    fn printing_a_vault_does_not_print_the_key() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _inside = runtime.enter();
        let (mut vault, _unlock) = prompting(1, 1);
        vault.set(Some("hush".into()), KeyPlace::File);
        assert!(!format!("{vault:?}").contains("hush"));
    }
}
