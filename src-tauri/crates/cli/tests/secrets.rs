//! The key in every disguise is looked for in all that the twin and the engine write, log and tell.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "secrets/disguise.rs"]
mod disguise;
#[path = "secrets/twin.rs"]
mod twin;

#[path = "../../engine/tests/session/mod.rs"]
mod session;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use disguise::{found_below, found_in};
use session::{Session, wait_until};
use tokio::runtime::{Builder, Runtime};
use tracing_subscriber::fmt::MakeWriter;
use twin::{Twin, wav};
use vivavoce_engine::{
    Command, Engine, EngineConfig, Event, HostChoice, KeyCheck, KeyPlace, KeyStore, Keychain as _, Service, Settings,
    SystemKeychain, TalkInput, log_filter,
};
use vivavoce_simulator::{Server, ServerConfig};

/// What must be found nowhere. Each disguise of it differs from the others.
const KEY: &str = "AIza-canary+/=&~marked 0123456789";

/// A server in this process.
struct Simulator {
    server: Server,
    _runtime: Runtime,
}

impl Simulator {
    fn start(config: ServerConfig) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = {
            let _inside = runtime.enter();
            Server::bind(config).unwrap()
        };
        Self { server, _runtime: runtime }
    }
}

/// Where a test puts the key before the twin starts.
#[derive(Debug, Clone, Copy)]
enum Put {
    Environment,
    File,
    Keychain,
}

fn key_file(session: &Session) -> PathBuf {
    session.data().join("org.vivavoce.Vivavoce/secret/api-key")
}

/// Runs the twin with the key in `put` and returns the events it told. Nothing it left behind may contain the key.
fn run_twin(session: &Session, put: Put, endpoint: &str, lines: &[(&str, &str)]) -> String {
    let mut command = session.command(env!("CARGO_BIN_EXE_vivavoce-cli"));
    command
        .env("VIVAVOCE_LOG", "trace,tungstenite::handshake::client=trace")
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "full");
    match put {
        Put::Environment => {
            command.env("GEMINI_API_KEY", KEY);
        }
        Put::File => {
            let file = key_file(session);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, KEY).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        }
        Put::Keychain => {}
    }
    let twin = Twin::start(command, session.home(), endpoint, lines);
    let told = twin.end();
    fs::write(session.home().join("stdout"), &told.stdout).unwrap();
    fs::write(session.home().join("stderr"), &told.stderr).unwrap();
    let kept = key_file(session);
    assert_eq!(found_below(session.home(), KEY, &[&kept]), None, "{put:?} {endpoint}");
    assert!(told.stderr.contains("TRACE"), "nothing was logged: {}", told.stderr);
    told.stdout
}

/// Talks, types and leaves.
const CONVERSATION: [(&str, &str); 4] = [
    ("talk on", "\"listening\""),
    ("talk off", "\"turn_complete\""),
    ("say hello", "\"turn\":2,\"usage\""),
    ("quit", ""),
];

#[test]
fn a_conversation_leaves_no_trace_of_the_key() {
    for put in [Put::Environment, Put::File] {
        let session = Session::bare();
        let simulator = Simulator::start(ServerConfig { require_key: true, ..ServerConfig::echo() });
        let told = run_twin(&session, put, &simulator.server.url(), &CONVERSATION);
        assert!(told.contains("audio_first_received"), "{told}");
    }
}

#[test]
fn a_refused_key_is_not_repeated() {
    let session = Session::bare();
    let simulator = Simulator::start(ServerConfig { bad_keys: vec![KEY.into()], ..ServerConfig::echo() });
    let told = run_twin(&session, Put::Environment, &simulator.server.url(), &[("", "keyInvalid"), ("quit", "")]);
    assert!(told.contains("keyInvalid"), "{told}");
}

#[test]
fn a_connection_that_fails_leaves_no_trace_of_the_key() {
    // Bound and dropped: nothing listens there.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let simulator = Simulator::start(ServerConfig::echo());
    let plain = simulator.server.url().replace("ws://", "wss://");
    for (endpoint, code) in [(format!("ws://{closed}"), "connectionRefused"), (plain, "tlsFailed")] {
        let session = Session::bare();
        let told = run_twin(&session, Put::Environment, &endpoint, &[("", code), ("quit", "")]);
        assert!(told.contains(code), "{told}");
    }
}

#[test]
#[ignore = "needs dbus-daemon and gnome-keyring"]
fn a_key_from_the_keychain_leaves_no_trace() {
    let session = Session::with_keyring();
    let store = std::env::current_exe().unwrap();
    let stored = || {
        let mut step = session.command(&store);
        step.args(["--ignored", "--exact", "a_key_is_put_into_the_keychain"]).env("VIVAVOCE_PUT", "1");
        step.output().unwrap().status.success()
    };
    wait_until("the keyring", stored);
    let simulator = Simulator::start(ServerConfig { require_key: true, ..ServerConfig::echo() });
    let told = run_twin(&session, Put::Keychain, &simulator.server.url(), &CONVERSATION);
    assert!(told.contains("audio_first_received"), "{told}");
}

#[test]
#[ignore = "needs dbus-daemon and gnome-keyring"]
fn a_locked_keychain_is_told_and_the_conversation_goes_on() {
    let mut session = Session::with_keyring();
    let store = std::env::current_exe().unwrap();
    wait_until("the keyring", || {
        let mut step = session.command(&store);
        step.args(["--ignored", "--exact", "a_key_is_put_into_the_keychain"]).env("VIVAVOCE_PUT", "1");
        step.output().unwrap().status.success()
    });
    session.lock();
    let simulator = Simulator::start(ServerConfig::echo());
    // The keyring needs a moment to come back; until then there is none.
    wait_until("a locked keyring", || {
        let told = run_twin(&session, Put::Keychain, &simulator.server.url(), &CONVERSATION);
        assert!(told.contains("audio_first_received"), "{told}");
        fs::read_to_string(session.home().join("stderr")).unwrap().contains("the keychain is locked")
    });
}

#[test]
#[ignore = "a step of the tests above"]
fn a_key_is_put_into_the_keychain() {
    if std::env::var_os("VIVAVOCE_PUT").is_some() {
        SystemKeychain.store(&KEY.into()).unwrap();
    }
}

/// Log lines of this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// An engine whose events are written down.
struct Recorded {
    engine: Engine,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Recorded {
    fn start(keys: KeyStore, settings: Settings) -> Self {
        let events = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&events);
        let config = EngineConfig {
            settings,
            store: None,
            settings_fault: None,
            keys,
            toolbox: vivavoce_engine::Toolbox::open(None, None),
            demo: Box::new(|_| Err("not here".into())),
            phrase: Box::new(|| (Vec::new(), 24_000)),
            host: HostChoice::System,
            period: Duration::from_millis(20),
        };
        let engine = Engine::spawn(config, move |event: &Event| sink.lock().unwrap().push(event.clone()));
        Self { engine, events }
    }

    fn send(&self, command: Command) {
        self.engine.handle().send(command).unwrap();
    }

    async fn wait_for(&self, what: &str, matches: impl Fn(&Event) -> bool) {
        let deadline = tokio::time::Instant::now() + session::LIMIT;
        while !self.events.lock().unwrap().iter().any(&matches) {
            assert!(tokio::time::Instant::now() < deadline, "waited in vain for {what}:\n{}", self.told());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn told(&self) -> String {
        format!("{:#?}", self.events.lock().unwrap())
    }
}

fn placed(event: &Event, place: Option<KeyPlace>) -> bool {
    matches!(event, Event::Settings { key, .. } if key.place == place)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_given_by_command_is_told_nowhere() {
    let log = Log::default();
    tracing_subscriber::fmt().with_env_filter(log_filter(Some("trace"))).with_writer(log.clone()).init();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret/api-key");
    let simulator = Server::bind(ServerConfig { require_key: true, ..ServerConfig::echo() }).unwrap();
    let input = folder.path().join("spoken.wav");
    wav(&input);
    let settings = Settings {
        service: Service::Custom,
        endpoint: Some(simulator.url()),
        input_device: Some(format!("wav:{}", input.display())),
        output_device: Some(format!("wav:{}", folder.path().join("heard.wav").display())),
        ..Settings::default()
    };
    let engine = Recorded::start(KeyStore::new().with_file(&file), settings);
    engine.send(Command::Connect);
    engine.wait_for("a missing key", |event| matches!(event, Event::Problem(Some(_)))).await;
    engine.send(Command::CheckKey(KEY.into()));
    let answered = |event: &Event| matches!(event, Event::KeyCheck(check) if *check != KeyCheck::Checking);
    engine.wait_for("what the service thinks of a key", answered).await;
    engine.send(Command::SetApiKey(Some(KEY.into()), KeyPlace::Keychain));
    engine.wait_for("a key for this run", |event| placed(event, Some(KeyPlace::Session))).await;
    engine.send(Command::SetApiKey(Some(KEY.into()), KeyPlace::File));
    engine.wait_for("a key in a file", |event| placed(event, Some(KeyPlace::File))).await;
    engine.send(Command::Talk(TalkInput::Start));
    engine.wait_for("readiness", |event| matches!(event, Event::Ready { .. })).await;
    engine.wait_for("sound on its way", |event| matches!(event, Event::AudioFirstSent { .. })).await;
    engine.send(Command::Talk(TalkInput::Stop));
    engine.wait_for("an answer", |event| matches!(event, Event::TurnComplete { .. })).await;
    let written = found_below(folder.path(), KEY, &[&file]);
    assert!(file.exists());
    engine.send(Command::SetApiKey(None, KeyPlace::Session));
    wait_until("the file to go", || !file.exists());
    let told = engine.told();
    engine.engine.shut_down().await;
    let logged = log.0.lock().unwrap().clone();
    assert!(logged.windows(5).any(|bytes| bytes == b"TRACE"), "nothing was logged");
    assert_eq!(found_in(&logged, KEY), None, "in the log");
    assert_eq!(found_in(told.as_bytes(), KEY), None, "in the events");
    assert_eq!(written, None, "in a file");
}
