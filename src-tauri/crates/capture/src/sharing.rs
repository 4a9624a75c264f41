//! Looking again and again, and telling what is new.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::change::ChangeFilter;
use crate::error::CaptureError;
use crate::eye::{self, Eye, Glance};
use crate::source::SourceId;
use crate::still::{Detail, Still};

/// The service takes one picture a second at most.
pub const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);

/// How a source is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// From one look to the next; [`SHORTEST_INTERVAL`] if it is shorter.
    pub interval: Duration,
    /// How large the pictures are.
    pub detail: Detail,
}

impl Default for Options {
    fn default() -> Self {
        Self { interval: SHORTEST_INTERVAL, detail: Detail::default() }
    }
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The source is open and can be seen. Once, before the first frame.
    Started {
        /// Width of the pictures before they are made smaller to be sent, pixels; of very large displays half their own.
        width: u32,
        /// Height, pixels, likewise.
        height: u32,
    },
    /// Something new.
    Frame(Frame),
    /// Nothing new.
    Unchanged,
    /// It is there and can't be seen: a minimised window. Once, until it is seen again.
    Hidden,
    /// It was closed or unplugged. Nothing follows.
    Vanished,
    /// It can't be seen. Nothing follows.
    Failed(CaptureError),
}

/// A picture to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The picture.
    pub still: Still,
    /// When the pixels were read.
    pub captured_at: Instant,
}

/// A source that is looked at by a thread of its own. Ends when dropped.
#[derive(Debug)]
pub struct Sharing {
    /// Nothing while it is dropped.
    orders: Option<Sender<Order>>,
    ended: Receiver<()>,
    patience: Duration,
}

enum Order {
    Pause,
    Resume,
    Detail(Detail),
}

impl Sharing {
    /// Opens a source and tells what is seen, from the thread that looks; the next look is an interval after `tell` returned, so
    /// that there are never two frames within one. Fails only if the system has no thread to give.
    pub fn start(
        source: SourceId,
        options: Options,
        tell: impl FnMut(Seen) + Send + 'static,
    ) -> Result<Self, CaptureError> {
        let options = Options { interval: options.interval.max(SHORTEST_INTERVAL), ..options };
        Self::of(move || eye::open(&source), options, tell)
    }

    /// With any interval and anything that can be looked at.
    pub(crate) fn of(
        open: impl Fn() -> Result<Box<dyn Eye>, CaptureError> + Send + 'static,
        options: Options,
        mut tell: impl FnMut(Seen) + Send + 'static,
    ) -> Result<Self, CaptureError> {
        let (orders, given) = mpsc::channel();
        let (ending, ended) = mpsc::channel();
        let look = move || {
            let _ending: Sender<()> = ending;
            // Libraries read here what devices send. One that fails must not end without a word.
            let run = panic::catch_unwind(AssertUnwindSafe(|| run(&open, options, &given, &mut tell)));
            match run {
                Ok(Ok(())) => {}
                Ok(Err(CaptureError::Gone)) => tell(Seen::Vanished),
                Ok(Err(error)) => tell(Seen::Failed(error)),
                Err(_) => tell(Seen::Failed(CaptureError::System("looking at it failed unexpectedly".to_owned()))),
            }
        };
        thread::Builder::new().name("capture".to_owned()).spawn(look)?;
        Ok(Self { orders: Some(orders), ended, patience: options.interval })
    }

    /// Closes the source until [`resume`](Self::resume): a camera's lamp goes off.
    pub fn pause(&self) {
        self.order(Order::Pause);
    }

    /// Opens it again. It may have vanished meanwhile.
    pub fn resume(&self) {
        self.order(Order::Resume);
    }

    /// Takes pictures of another size. The next one is sent whether it shows something new or not.
    pub fn set_detail(&self, detail: Detail) {
        self.order(Order::Detail(detail));
    }

    fn order(&self, order: Order) {
        // A sharing that has ended takes none.
        let _ = self.orders.as_ref().map(|orders| orders.send(order));
    }
}

impl Drop for Sharing {
    fn drop(&mut self) {
        self.orders = None;
        // The thread ends at once but for a look it may be at. A display or a camera that hangs must not hang the program too: past
        // the interval the thread is left to itself, and ends with the look.
        let _ = self.ended.recv_timeout(self.patience);
    }
}

/// Looks until the orders end (which is no error) or it can't.
fn run(
    open: &impl Fn() -> Result<Box<dyn Eye>, CaptureError>,
    options: Options,
    orders: &Receiver<Order>,
    tell: &mut impl FnMut(Seen),
) -> Result<(), CaptureError> {
    let mut watch = Watch::new(options.detail);
    let mut eye = Some(open()?);
    loop {
        if let Some(eye) = &mut eye {
            let glance = eye.look()?;
            watch.saw(glance, Instant::now(), tell);
        }
        let due = Instant::now() + options.interval;
        loop {
            let left = due.saturating_duration_since(Instant::now());
            // While it is paused there is nothing to wait for but orders.
            let order = if eye.is_some() {
                orders.recv_timeout(left)
            } else {
                orders.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match order {
                Ok(Order::Pause) => eye = None,
                Ok(Order::Resume) if eye.is_none() => eye = Some(open()?),
                Ok(Order::Resume) => {}
                Ok(Order::Detail(detail)) => watch.set_detail(detail),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }
}

/// What is told of each look.
#[derive(Debug)]
struct Watch {
    filter: ChangeFilter,
    detail: Detail,
    has_started: bool,
    is_hidden: bool,
}

impl Watch {
    fn new(detail: Detail) -> Self {
        Self { filter: ChangeFilter::new(), detail, has_started: false, is_hidden: false }
    }

    fn set_detail(&mut self, detail: Detail) {
        self.detail = detail;
        self.filter.forget();
    }

    fn saw(&mut self, glance: Glance, captured_at: Instant, tell: &mut impl FnMut(Seen)) {
        let picture = match glance {
            Glance::Picture(picture) => picture,
            Glance::Hidden => {
                if !std::mem::replace(&mut self.is_hidden, true) {
                    tell(Seen::Hidden);
                }
                return;
            }
        };
        self.is_hidden = false;
        if !std::mem::replace(&mut self.has_started, true) {
            tell(Seen::Started { width: picture.width(), height: picture.height() });
        }
        if self.filter.admits(&picture) {
            let still = Still::of_picture(&picture.into(), self.detail);
            tell(Seen::Frame(Frame { still, captured_at }));
        } else {
            tell(Seen::Unchanged);
        }
    }
}

#[cfg(test)]
mod tests;
