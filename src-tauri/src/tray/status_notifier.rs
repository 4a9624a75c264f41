//! The tray of Linux desktops: a StatusNotifierItem with its menu, as KDE and freedesktop.org specify them.
//!
//! The message bus may take its time, and so a thread of its own speaks with it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use ksni::blocking::TrayMethods as _;
use ksni::menu::{CheckmarkItem, StandardItem};
use ksni::{Category, MenuItem, OfflineReason, Status, ToolTip};
use tauri::{AppHandle, Runtime};
use vivavoce_engine::Phase;

use super::{Face, Line, Order, obey, on_main_thread, told};
use crate::view::TrayState;

/// Edges of the icon in pixels; the desktop takes what fits it.
const SIZES: [u32; 4] = [22, 24, 32, 64];

/// An icon, until it is dropped.
pub(super) struct Icon(mpsc::Sender<Face>);

impl Icon {
    /// Puts the icon into the tray as soon as there is one; what becomes of it is told.
    pub(super) fn new<R: Runtime>(app: &AppHandle<R>, face: Face) -> Option<Self> {
        let (sender, faces) = mpsc::channel();
        let (orders, news) = (app.clone(), app.clone());
        let item = Item {
            face,
            online: Arc::new(AtomicBool::new(true)),
            order: Box::new(move |order| on_main_thread(&orders, move |app| obey(app, order))),
            news: Arc::new(move |state| on_main_thread(&news, move |app| told(app, state))),
        };
        let run = thread::Builder::new().name("tray".into()).spawn(move || run(item, &faces));
        run.inspect_err(|error| tracing::warn!(%error, "no thread for the tray")).ok()?;
        Some(Self(sender))
    }

    pub(super) fn draw(&self, face: Face) {
        // Fails when there is no bus at all, which was told.
        let _ = self.0.send(face);
    }
}

fn run(item: Item, faces: &mpsc::Receiver<Face>) {
    let online = Arc::clone(&item.online);
    let news = Arc::clone(&item.news);
    match item.assume_sni_available(true).spawn() {
        Ok(handle) => {
            if online.load(Ordering::SeqCst) {
                handle.update(|item| (item.news)(TrayState::Shown));
            }
            while let Ok(face) = faces.recv() {
                // Only the newest counts.
                let face = faces.try_iter().last().unwrap_or(face);
                handle.update(|item| item.face = face);
            }
            handle.shutdown().wait();
        }
        Err(error) => {
            tracing::info!(%error, "no tray");
            news(TrayState::Impossible);
        }
    }
}

struct Item {
    face: Face,
    /// There is a tray to show it.
    online: Arc<AtomicBool>,
    order: Box<dyn Fn(Order) + Send>,
    news: Arc<dyn Fn(TrayState) + Send + Sync>,
}

impl Item {
    fn pixmaps(&self) -> Vec<ksni::Icon> {
        SIZES.map(|size| ksni::Icon { width: size as i32, height: size as i32, data: self.argb(size) }).into()
    }

    /// The bytes in the order that the specification wants.
    fn argb(&self, size: u32) -> Vec<u8> {
        let mut pixels = self.face.mark().draw(size);
        for pixel in pixels.chunks_exact_mut(4) {
            pixel.rotate_right(1);
        }
        pixels
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "vivavoce".into()
    }

    fn title(&self) -> String {
        "Vivavoce".into()
    }

    fn category(&self) -> Category {
        Category::Communications
    }

    fn status(&self) -> Status {
        if self.face.phase == Phase::Error { Status::NeedsAttention } else { Status::Active }
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        self.pixmaps()
    }

    fn attention_icon_pixmap(&self) -> Vec<ksni::Icon> {
        self.pixmaps()
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip { title: "Vivavoce".into(), description: self.face.state(), ..ToolTip::default() }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        (self.order)(Order::Toggle);
    }

    fn secondary_activate(&mut self, _x: i32, _y: i32) {
        (self.order)(Order::Mute(!self.face.muted));
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let item = |line| match line {
            Line::State(label) => StandardItem { label, enabled: false, ..StandardItem::default() }.into(),
            Line::Do(label, order) => StandardItem {
                label: label.into(),
                activate: Box::new(move |item: &mut Self| (item.order)(order)),
                ..StandardItem::default()
            }
            .into(),
            Line::Switch(label, checked, order) => CheckmarkItem {
                label: label.into(),
                checked,
                activate: Box::new(move |item: &mut Self| (item.order)(order)),
                ..CheckmarkItem::default()
            }
            .into(),
            Line::Between => MenuItem::Separator,
        };
        self.face.menu().into_iter().map(item).collect()
    }

    fn watcher_online(&self) {
        self.online.store(true, Ordering::SeqCst);
        (self.news)(TrayState::Shown);
    }

    fn watcher_offline(&self, reason: OfflineReason) -> bool {
        tracing::info!(?reason, "no tray at the moment");
        self.online.store(false, Ordering::SeqCst);
        (self.news)(TrayState::Impossible);
        // It may come, or come back.
        true
    }
}
