#![allow(clippy::unwrap_used)]
//! Against a portal of our own, on a bus of our own.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};

use super::*;

const PATIENCE: Duration = Duration::from_secs(10);

type Options = HashMap<String, OwnedValue>;
type Shortcuts = Vec<(String, Options)>;

/// What a desktop does about shortcuts, as far as a program sees it.
#[derive(Clone, Default)]
struct Portal(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    /// The user says no.
    refuses: bool,
    session: Option<OwnedObjectPath>,
    /// Each id with the keys that were proposed.
    asked: Vec<(String, String)>,
    closed: bool,
}

/// Where the program listens for the answer, or finds the session.
fn path(kind: &str, header: &zbus::message::Header<'_>, token: &OwnedValue) -> OwnedObjectPath {
    let sender = header.sender().unwrap().trim_start_matches(':').replace('.', "_");
    let token = <&str>::try_from(token).unwrap();
    ObjectPath::try_from(format!("/org/freedesktop/portal/desktop/{kind}/{sender}/{token}")).unwrap().into()
}

async fn respond(connection: &Connection, request: &OwnedObjectPath, code: u32, results: HashMap<&str, Value<'_>>) {
    let body = (code, results);
    let emitted = connection.emit_signal(None::<&str>, request, "org.freedesktop.portal.Request", "Response", &body);
    emitted.await.unwrap();
}

#[zbus::interface(name = "org.freedesktop.portal.GlobalShortcuts")]
impl Portal {
    #[expect(clippy::unused_self, reason = "properties are methods")]
    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        1
    }

    async fn create_session(
        &self,
        options: Options,
        #[zbus(header)] header: zbus::message::Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> OwnedObjectPath {
        let request = path("request", &header, &options["handle_token"]);
        let session = path("session", &header, &options["session_handle_token"]);
        connection.object_server().at(&session, OpenSession(self.clone())).await.unwrap();
        let results = HashMap::from([("session_handle", Value::from(session.as_str().to_owned()))]);
        self.0.lock().unwrap().session = Some(session);
        respond(connection, &request, 0, results).await;
        request
    }

    async fn bind_shortcuts(
        &self,
        session: OwnedObjectPath,
        shortcuts: Shortcuts,
        window: String,
        options: Options,
        #[zbus(header)] header: zbus::message::Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> OwnedObjectPath {
        let request = path("request", &header, &options["handle_token"]);
        assert_eq!((Some(session), window), (self.0.lock().unwrap().session.clone(), String::new()));
        let text = |options: &Options, name: &str| <&str>::try_from(&options[name]).unwrap().to_owned();
        let refuses = {
            let mut seen = self.0.lock().unwrap();
            seen.asked = shortcuts.iter().map(|(id, info)| (id.clone(), text(info, "preferred_trigger"))).collect();
            seen.refuses
        };
        let granted: Vec<(String, HashMap<&str, Value<'_>>)> = shortcuts
            .iter()
            .map(|(id, info)| {
                let words = Value::from(text(info, "description"));
                (id.clone(), HashMap::from([("description", words), ("trigger_description", Value::from("keys"))]))
            })
            .collect();
        let results = if refuses { HashMap::new() } else { HashMap::from([("shortcuts", Value::from(granted))]) };
        respond(connection, &request, u32::from(refuses), results).await;
        request
    }

    #[zbus(signal)]
    async fn activated(
        emitter: &SignalEmitter<'_>,
        session: ObjectPath<'_>,
        id: &str,
        at: u64,
        options: Options,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn deactivated(
        emitter: &SignalEmitter<'_>,
        session: ObjectPath<'_>,
        id: &str,
        at: u64,
        options: Options,
    ) -> zbus::Result<()>;
}

struct OpenSession(Portal);

#[zbus::interface(name = "org.freedesktop.portal.Session")]
impl OpenSession {
    fn close(&self) {
        self.0.0.lock().unwrap().closed = true;
    }
}

struct Bus(Child);

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn bus(folder: &Path) -> (Bus, String) {
    let socket = folder.join("bus");
    let address = format!("unix:path={}", socket.display());
    let mut command = Command::new("dbus-daemon");
    command.args(["--session", "--nofork", "--nopidfile", "--address", &address]);
    let bus = Bus(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    timeout(PATIENCE, async {
        while !socket.exists() {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
    (bus, address)
}

async fn connection(address: &str) -> Connection {
    zbus::connection::Builder::address(address).unwrap().build().await.unwrap()
}

/// A desktop with a portal, and a program's connection to it.
async fn desktop(address: &str, portal: &Portal) -> (Connection, Connection) {
    let server = zbus::connection::Builder::address(address).unwrap().serve_at(OBJECT, portal.clone()).unwrap();
    let server = server.name(SERVICE).unwrap().build().await.unwrap();
    (server, connection(address).await)
}

fn wanted(mute: Option<&str>) -> Wanted {
    let words = Words { talk: "Talk", mute: "Mute" };
    Wanted { talk: Some("Ctrl+Alt+V".into()), mute: mute.map(ToOwned::to_owned), words }
}

#[tokio::test]
#[ignore = "needs dbus-daemon"]
async fn what_the_user_agreed_to_is_told_pressed_and_released_and_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let (_bus, address) = bus(folder.path()).await;
    let portal = Portal::default();
    let (server, client) = desktop(&address, &portal).await;
    exists(&client).await.unwrap();

    let bound = timeout(PATIENCE, bind(client, &wanted(Some("Super+Alt+Space")))).await.unwrap().unwrap();
    assert_eq!(bound.granted, Granted { talk: true, mute: true });
    let asked = portal.0.lock().unwrap().asked.clone();
    assert_eq!(asked, [("talk".into(), "CTRL+ALT+v".into()), ("mute".into(), "LOGO+ALT+space".into())]);

    let (end, ended) = oneshot::channel();
    let (keys, mut heard) = mpsc::unbounded_channel();
    let listening = tokio::spawn(bound.listen(ended, move |key| keys.send(key).unwrap()));
    let session = portal.0.lock().unwrap().session.clone().unwrap();
    let emitter = SignalEmitter::new(&server, OBJECT).unwrap();
    // Listening begins in its own time: until then presses go unheard.
    let first = timeout(PATIENCE, async {
        loop {
            Portal::activated(&emitter, session.as_ref(), "talk", 1, Options::new()).await.unwrap();
            if let Ok(key) = timeout(Duration::from_millis(50), heard.recv()).await {
                break key;
            }
        }
    });
    assert_eq!(first.await.unwrap(), Some(Key::TalkDown));
    Portal::deactivated(&emitter, session.as_ref(), "talk", 2, Options::new()).await.unwrap();
    assert_eq!(timeout(PATIENCE, heard.recv()).await.unwrap(), Some(Key::TalkUp));
    Portal::activated(&emitter, session.as_ref(), "mute", 3, Options::new()).await.unwrap();
    assert_eq!(timeout(PATIENCE, heard.recv()).await.unwrap(), Some(Key::MuteDown));

    end.send(()).unwrap();
    timeout(PATIENCE, listening).await.unwrap().unwrap().unwrap();
    assert!(portal.0.lock().unwrap().closed);
}

#[tokio::test]
#[ignore = "needs dbus-daemon"]
async fn a_user_who_says_no_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let (_bus, address) = bus(folder.path()).await;
    let portal = Portal::default();
    portal.0.lock().unwrap().refuses = true;
    let (_server, client) = desktop(&address, &portal).await;
    assert!(timeout(PATIENCE, bind(client, &wanted(None))).await.unwrap().is_err());
    assert!(portal.0.lock().unwrap().closed);
}

#[tokio::test]
#[ignore = "needs dbus-daemon"]
async fn a_desktop_without_the_portal_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (_bus, address) = bus(folder.path()).await;
    assert!(exists(&connection(&address).await).await.is_err());
}

#[test]
fn keys_are_proposed_in_the_desktops_notation() {
    for (keys, expected) in [
        ("Ctrl+Alt+V", "CTRL+ALT+v"),
        ("Ctrl+Shift+Space", "CTRL+SHIFT+space"),
        ("Alt+Super+PageUp", "ALT+LOGO+Page_Up"),
        ("F13", "F13"),
        ("Ctrl+Alt+-", "CTRL+ALT+minus"),
        ("Ctrl+Alt+7", "CTRL+ALT+7"),
    ] {
        assert_eq!(trigger(keys), expected);
    }
}
