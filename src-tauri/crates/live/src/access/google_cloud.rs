//! Access tokens of Google Cloud: from a program such as `gcloud auth print-access-token`, or from where Google's own
//! libraries look for them.

use std::fmt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::time::timeout;

use super::{is_token, no_token, no_token_yet};
use crate::connect::ConnectFailure;

/// How long a program or Google's servers may take. `gcloud` needs several seconds on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of what a program prints is read, bytes.
const LONGEST_OUTPUT: u64 = 64 << 10;

/// What a token is asked for.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// An account of Google Cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoogleCloud {
    /// Where its tokens come from.
    pub bearer: BearerSource,
    /// The project that is charged, where it isn't the account's own.
    pub quota_project: Option<String>,
}

/// Where access tokens come from. Printing it leaves out a program's arguments.
#[derive(Clone, PartialEq, Eq)]
pub enum BearerSource {
    /// A program and its arguments; the first line it prints is the token. It is started directly, not by a shell.
    Command(Vec<String>),
    /// Application Default Credentials: the file `GOOGLE_APPLICATION_CREDENTIALS` names, the one `gcloud auth
    /// application-default login` has left, the machine's own account in Google Cloud, or `gcloud`.
    ApplicationDefault,
}

impl fmt::Debug for BearerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(command) => write!(f, "Command({}, …)", command.first().map_or("", String::as_str)),
            Self::ApplicationDefault => f.write_str("ApplicationDefault"),
        }
    }
}

impl GoogleCloud {
    /// A token for the next connection.
    pub(super) async fn bearer(&self) -> Result<SecretString, ConnectFailure> {
        match &self.bearer {
            BearerSource::Command(command) => from_command(command, PATIENCE).await,
            BearerSource::ApplicationDefault => from_google(PATIENCE).await,
        }
    }
}

/// Runs a program and takes the first line it prints.
pub(super) async fn from_command(command: &[String], patience: Duration) -> Result<SecretString, ConnectFailure> {
    let Some((program, arguments)) = command.split_first().filter(|(program, _)| !program.is_empty()) else {
        return Err(no_token("no program is named that prints one"));
    };
    match timeout(patience, run(program, arguments)).await {
        Err(_) => Err(no_token_yet(format!("{program} was stopped after {} s", patience.as_secs_f32()))),
        Ok(Err(error)) => Err(no_token(format!("{program} can't be run: {error}"))),
        Ok(Ok((status, _))) if !status.success() => {
            Err(no_token(format!("{program} failed ({status}); running it in a terminal shows why")))
        }
        Ok(Ok((_, printed))) => {
            let line = printed.lines().next().unwrap_or_default().trim();
            if is_token(line) {
                Ok(line.to_owned().into())
            } else {
                Err(no_token(format!("the first line {program} prints is none")))
            }
        }
    }
}

async fn run(program: &str, arguments: &[String]) -> std::io::Result<(ExitStatus, String)> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    #[cfg(windows)]
    command.creation_flags(windows_flags::CREATE_NO_WINDOW);
    let mut child = command.spawn()?;
    let mut printed = Vec::new();
    if let Some(output) = child.stdout.take() {
        // Closed afterwards, so that a program that never ends printing ends.
        output.take(LONGEST_OUTPUT).read_to_end(&mut printed).await?;
    }
    let status = child.wait().await?;
    Ok((status, String::from_utf8_lossy(&printed).into_owned()))
}

#[cfg(windows)]
mod windows_flags {
    /// A program of the terminal opens no window of its own.
    pub(super) const CREATE_NO_WINDOW: u32 = 0x0800_0000;
}

async fn from_google(patience: Duration) -> Result<SecretString, ConnectFailure> {
    let asked = timeout(patience, async {
        let provider = gcp_auth::provider().await?;
        provider.token(&[SCOPE]).await
    });
    match asked.await {
        Err(_) => Err(no_token_yet("Google's servers did not answer in time")),
        Ok(Ok(token)) if is_token(token.as_str()) => Ok(token.as_str().to_owned().into()),
        Ok(Ok(_)) => Err(no_token("Google's answer holds none")),
        Ok(Err(error)) => Err(refused(&error)),
    }
}

fn refused(error: &gcp_auth::Error) -> ConnectFailure {
    use gcp_auth::Error;
    match error {
        Error::NoAuthMethod(..) => no_token(
            "this machine has no credentials for Google Cloud; `gcloud auth application-default login` makes some",
        ),
        Error::Http(..) => no_token_yet(error.to_string()),
        // Its cause may be a failed connection, whose words are about hosts and not about credentials.
        Error::Other(what, cause) => no_token_yet(format!("{what}: {cause}")),
        Error::Io(..) | Error::Json(..) | Error::Str(_) => no_token(error.to_string()),
    }
}
