//! Addresses that lead out of the program.

use vivavoce_engine::tools::{Desktop, Outside as _, web_address};

use crate::view::CommandError;

/// Opens a web address in the user's browser. [`CommandError::Invalid`] for anything else, and when no browser starts.
pub(crate) fn open(address: &str) -> Result<(), CommandError> {
    let url = web_address(address).map_err(|error| refused(error.to_string()))?;
    Desktop::default().open_link(&url).map_err(refused)
}

fn refused(detail: String) -> CommandError {
    CommandError::Invalid { field: "url".into(), detail }
}
