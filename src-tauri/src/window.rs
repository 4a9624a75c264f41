//! The main window: whether it is seen, where it is, and its two shapes — the whole, and a small strip that stays above others
//! and never takes the focus.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tauri::{
    AppHandle, LogicalSize, Manager as _, PhysicalPosition, PhysicalSize, Runtime, WebviewWindow, Window, WindowEvent,
};
use vivavoce_engine::{Command, Handle};

use crate::frontend::View;
use crate::notify;
use crate::places::{Place, Places};
use crate::tray::{self, Tray};

/// The one window, as the configuration calls it.
pub(crate) const MAIN: &str = "main";

/// The least the whole window can do with, and the strip; logical pixels.
const LEAST: LogicalSize<f64> = LogicalSize::new(320.0, 480.0);
const LEAST_STRIP: LogicalSize<f64> = LogicalSize::new(280.0, 64.0);
/// The whole window and the strip to begin with, at the ordinary size of text.
const WHOLE: LogicalSize<f64> = LogicalSize::new(480.0, 780.0);
const STRIP: LogicalSize<f64> = LogicalSize::new(360.0, 72.0);

/// When it is looked whether the window has the size that was asked for, after each other.
const LOOKS: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(200), Duration::from_millis(400), Duration::from_millis(800)];
/// Sizes are rounded on their way to the window and back.
const ROUNDING: u32 = 2;
/// Places are written down so long after a change, that a drag is written once.
const SAVE_AFTER: Duration = Duration::from_secs(1);
/// A desktop that starts or restarts may be so late with its tray.
const TRAY_PATIENCE: Duration = Duration::from_secs(15);

/// What is known of the window.
#[derive(Default)]
pub(crate) struct Shape(Mutex<State>);

#[derive(Default)]
struct State {
    compact: bool,
    seen: bool,
    places: Places,
    file: PathBuf,
    /// A change of places waits to be written.
    saving: bool,
    /// Counts changes of shape, so that a late look doesn't disturb the next.
    change: u64,
    /// The size that was asked for and hasn't come yet.
    wanted: Option<PhysicalSize<u32>>,
}

impl Shape {
    /// As it was when the file was written.
    pub(crate) fn kept_in(file: PathBuf) -> Self {
        Self(Mutex::new(State { places: Places::load(&file), file, ..State::default() }))
    }

    /// Whether the window is on the desktop.
    pub(crate) fn is_seen(&self) -> bool {
        self.lock().seen
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn place(&mut self) -> &mut Option<Place> {
        if self.compact { &mut self.places.strip } else { &mut self.places.whole }
    }
}

/// The first look: where the window was, in the shape it had. A hidden start shows it only if nothing else can be seen.
pub(crate) fn open<R: Runtime>(app: &AppHandle<R>, hidden: bool) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let glance = app.state::<Arc<View>>().glance();
    let (place, maximized) = {
        let shape = app.state::<Shape>();
        let places = &shape.lock().places;
        (places.whole, places.maximized)
    };
    if let Some(place) = place.and_then(|place| place.on(&screens(&window))) {
        let moved = window.set_size(place.size()).and_then(|()| window.set_position(place.position()));
        warn(moved, "the window opens somewhere else");
    }
    if maximized && !glance.compact {
        warn(window.maximize(), "the window isn't maximized");
    }
    follow(app, glance.compact, glance.text_percent);
    if hidden && glance.desktop.tray {
        attend(app, false);
        stay_reachable(app);
    } else {
        show(app);
    }
}

/// Gives the window its shape, if it has the other one. On the main thread.
pub(crate) fn follow<R: Runtime>(app: &AppHandle<R>, compact: bool, text_percent: u32) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let shape = app.state::<Shape>();
    let mut state = shape.lock();
    if state.compact == compact {
        return;
    }
    if state.wanted.is_none() && state.seen {
        note_place(&window, &mut state);
    }
    state.compact = compact;
    state.change += 1;
    let change = state.change;
    let place = state.place().and_then(|place| place.on(&screens(&window)));
    let scale = window.scale_factor().unwrap_or(1.0);
    let size = if compact {
        // Large text needs a higher strip.
        let height = STRIP.height * f64::from(text_percent.max(100)) / 100.0;
        let least = LogicalSize::new(STRIP.width, height).to_physical::<u32>(scale);
        place.map_or(least, |place| PhysicalSize::new(place.width, place.height.max(least.height)))
    } else {
        place.map_or_else(|| WHOLE.to_physical(scale), Place::size)
    };
    state.wanted = Some(size);
    drop(state);
    let position = place.map(Place::position);
    let changed = if compact { shrink(&window, size, position) } else { grow(&window, size, position) };
    warn(changed, "the window kept its shape in part");
    settle(app, change);
}

fn shrink<R: Runtime>(
    window: &WebviewWindow<R>,
    size: PhysicalSize<u32>,
    position: Option<PhysicalPosition<i32>>,
) -> tauri::Result<()> {
    window.unmaximize()?;
    window.set_min_size(Some(LEAST_STRIP))?;
    window.set_decorations(false)?;
    window.set_always_on_top(true)?;
    window.set_focusable(false)?;
    window.set_size(size)?;
    position.map_or(Ok(()), |position| window.set_position(position))
}

fn grow<R: Runtime>(
    window: &WebviewWindow<R>,
    size: PhysicalSize<u32>,
    position: Option<PhysicalPosition<i32>>,
) -> tauri::Result<()> {
    window.set_focusable(true)?;
    window.set_always_on_top(false)?;
    window.set_decorations(true)?;
    window.set_size(size)?;
    window.set_min_size(Some(LEAST))?;
    position.map_or(Ok(()), |position| window.set_position(position))?;
    window.set_focus()
}

/// Looks a few times whether the size that was asked for has come, and asks again.
///
/// GTK forgets a size asked for while the window manager's answer to something else is on its way: the new frame, or a new
/// least size, which changes the size by itself.
fn settle<R: Runtime>(app: &AppHandle<R>, change: u64) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        for pause in LOOKS {
            tokio::time::sleep(pause).await;
            let then = app.clone();
            // It fails only when the program is ending.
            let _ = app.run_on_main_thread(move || ask_again(&then, change));
        }
        // A window manager that has sizes of its own wins.
        let shape = app.state::<Shape>();
        let mut state = shape.lock();
        if state.change == change {
            state.wanted = None;
        }
    });
}

fn ask_again<R: Runtime>(app: &AppHandle<R>, change: u64) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let shape = app.state::<Shape>();
    let mut state = shape.lock();
    let Some(wanted) = state.wanted.filter(|_| state.change == change) else { return };
    match window.inner_size() {
        Ok(size) if is_about(size, wanted) => state.wanted = None,
        Ok(size) => {
            drop(state);
            tracing::debug!(?size, ?wanted, "the window's size was forgotten");
            warn(window.set_size(wanted), "the window keeps its size");
        }
        Err(_) => {}
    }
}

fn is_about(size: PhysicalSize<u32>, wanted: PhysicalSize<u32>) -> bool {
    size.width.abs_diff(wanted.width) <= ROUNDING && size.height.abs_diff(wanted.height) <= ROUNDING
}

/// Brings the window to the front. On the main thread.
pub(crate) fn show<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let (was_seen, place, compact) = {
        let shape = app.state::<Shape>();
        let mut state = shape.lock();
        (std::mem::replace(&mut state.seen, true), *state.place(), state.compact)
    };
    if !was_seen {
        // Window managers choose a new place for a window that comes back.
        if let Some(place) = place.and_then(|place| place.on(&screens(&window))) {
            warn(window.set_position(place.position()), "the window comes back somewhere else");
        }
        warn(window.show(), "the window can't be shown");
        attend(app, true);
        refresh_tray(app);
    }
    warn(window.unminimize(), "the window stays minimized");
    if !compact {
        // A window takes the focus only once it is there.
        bring_later(app, |window| warn(window.set_focus(), "the window stays behind"));
    }
}

/// Takes the window from the desktop; the program goes on. On the main thread.
pub(crate) fn hide<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    {
        let shape = app.state::<Shape>();
        let mut state = shape.lock();
        note_place(&window, &mut state);
        state.seen = false;
    }
    remember(app);
    warn(window.hide(), "the window can't be hidden");
    attend(app, false);
    refresh_tray(app);
}

/// [`show`] from any thread.
pub(crate) fn bring<R: Runtime>(app: &AppHandle<R>) {
    let then = app.clone();
    // It fails only when the program is ending.
    let _ = app.run_on_main_thread(move || show(&then));
}

fn bring_later<R: Runtime>(app: &AppHandle<R>, what: fn(&WebviewWindow<R>)) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let then = app.clone();
        let _ = app.run_on_main_thread(move || {
            if let Some(window) = then.get_webview_window(MAIN) {
                what(&window);
            }
        });
    });
}

/// Whether the window is before all others. On the main thread.
pub(crate) fn is_in_front<R: Runtime>(app: &AppHandle<R>) -> bool {
    let Some(window) = app.get_webview_window(MAIN) else { return false };
    let shape = app.state::<Shape>();
    let state = shape.lock();
    state.seen && (state.compact || window.is_focused().unwrap_or(false))
}

/// Whether somebody can see what the window says. On the main thread.
pub(crate) fn is_noticed<R: Runtime>(app: &AppHandle<R>) -> bool {
    let Some(window) = app.get_webview_window(MAIN) else { return false };
    app.state::<Shape>().is_seen() && !window.is_minimized().unwrap_or(false)
}

/// A window that isn't seen is shown when the tray can't bring it back either, after some patience.
pub(crate) fn stay_reachable<R: Runtime>(app: &AppHandle<R>) {
    if app.state::<Shape>().is_seen() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let is_wanted = app.state::<Arc<View>>().glance().desktop.tray;
        if is_wanted {
            tokio::time::sleep(TRAY_PATIENCE).await;
        }
        if !app.state::<Tray>().is_shown() && !app.state::<Shape>().is_seen() {
            bring(&app);
        }
    });
}

/// What the desktop does with the window.
pub(crate) fn heed<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    let app = window.app_handle();
    match event {
        _ if window.label() != MAIN => {}
        WindowEvent::CloseRequested { api, .. } => {
            let glance = app.state::<Arc<View>>().glance();
            if glance.desktop.close_to_tray && app.state::<Tray>().is_shown() {
                api.prevent_close();
                hide(app);
                let told = std::mem::replace(&mut app.state::<Shape>().lock().places.told_of_tray, true);
                if !told && glance.desktop.notifications {
                    notify::send(app, &glance.tongue.words().still_here);
                    remember(app);
                }
            }
        }
        WindowEvent::Moved(_) | WindowEvent::Resized(_) => {
            let Some(window) = app.get_webview_window(MAIN) else { return };
            let shape = app.state::<Shape>();
            let mut state = shape.lock();
            if state.seen && state.wanted.is_none() && note_place(&window, &mut state) && !state.saving {
                state.saving = true;
                drop(state);
                remember_soon(app);
            }
        }
        _ => {}
    }
}

/// Notes where the window is; says whether that is new.
fn note_place<R: Runtime>(window: &WebviewWindow<R>, state: &mut State) -> bool {
    if window.is_minimized().unwrap_or(true) {
        return false;
    }
    let before = state.places.clone();
    let is_maximized = window.is_maximized().unwrap_or(false) || window.is_fullscreen().unwrap_or(false);
    if !state.compact {
        state.places.maximized = is_maximized;
    }
    if !is_maximized && let (Ok(position), Ok(size)) = (window.outer_position(), window.inner_size()) {
        *state.place() = Some(Place { x: position.x, y: position.y, width: size.width, height: size.height });
    }
    state.places != before
}

fn remember_soon<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SAVE_AFTER).await;
        remember(&app);
    });
}

/// Writes down where the window is.
pub(crate) fn remember<R: Runtime>(app: &AppHandle<R>) {
    let (places, file) = {
        let shape = app.state::<Shape>();
        let mut state = shape.lock();
        state.saving = false;
        (state.places.clone(), state.file.clone())
    };
    if let Err(error) = places.save(&file) {
        tracing::warn!(%error, file = %file.display(), "the window's places are not kept");
    }
}

/// What the page tells by itself when it is hidden, for a page that can't.
fn attend<R: Runtime>(app: &AppHandle<R>, present: bool) {
    app.state::<Arc<View>>().attend(present);
    // An engine that is gone ends the program.
    let _ = app.state::<Handle>().send(Command::Attend(present));
}

fn refresh_tray<R: Runtime>(app: &AppHandle<R>) {
    tray::follow(app, &app.state::<Arc<View>>().glance());
}

fn screens<R: Runtime>(window: &WebviewWindow<R>) -> Vec<Place> {
    let screens = window.available_monitors().unwrap_or_default();
    let place = |screen: &tauri::Monitor| {
        let area = screen.work_area();
        Place { x: area.position.x, y: area.position.y, width: area.size.width, height: area.size.height }
    };
    screens.iter().map(place).collect()
}

impl Place {
    fn position(self) -> PhysicalPosition<i32> {
        PhysicalPosition::new(self.x, self.y)
    }

    fn size(self) -> PhysicalSize<u32> {
        PhysicalSize::new(self.width, self.height)
    }
}

fn warn(done: tauri::Result<()>, what: &'static str) {
    if let Err(error) = done {
        tracing::warn!(%error, "{what}");
    }
}
