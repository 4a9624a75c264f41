#![allow(clippy::unwrap_used)]
use std::sync::mpsc;
use std::time::Duration;

use image::Rgb;
use vivavoce_rig::wait_until;
use x11rb::protocol::xproto::{
    ChangeGCAux, ConfigureWindowAux, CreateGCAux, CreateWindowAux, PropMode, Rectangle, StackMode, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

use super::*;
use crate::{ChangeFilter, Options, Seen, Sharing};

const LIMIT: Duration = Duration::from_secs(20);
const RED: u32 = 0xc8_1e1e;
const BLUE: u32 = 0x1e_1ec8;
/// A process that is not this one.
const OTHER: u32 = 1;

/// A display with a window manager, and a program on it.
struct Stage {
    program: Display,
    name: String,
    _rig: vivavoce_rig::Display,
}

impl Stage {
    fn new() -> Self {
        let rig = vivavoce_rig::Display::start().unwrap();
        let name = rig.environment().into_iter().find(|(name, _)| *name == "DISPLAY").unwrap().1;
        let name = name.into_string().unwrap();
        Self { program: Display::connect(Some(&name)).unwrap(), name, _rig: rig }
    }

    fn display(&self) -> Display {
        Display::connect(Some(&self.name)).unwrap()
    }

    /// A window of one colour, managed and drawn.
    fn window(&self, title: &str, colour: u32, process: u32) -> Window {
        let (connection, screen) = (&self.program.connection, self.program.screen().unwrap());
        let window = connection.generate_id().unwrap();
        let look = CreateWindowAux::new().background_pixel(colour);
        connection
            .create_window(0, window, screen.root, 0, 0, 320, 200, 0, WindowClass::INPUT_OUTPUT, 0, &look)
            .unwrap();
        let atoms = &self.program.atoms;
        connection
            .change_property8(PropMode::REPLACE, window, atoms._NET_WM_NAME, atoms.UTF8_STRING, title.as_bytes())
            .unwrap();
        connection
            .change_property32(PropMode::REPLACE, window, atoms._NET_WM_PID, AtomEnum::CARDINAL, &[process])
            .unwrap();
        connection.map_window(window).unwrap();
        connection.flush().unwrap();
        wait_until("the window to be managed", LIMIT, || {
            let root = self.program.screen().unwrap().root;
            let all = self.program.numbers(root, self.program.atoms._NET_CLIENT_LIST, AtomEnum::WINDOW.into()).unwrap();
            let state = connection.get_window_attributes(window).unwrap().reply().unwrap().map_state;
            (all.contains(&window) && state == x11rb::protocol::xproto::MapState::VIEWABLE).then_some(())
        })
        .unwrap();
        window
    }

    fn eye(&self, window: Window) -> WindowEye {
        WindowEye::open(self.display(), window).unwrap()
    }

    fn fill(&self, window: Window, colour: u32, [x, y, width, height]: [u16; 4]) {
        let connection = &self.program.connection;
        let pen = connection.generate_id().unwrap();
        connection.create_gc(pen, window, &CreateGCAux::new().foreground(colour)).unwrap();
        let place = Rectangle { x: x as i16, y: y as i16, width, height };
        connection.poly_fill_rectangle(window, pen, &[place]).unwrap();
        connection.free_gc(pen).unwrap();
        self.settle();
    }

    /// Waits until the server has done everything the program asked for.
    fn settle(&self) {
        self.program.connection.get_input_focus().unwrap().reply().unwrap();
    }
}

fn colour(eye: &mut dyn Eye, x: u32, y: u32) -> Option<u32> {
    let Rgb([red, green, blue]) = *seen(eye)?.get_pixel(x, y);
    Some(u32::from_be_bytes([0, red, green, blue]))
}

fn seen(eye: &mut dyn Eye) -> Option<RgbImage> {
    match eye.look().unwrap() {
        Glance::Picture(picture) => Some(picture),
        Glance::Hidden => None,
    }
}

#[test]
fn a_screen_is_listed_and_shows_what_is_on_it() {
    let stage = Stage::new();
    let screens = stage.display().screens().unwrap();
    let [Source { id: SourceId::Screen(name), size: Some((1280, 900)), .. }] = &screens[..] else {
        panic!("{screens:?}");
    };
    let window = stage.window("red", RED, OTHER);
    let top_left = stage.program.connection.translate_coordinates(window, stage.program.screen().unwrap().root, 9, 9);
    let top_left = top_left.unwrap().reply().unwrap();
    let mut eye = ScreenEye::open(stage.display(), name).unwrap();
    let at = (top_left.dst_x as u32, top_left.dst_y as u32);
    wait_until("the window to be drawn", LIMIT, || (colour(&mut eye, at.0, at.1) == Some(RED)).then_some(())).unwrap();
    assert_eq!(ScreenEye::open(stage.display(), "no such").err(), Some(CaptureError::Gone));
}

#[test]
fn windows_are_listed_by_title_but_for_ones_own() {
    let stage = Stage::new();
    let _own = stage.window("own", RED, std::process::id());
    let other = stage.window("Brief \u{2013} \u{65e5}\u{672c}\u{8a9e}\n", BLUE, OTHER);
    let expected = Source {
        id: SourceId::Window(other),
        name: "Brief \u{2013} \u{65e5}\u{672c}\u{8a9e}".to_owned(),
        size: Some((320, 200)),
    };
    assert_eq!(stage.display().windows(std::process::id()).unwrap(), [expected]);
}

#[test]
fn a_covered_window_is_seen_as_if_nothing_covered_it() {
    let stage = Stage::new();
    let below = stage.window("below", RED, OTHER);
    let mut eye = stage.eye(below);
    let above = stage.window("above", BLUE, OTHER);
    let front = ConfigureWindowAux::new().x(0).y(0).width(1280).height(900).stack_mode(StackMode::ABOVE);
    stage.program.connection.configure_window(above, &front).unwrap();
    stage.settle();
    let picture = seen(&mut eye).unwrap();
    assert_eq!(picture.dimensions(), (320, 200));
    assert!(picture.pixels().all(|pixel| pixel.0 == [0xc8, 0x1e, 0x1e]));
}

#[test]
fn what_a_program_drew_before_is_there_at_the_first_look() {
    let stage = Stage::new();
    let window = stage.window("drawn", RED, OTHER);
    stage.fill(window, BLUE, [0, 0, 320, 200]);
    assert!(seen(&mut stage.eye(window)).unwrap().pixels().all(|pixel| pixel.0 == [0x1e, 0x1e, 0xc8]));
}

#[test]
fn a_window_that_grows_is_seen_whole() {
    let stage = Stage::new();
    let window = stage.window("red", RED, OTHER);
    let mut eye = stage.eye(window);
    assert_eq!(seen(&mut eye).unwrap().dimensions(), (320, 200));
    stage.program.connection.configure_window(window, &ConfigureWindowAux::new().width(500).height(400)).unwrap();
    stage.settle();
    wait_until("the larger window", LIMIT, || (seen(&mut eye)?.dimensions() == (500, 400)).then_some(())).unwrap();
}

#[test]
fn a_window_that_is_put_away_is_hidden_until_it_comes_back() {
    let stage = Stage::new();
    let window = stage.window("red", RED, OTHER);
    let mut eye = stage.eye(window);
    assert!(seen(&mut eye).is_some());
    stage.program.connection.unmap_window(window).unwrap();
    stage.settle();
    wait_until("the window to hide", LIMIT, || seen(&mut eye).is_none().then_some(())).unwrap();
    let mut late = stage.eye(window);
    assert!(seen(&mut late).is_none(), "one that was hidden before");
    stage.program.connection.map_window(window).unwrap();
    stage.settle();
    wait_until("the window to come back", LIMIT, || colour(&mut eye, 100, 100).filter(|seen| *seen == RED)).unwrap();
    assert!(seen(&mut late).is_some());
}

#[test]
fn a_window_that_is_closed_is_gone() {
    let stage = Stage::new();
    let window = stage.window("red", RED, OTHER);
    let mut eye = stage.eye(window);
    assert!(seen(&mut eye).is_some());
    stage.program.connection.destroy_window(window).unwrap();
    stage.settle();
    assert_eq!(eye.look().err(), Some(CaptureError::Gone));
    assert_eq!(WindowEye::open(stage.display(), window).err(), Some(CaptureError::Gone));
}

#[test]
fn a_window_that_is_closed_while_it_is_shared_has_vanished() {
    let stage = Stage::new();
    let window = stage.window("red", RED, OTHER);
    let (name, (tell, told)) = (stage.name.clone(), mpsc::channel());
    let open =
        move || -> Result<Box<dyn Eye>, _> { Ok(Box::new(WindowEye::open(Display::connect(Some(&name))?, window)?)) };
    let often = Options { interval: Duration::from_millis(50), ..Options::default() };
    let _sharing = Sharing::of(open, often, move |seen| drop(tell.send(seen))).unwrap();
    assert_eq!(told.recv_timeout(LIMIT), Ok(Seen::Started { width: 320, height: 200 }));
    assert!(matches!(told.recv_timeout(LIMIT), Ok(Seen::Frame(_))));
    stage.program.connection.destroy_window(window).unwrap();
    stage.settle();
    assert_eq!(told.iter().find(|seen| *seen != Seen::Unchanged), Some(Seen::Vanished));
    assert!(told.recv().is_err(), "nothing follows");
}

#[test]
fn a_number_that_another_window_got_is_not_the_same_window() {
    let stage = Stage::new();
    let window = stage.window("red", RED, OTHER);
    let mut eye = stage.eye(window);
    let (connection, screen) = (&stage.program.connection, stage.program.screen().unwrap());
    connection.destroy_window(window).unwrap();
    let look = CreateWindowAux::new().background_pixel(BLUE);
    let class = WindowClass::INPUT_OUTPUT;
    connection.create_window(0, window, screen.root, 0, 0, 90, 90, 0, class, 0, &look).unwrap().check().unwrap();
    assert_eq!(eye.look().err(), Some(CaptureError::Gone));
}

#[test]
fn a_display_that_ends_takes_its_windows_along() {
    let stage = Stage::new();
    let window = stage.window("red", RED, OTHER);
    let (mut eye, name) = (stage.eye(window), stage.name.clone());
    drop(stage);
    assert_eq!(eye.look().err(), Some(CaptureError::Gone));
    assert_eq!(Display::connect(Some(&name)).err(), Some(CaptureError::NoDisplay));
}

/// What `STEP` and `CELLS` of the change filter were chosen by: the server's own letters on a white page, 6×13 pixels each.
#[test]
fn typing_is_a_change_and_a_blinking_cursor_is_none() {
    let stage = Stage::new();
    let (connection, root) = (&stage.program.connection, stage.program.screen().unwrap().root);
    let window = connection.generate_id().unwrap();
    // The window manager leaves it alone, so that it has the size of a display.
    let look = CreateWindowAux::new().background_pixel(0xff_ffff).override_redirect(1);
    connection.create_window(0, window, root, 0, 0, 1280, 800, 0, WindowClass::INPUT_OUTPUT, 0, &look).unwrap();
    connection.map_window(window).unwrap().check().unwrap();
    let mut eye = stage.eye(window);
    let (font, pen) = (connection.generate_id().unwrap(), connection.generate_id().unwrap());
    connection.open_font(font, b"6x13").unwrap();
    connection.create_gc(pen, window, &CreateGCAux::new().font(font).background(0xff_ffff)).unwrap();
    connection.change_gc(pen, &ChangeGCAux::new().foreground(0)).unwrap();
    let write = |x: i16, y: i16, text: &[u8]| {
        connection.image_text8(window, pen, x, y, text).unwrap().check().unwrap();
        stage.settle();
    };
    let mut filter = ChangeFilter::new();
    write(600, 30, b"12:34:58");
    assert!(filter.admits(&seen(&mut eye).unwrap()));

    for place in [[100, 100, 2, 16], [119, 97, 2, 16], [399, 215, 2, 20]] {
        stage.fill(window, 0, place);
        assert!(!filter.admits(&seen(&mut eye).unwrap()), "a cursor at {place:?}");
        stage.fill(window, 0xff_ffff, place);
    }
    write(600, 30, b"12:34:59");
    assert!(!filter.admits(&seen(&mut eye).unwrap()), "a second");
    write(600, 30, b"12:35:00");
    assert!(!filter.admits(&seen(&mut eye).unwrap()), "a minute");
    for (x, y) in [(100, 100), (33, 311), (710, 555)] {
        write(x, y, b"let answer = 42;");
        assert!(filter.admits(&seen(&mut eye).unwrap()), "a short line at {x}, {y}");
    }
}
