//! A private PulseAudio server with virtual devices.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::Variable;
use crate::process::{Process, real_time, wait_looking_every};
use crate::signal::Signal;

/// Rate of all virtual devices, samples a second.
const RATE: u32 = 48_000;
/// A server that does not answer for this long is broken.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);
/// Asked of the recorder: short, so that what was heard is known soon after it was heard.
const RECORDER_LATENCY: &str = "--latency-msec=20";

/// How often a recording is looked at: it must not take the machine's time from what makes the sound.
const LISTEN_EVERY: Duration = Duration::from_millis(50);

/// Names of a pair of virtual devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Devices {
    /// The sink an application plays to.
    pub speaker: &'static str,
    /// The speaker's name for people.
    pub speaker_title: &'static str,
    /// The source an application records from.
    pub mic: &'static str,
    /// The microphone's name for people.
    pub mic_title: &'static str,
    /// The sink that test speech is played to; what goes in comes out of `mic`.
    pub mic_feed: &'static str,
}

impl Devices {
    /// The modules that make up the pair, as arguments of `pactl load-module`: speaker, feed, microphone.
    ///
    /// Without `norewinds=1` a null sink renders up to two seconds ahead, and the first output callback of an application
    /// comes that much late.
    pub fn modules(self) -> [String; 3] {
        let Self { speaker, speaker_title, mic, mic_title, mic_feed } = self;
        let sink = "module-null-sink norewinds=1";
        [
            format!(
                "{sink} sink_name={speaker} rate={RATE} channels=2 sink_properties=device.description={speaker_title}"
            ),
            format!("{sink} sink_name={mic_feed} rate={RATE} channels=1"),
            format!(
                "module-remap-source source_name={mic} master={mic_feed}.monitor \
                 source_properties=device.description={mic_title}"
            ),
        ]
    }
}

/// The devices that are there from the start, and the defaults.
pub const FIRST: Devices = Devices {
    speaker: "speaker",
    speaker_title: "TestSpeaker",
    mic: "mic",
    mic_title: "TestMic",
    mic_feed: "mic_feed",
};

/// The devices that [`Sound::plug_second`] adds.
pub const SECOND: Devices = Devices {
    speaker: "speaker2",
    speaker_title: "SecondSpeaker",
    mic: "mic2",
    mic_title: "SecondMic",
    mic_feed: "mic2_feed",
};

/// A loaded module: a plugged device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module(u32);

/// A PulseAudio server of one's own, with [`FIRST`] plugged; ends on drop.
#[derive(Debug)]
pub struct Sound {
    server: Process,
    folder: TempDir,
}

impl Sound {
    /// Starts the server and waits until it answers.
    pub fn start() -> Result<Self> {
        // Not below $TMPDIR: a socket's path may have 107 bytes only.
        let folder = tempfile::Builder::new().prefix("rig-sound-").tempdir_in("/tmp")?;
        std::fs::create_dir(folder.path().join("pulse"))?;
        let mut sound = Self { server: server(folder.path())?, folder };
        sound.settle()?;
        Ok(sound)
    }

    /// Kills the server and starts another at the same place, with the same devices.
    pub fn restart_server(&mut self) -> Result<()> {
        self.server.kill();
        // A killed server leaves its socket behind.
        let _ = std::fs::remove_file(socket(self.folder.path()));
        self.server = server(self.folder.path())?;
        self.settle()
    }

    /// Waits until the server answers, and makes the first devices the defaults.
    fn settle(&mut self) -> Result<()> {
        self.wait_for_server()?;
        self.server.make_real_time()?;
        self.pactl(&["set-default-sink", FIRST.speaker])?;
        self.pactl(&["set-default-source", FIRST.mic])?;
        Ok(())
    }

    /// What a child process needs to find this server and no other.
    pub fn environment(&self) -> Vec<Variable> {
        environment(self.folder.path())
    }

    /// A command with [`Sound::environment`] set, which handles sound and so gets [`real_time`] priority.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = real_time(program);
        command.envs(self.environment());
        command
    }

    /// Plugs another device in: a module's name and arguments, as in [`Devices::modules`].
    pub fn load(&self, module: &str) -> Result<Module> {
        let mut words = vec!["load-module"];
        words.extend(module.split_whitespace());
        let answer = self.pactl(&words)?;
        let id = answer.trim().parse().with_context(|| format!("pactl said {answer:?}"))?;
        Ok(Module(id))
    }

    /// Plugs a device out again.
    pub fn unload(&self, module: Module) -> Result<()> {
        self.pactl(&["unload-module", &module.0.to_string()]).map(drop)
    }

    /// Plugs [`SECOND`] in: speaker, feed and microphone, in this order.
    pub fn plug_second(&self) -> Result<[Module; 3]> {
        let [speaker, feed, mic] = SECOND.modules();
        Ok([self.load(&speaker)?, self.load(&feed)?, self.load(&mic)?])
    }

    /// Plugs the first microphone in again after [`Sound::unplug_mic`].
    pub fn plug_mic(&self) -> Result<Module> {
        let [_, _, mic] = FIRST.modules();
        let module = self.load(&mic)?;
        self.pactl(&["set-default-source", FIRST.mic])?;
        Ok(module)
    }

    /// Pulls the first microphone: what an unplugged USB headset looks like.
    pub fn unplug_mic(&self) -> Result<()> {
        self.pactl(&["unload-module", "module-remap-source"]).map(drop)
    }

    /// Which source (or `.monitor`) each recording client listens to, and which sink each playing client plays to.
    pub fn streams(&self) -> Result<Streams> {
        Ok(Streams {
            sources: self.stream_devices("source-outputs", "sources")?,
            sinks: self.stream_devices("sink-inputs", "sinks")?,
        })
    }

    /// Plays a sound into `sink`; returns once the server has taken the stream.
    pub fn feed(&self, sound: &Signal, sink: &str) -> Result<Feed> {
        let mut player = Process::start(
            self.command("pacat")
                .args(["--playback", "--raw", "--format=s16le", "--channels=1", "--latency-msec=200"])
                .arg(format!("--rate={}", sound.rate))
                .args(["-d", sink])
                .stdin(Stdio::piped())
                .stdout(Stdio::null()),
        )?;
        let mut pipe = player.child().stdin.take().context("the player has no input")?;
        let bytes: Vec<u8> = sound
            .samples
            .iter()
            .flat_map(|s| ((s * 32767.0).round().clamp(-32768.0, 32767.0) as i16).to_le_bytes())
            .collect();
        let started = Instant::now();
        let writer = thread::spawn(move || pipe.write_all(&bytes));
        Ok(Feed { player, writer, started, length: sound.length() })
    }

    /// Listens to what is played to `sink`; returns when the first sample (most likely of silence) has been heard.
    pub fn record(&self, sink: &str) -> Result<Recording> {
        let mut recorder = Process::start(
            self.command("pacat")
                .args(["--record", "--raw", "--format=s16le", "--channels=1", RECORDER_LATENCY])
                .arg(format!("--rate={RATE}"))
                .args(["-d", &format!("{sink}.monitor")])
                .stdout(Stdio::piped()),
        )?;
        let mut pipe = recorder.child().stdout.take().context("the recorder has no output")?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&heard);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            let mut odd = None;
            while let Ok(count @ 1..) = pipe.read(&mut bytes) {
                let mut all: Vec<u8> = odd.take().into_iter().collect();
                all.extend_from_slice(&bytes[..count]);
                if all.len() % 2 == 1 {
                    odd = all.pop();
                }
                lock(&sink).extend(all.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])));
            }
        });
        let recording = Recording { recorder, heard };
        recording
            .wait_for("the first recorded sample", ANSWER_LIMIT, |signal| (!signal.samples.is_empty()).then_some(()))?;
        Ok(recording)
    }

    /// Kills the server: what a crash of the sound system looks like.
    pub fn kill_server(&mut self) {
        self.server.kill();
    }

    /// Runs `pactl` and returns what it printed.
    pub fn pactl(&self, arguments: &[&str]) -> Result<String> {
        let output = self
            .command("pactl")
            .args(arguments)
            .output()
            .context("could not start pactl; is pulseaudio-utils installed?")?;
        ensure!(
            output.status.success(),
            "pactl {} failed: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn wait_for_server(&mut self) -> Result<()> {
        let deadline = Instant::now() + ANSWER_LIMIT;
        while self.pactl(&["info"]).is_err() {
            let problem = self.server.ensure_running().err();
            if problem.is_some() || Instant::now() > deadline {
                let log = std::fs::read_to_string(self.folder.path().join("server.log"))?;
                bail!("the virtual sound server did not start: {problem:?}\n{log}");
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The devices (by name) that the streams of `kind` are connected to.
    fn stream_devices(&self, kind: &str, devices: &str) -> Result<Vec<String>> {
        let column = |line: &str, n: usize| line.split('\t').nth(n).map(str::to_owned);
        let names: Vec<(String, String)> = self
            .pactl(&["list", "short", devices])?
            .lines()
            .filter_map(|line| Some((column(line, 0)?, column(line, 1)?)))
            .collect();
        Ok(self
            .pactl(&["list", "short", kind])?
            .lines()
            // The server's own streams (a remapped microphone is one) belong to no client.
            .filter(|line| column(line, 2).is_some_and(|client| client != "-"))
            .filter_map(|line| column(line, 1))
            .filter_map(|id| names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone()))
            .collect())
    }
}

/// What the server's clients are connected to, by device name, one entry a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streams {
    /// Sources that are being recorded from.
    pub sources: Vec<String>,
    /// Sinks that are being played to.
    pub sinks: Vec<String>,
}

/// Sound on its way into a virtual device.
#[derive(Debug)]
pub struct Feed {
    player: Process,
    writer: thread::JoinHandle<std::io::Result<()>>,
    /// When the feed began.
    pub started: Instant,
    length: Duration,
}

impl Feed {
    /// Waits until everything was played.
    pub fn wait(self) -> Result<()> {
        let status = self.player.wait(self.length + ANSWER_LIMIT)?;
        ensure!(status.success(), "the player ended with {status}");
        match self.writer.join() {
            Ok(written) => Ok(written?),
            Err(_) => bail!("the player's feeder panicked"),
        }
    }
}

/// A running recording of a virtual speaker.
#[derive(Debug)]
pub struct Recording {
    recorder: Process,
    heard: Arc<Mutex<Vec<i16>>>,
}

impl Recording {
    /// What was heard so far.
    pub fn so_far(&self) -> Signal {
        Signal::from_pcm(RATE, &lock(&self.heard))
    }

    /// How much was heard so far: the time of "now" within the recording.
    pub fn length(&self) -> Duration {
        Duration::from_secs_f64(lock(&self.heard).len() as f64 / f64::from(RATE))
    }

    /// Waits until `condition` gives a value for what was heard so far.
    pub fn wait_for<T>(
        &self,
        what: &str,
        limit: Duration,
        mut condition: impl FnMut(&Signal) -> Option<T>,
    ) -> Result<T> {
        wait_looking_every(LISTEN_EVERY, what, limit, || condition(&self.so_far()))
    }

    /// Ends the recording and returns all of it.
    pub fn stop(mut self) -> Signal {
        self.recorder.kill();
        self.so_far()
    }

    /// Ends the recording and writes all of it to a WAV file.
    pub fn save(self, path: &Path) -> Result<Signal> {
        let signal = self.stop();
        signal.write(path)?;
        Ok(signal)
    }
}

fn lock(heard: &Mutex<Vec<i16>>) -> MutexGuard<'_, Vec<i16>> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn server(folder: &Path) -> Result<Process> {
    let log = File::create(folder.join("server.log"))?;
    let socket = socket(folder);
    let mut command = Command::new("pulseaudio");
    command
        .args([
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--disallow-exit",
            "--use-pid-file=no",
            "--log-target=stderr",
        ])
        .arg("-L")
        .arg(format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()))
        .envs(environment(folder))
        .env_remove("PULSE_SERVER")
        .env("HOME", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    for module in FIRST.modules() {
        command.arg("-L").arg(module);
    }
    Process::start(&mut command)
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("pulse/native")
}

fn environment(folder: &Path) -> Vec<Variable> {
    let mut server = std::ffi::OsString::from("unix:");
    server.push(socket(folder));
    vec![
        ("XDG_RUNTIME_DIR", folder.into()),
        ("PULSE_RUNTIME_PATH", folder.join("pulse").into()),
        ("PULSE_STATE_PATH", folder.join("state").into()),
        ("PULSE_COOKIE", folder.join("cookie").into()),
        ("PULSE_SERVER", server),
    ]
}
