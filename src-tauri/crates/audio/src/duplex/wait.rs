//! How the audio thread waits for its next order.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

/// Waits for an order, at most this long.
#[cfg(not(windows))]
pub(super) fn wait<T>(orders: &Receiver<T>, limit: Duration) -> Result<T, RecvTimeoutError> {
    orders.recv_timeout(limit)
}

/// Waits for an order, at most this long. Windows ends a wait with a time limit at the next tick of its clock, up to 15.6 ms
/// late; a sleep there is exact to half a millisecond. So short waits are naps, and an order is seen a nap late at most.
#[cfg(windows)]
pub(super) fn wait<T>(orders: &Receiver<T>, limit: Duration) -> Result<T, RecvTimeoutError> {
    use std::sync::mpsc::TryRecvError;

    /// Waits longer than this may end a tick late.
    const SHORT: Duration = Duration::from_millis(30);
    const NAP: Duration = Duration::from_millis(2);

    if limit > SHORT {
        return orders.recv_timeout(limit);
    }
    let mut left = limit;
    loop {
        match orders.try_recv() {
            Ok(order) => return Ok(order),
            Err(TryRecvError::Disconnected) => return Err(RecvTimeoutError::Disconnected),
            Err(TryRecvError::Empty) if left.is_zero() => return Err(RecvTimeoutError::Timeout),
            Err(TryRecvError::Empty) => {}
        }
        let nap = left.min(NAP);
        std::thread::sleep(nap);
        left -= nap;
    }
}
