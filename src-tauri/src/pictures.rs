//! Pictures on their way into a message: made ready, and kept until it is sent.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use vivavoce_engine::{PICTURE_TOKENS, Picture, PictureError};

use crate::view::{Attachment, CommandError, PictureRefusal};

/// So many wait at most; a message with more is no message.
const MOST: usize = 8;

/// Pictures that wait for their message.
#[derive(Default)]
pub(crate) struct Pictures(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    next: u64,
    pictures: BTreeMap<u64, Picture>,
}

impl Pictures {
    /// Whether one more may come.
    pub(crate) fn has_room(&self) -> Result<(), CommandError> {
        if self.lock().pictures.len() < MOST { Ok(()) } else { Err(refused(PictureRefusal::TooMany, None)) }
    }

    /// Keeps one that is ready.
    pub(crate) fn keep(&self, picture: Picture) -> Result<Attachment, CommandError> {
        self.has_room()?;
        let mut waiting = self.lock();
        waiting.next += 1;
        let id = waiting.next;
        let thumbnail = picture.thumbnail.clone();
        waiting.pictures.insert(id, picture);
        Ok(Attachment { id, thumbnail, tokens: PICTURE_TOKENS })
    }

    /// Forgets one.
    pub(crate) fn drop_one(&self, id: u64) {
        self.lock().pictures.remove(&id);
    }

    /// Takes those that go with a message. One that isn't there is none.
    pub(crate) fn take(&self, ids: &[u64]) -> Vec<Picture> {
        let mut waiting = self.lock();
        ids.iter().filter_map(|id| waiting.pictures.remove(id)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<PictureError> for CommandError {
    fn from(error: PictureError) -> Self {
        match error {
            PictureError::Unsupported { kind } => refused(PictureRefusal::Unsupported, Some(kind)),
            PictureError::NotAPicture => refused(PictureRefusal::NotAPicture, None),
            PictureError::TooLarge { .. } => refused(PictureRefusal::TooLarge, None),
            PictureError::TooManyPixels => refused(PictureRefusal::TooManyPixels, None),
            PictureError::Damaged { .. } => refused(PictureRefusal::Damaged, None),
        }
    }
}

fn refused(reason: PictureRefusal, kind: Option<&str>) -> CommandError {
    CommandError::Picture { reason, kind: kind.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use vivavoce_engine::Thumbnail;

    use super::*;

    fn picture(byte: u8) -> Picture {
        let thumbnail = Thumbnail { url: String::new(), width: 1, height: 1 };
        Picture { jpeg: vec![byte], thumbnail }
    }

    #[test]
    fn pictures_go_with_their_message_once_and_no_others() {
        let pictures = Pictures::default();
        let ids: Vec<u64> = (0..3).map(|byte| pictures.keep(picture(byte)).unwrap().id).collect();
        pictures.drop_one(ids[1]);
        let taken = pictures.take(&[ids[2], ids[1], ids[0], 99]);
        assert_eq!(taken.iter().map(|picture| picture.jpeg[0]).collect::<Vec<_>>(), [2, 0]);
        assert!(pictures.take(&ids).is_empty());
    }

    #[test]
    fn more_than_fit_into_a_message_are_refused() {
        let pictures = Pictures::default();
        for _ in 0..MOST {
            pictures.keep(picture(0)).unwrap();
        }
        let refused = pictures.keep(picture(0)).unwrap_err();
        assert_eq!(refused, CommandError::Picture { reason: PictureRefusal::TooMany, kind: None });
    }
}
