//! Which device to use: the first of the preferred ones that is there, else the system's default.

use crate::device::{DeviceId, DeviceInfo, Direction, default_of};

/// What a fresh list of devices means for an open one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// It goes on.
    Stay,
    /// It is gone.
    Lost,
    /// A preferred one has come back, or the system's default is another now.
    To(DeviceId),
}

/// What to try, in order. A file that stands in is always there; after it nothing is tried.
pub(crate) fn candidates(preferred: &[DeviceId]) -> Vec<DeviceId> {
    let mut all: Vec<DeviceId> = Vec::new();
    for id in preferred {
        if !all.contains(id) {
            all.push(id.clone());
        }
    }
    if !all.iter().any(DeviceId::is_default) {
        all.push(DeviceId::default());
    }
    all
}

/// See [`Move`].
pub(crate) fn better(direction: Direction, preferred: &[DeviceId], open: &DeviceId, devices: &[DeviceInfo]) -> Move {
    if open.wav_path().is_some() {
        return Move::Stay;
    }
    let is_there = |id: &DeviceId| devices.iter().any(|device| device.direction == direction && device.id == *id);
    let wanted = candidates(preferred).into_iter().find_map(|id| {
        if id.is_default() {
            default_of(devices, direction).map(|device| device.id.clone())
        } else {
            Some(id).filter(&is_there)
        }
    });
    let wants_system = preferred.first().is_none_or(DeviceId::is_default);
    let is_preferred = wanted.as_ref().is_some_and(|wanted| wants_system || preferred.contains(wanted));
    match wanted {
        _ if !is_there(open) => Move::Lost,
        // Whoever chose a device that is gone doesn't follow the default from one to the next.
        Some(wanted) if wanted != *open && is_preferred => Move::To(wanted),
        _ => Move::Stay,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn device(name: &str, is_default: bool) -> DeviceInfo {
        DeviceInfo {
            id: id(name),
            name: name.to_owned(),
            direction: Direction::Input,
            is_default,
            is_monitor: false,
            is_bluetooth: false,
        }
    }

    fn id(name: &str) -> DeviceId {
        if name == "default" { DeviceId::default() } else { DeviceId::of_host("host", name) }
    }

    fn found(preferred: &[&str], open: &str, devices: &[&str]) -> Move {
        let preferred: Vec<DeviceId> = preferred.iter().map(|name| id(name)).collect();
        let devices: Vec<DeviceInfo> =
            devices.iter().enumerate().map(|(index, name)| device(name, index == 0)).collect();
        better(Direction::Input, &preferred, &id(open), &devices)
    }

    #[test]
    fn the_first_preferred_device_that_is_there_is_taken() {
        assert_eq!(found(&["headset", "desk"], "desk", &["laptop", "desk", "headset"]), Move::To(id("headset")));
        assert_eq!(found(&["headset", "desk"], "laptop", &["laptop", "desk"]), Move::To(id("desk")));
        assert_eq!(found(&["headset", "desk"], "headset", &["laptop", "desk", "headset"]), Move::Stay);
    }

    #[test]
    fn without_a_preference_the_default_is_followed() {
        assert_eq!(found(&[], "laptop", &["desk", "laptop"]), Move::To(id("desk")));
        assert_eq!(found(&["default"], "laptop", &["desk", "laptop"]), Move::To(id("desk")));
        assert_eq!(found(&["headset", "default"], "desk", &["desk", "laptop"]), Move::Stay);
    }

    #[test]
    fn what_stands_in_for_a_missing_device_stays() {
        assert_eq!(found(&["headset"], "laptop", &["desk", "laptop"]), Move::Stay);
        assert_eq!(found(&["headset"], "laptop", &["desk"]), Move::Lost);
    }

    #[test]
    fn every_candidate_is_tried_once_and_the_default_last() {
        let preferred = [id("headset"), id("headset"), id("desk")];
        assert_eq!(candidates(&preferred), [id("headset"), id("desk"), DeviceId::default()]);
        assert_eq!(candidates(&[]), [DeviceId::default()]);
    }
}
