//! The shell: the only code that knows Tauri.
//!
//! It starts the engine, hands the window's commands to it and the engine's events to the window. All state lives in the
//! engine; what the window needs to draw itself after a reload is kept beside it in `frontend::View`.

mod args;
mod autostart;
mod commands;
mod desktop;
mod frontend;
mod link;
mod notify;
mod pictures;
mod places;
#[cfg(target_os = "linux")]
mod portal;
mod shortcut;
mod shortcut_rules;
mod steer;
mod tray;
pub mod view;
mod window;
mod words;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tauri::{App, AppHandle, Builder, Context, Manager as _, RunEvent, Runtime};
use tracing_subscriber::EnvFilter;
use vivavoce_engine::tools::Desktop;
use vivavoce_engine::{
    Engine, EngineConfig, Event, HostChoice, KeyStore, Service, SettingsStore, SystemKeychain, Toolbox, log_filter,
};
use vivavoce_simulator::Demo;

pub use crate::args::Args;
use crate::frontend::View;
use crate::pictures::Pictures;
pub use crate::steer::{Listener, Outcome, Start, begin};
use crate::view::FunctionOption;

/// Device period to begin with: at 5 ms the sound server's client alone costs 3 % of a core, at 20 ms 1 %. A device that comes
/// late is asked for a longer one.
const PERIOD: Duration = Duration::from_millis(20);

/// What the program needs in its environment before any thread runs.
pub fn prepare_environment() {
    // WebKitGTK's DMA-BUF renderer shows a blank window on a number of Linux graphics drivers.
    #[cfg(target_os = "linux")]
    if std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
        #[expect(unsafe_code, reason = "called first thing in main, before any other thread exists")]
        // SAFETY: no other thread exists yet that could read the environment meanwhile.
        unsafe {
            std::env::set_var("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        }
    }
}

/// Runs the application until it is quit or its window closed.
pub fn run(start: Start) -> tauri::Result<()> {
    let asked = std::env::var("VIVAVOCE_LOG").ok();
    let filter = EnvFilter::try_new(log_filter(asked.as_deref())).unwrap_or_else(|_| EnvFilter::new(log_filter(None)));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let setup = move |app: &mut App| {
        let folder = app.path().app_config_dir()?;
        let keys = KeyStore::new()
            .with_environment(std::env::var("GEMINI_API_KEY").ok())
            .with_keychain(SystemKeychain)
            .with_file(app.path().app_local_data_dir()?.join("secret").join("api-key"));
        desktop::manage(app.handle());
        app.manage(window::Shape::kept_in(folder.join("window.json")));
        let handle = app.handle().clone();
        let follow = move |event: &Event| desktop::follow(&handle, event);
        let store = SettingsStore::new(folder.join("settings.json"));
        start_engine(app.handle(), store, keys, HostChoice::System, Box::new(follow));
        window::open(app.handle(), start.hidden);
        steer::follow(app.handle(), start.part, start.listener);
        Ok(())
    };
    let builder = builder(Builder::default()).plugin(shortcut::plugin()).on_window_event(window::heed);
    builder.setup(setup).build(context())?.run(|app, event| {
        if let RunEvent::Exit = event {
            window::remember(app);
            stop_engine(app);
        }
    });
    Ok(())
}

/// Configuration, permissions and pages, as built in.
pub fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!()
}

/// The command table, on any runtime: the real one, or Tauri's own for tests.
pub fn builder<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    builder.invoke_handler(tauri::generate_handler![
        commands::subscribe,
        commands::connect,
        commands::disconnect,
        commands::talk,
        commands::stop,
        commands::send_text,
        commands::set_muted,
        commands::clear_transcript,
        commands::dismiss_problem,
        commands::update_settings,
        commands::settings_text,
        commands::export_settings,
        commands::read_settings,
        commands::set_api_key,
        commands::check_key,
        commands::refresh_models,
        commands::refresh_devices,
        commands::test_tone,
        commands::record_test,
        commands::test_echo,
        commands::monitor_input,
        commands::attend,
        commands::open_link,
        commands::attach,
        commands::detach,
        commands::decide,
        commands::cancel_timer,
        commands::notes,
        commands::delete_note,
        commands::call_log,
        commands::clear_call_log,
    ])
}

/// The engine, until the program ends.
struct Running(Mutex<Option<Engine>>);

/// Starts the engine on Tauri's runtime and makes it known to the commands.
pub fn start_engine<R: Runtime>(
    app: &AppHandle<R>,
    store: SettingsStore,
    keys: KeyStore,
    host: HostChoice,
    follower: Box<dyn Fn(&Event) + Send>,
) {
    let (mut settings, settings_fault) = store.load();
    if keys.known().key.is_some() && !settings.welcomed {
        settings.service = Service::Gemini;
    }
    let mut demo = Demo::default();
    let toolbox = Toolbox::open(Some(store.folder()), Some(Arc::new(Desktop::default())));
    let functions = toolbox.functions().into_iter().map(|(name, risk)| FunctionOption { name: name.to_owned(), risk });
    let view = Arc::new(View::new(app.package_info().version.to_string(), settings.clone(), functions.collect()));
    app.manage(Arc::clone(&toolbox.notes));
    app.manage(Arc::clone(&toolbox.log));
    app.manage(Pictures::default());
    let config = EngineConfig {
        settings,
        store: Some(store),
        settings_fault,
        toolbox,
        keys,
        demo: Box::new(move |language| demo.url(language).map_err(|error| error.to_string())),
        phrase: Box::new(vivavoce_simulator::test_phrase),
        host,
        period: PERIOD,
    };
    let engine = {
        let runtime = tauri::async_runtime::handle();
        let _inside = runtime.inner().enter();
        Engine::spawn(config, frontend::ToView { view: Arc::clone(&view), follower })
    };
    app.manage(engine.handle());
    app.manage(view);
    app.manage(Running(Mutex::new(Some(engine))));
}

/// Ends the conversation in good order.
pub fn stop_engine<R: Runtime>(app: &AppHandle<R>) {
    let running = app.state::<Running>();
    let engine = running.0.lock().map_or(None, |mut engine| engine.take());
    if let Some(engine) = engine {
        tauri::async_runtime::block_on(engine.shut_down());
    }
}
