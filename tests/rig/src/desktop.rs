//! What a desktop offers on its message bus: a tray that icons can be put into, and notifications. A test is the person who
//! looks at them and presses them.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "the interfaces' methods are as they are specified"
)]

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};
use serde_json::{Value as Json, json};
use zbus::blocking::{Connection, Proxy, connection};
use zbus::message::Header;
use zbus::zvariant::{OwnedValue, Value};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const ITEM_PATH: &str = "/StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";
const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const NOTIFICATIONS_PATH: &str = "/org/freedesktop/Notifications";

/// Serves on the session's message bus, and obeys commands of one JSON object a line until the input ends. Each is answered
/// with a line: `{"ok": …}` or `{"error": "…"}`.
///
/// `tray` (`on`: there is one), `items` (what is in it, with the menus), `press` (`label`: of the menu's entry), `activate` (the
/// icon itself), `notifications` (all so far), `answer` (`id`: a notification is pressed).
pub fn serve(input: impl BufRead, mut output: impl Write) -> Result<()> {
    let desktop = Desktop::start()?;
    for line in input.lines() {
        let command: Json = serde_json::from_str(&line?)?;
        let answer = match desktop.obey(&command) {
            Ok(answer) => json!({ "ok": answer }),
            Err(error) => json!({ "error": format!("{error:#}") }),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

struct Desktop {
    bus: Connection,
    items: Shared<Vec<String>>,
    notifications: Shared<Vec<Json>>,
}

type Shared<T> = Arc<Mutex<T>>;
/// Width, height and pixels.
type Pixmap = (i32, i32, Vec<u8>);
/// Revision, and the root's id, properties and lines.
type Layout = (u32, (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>));

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desktop {
    fn start() -> Result<Self> {
        let (items, notifications) = (Shared::default(), Shared::default());
        let bus = connection::Builder::session()?
            .serve_at(WATCHER_PATH, Watcher(Arc::clone(&items)))?
            .serve_at(NOTIFICATIONS_PATH, Notifications(Arc::clone(&notifications)))?
            .name(NOTIFICATIONS)?
            .build()
            .context("no message bus")?;
        Ok(Self { bus, items, notifications })
    }

    fn obey(&self, command: &Json) -> Result<Json> {
        match command["do"].as_str().unwrap_or_default() {
            "tray" if command["on"] == true => self.bus.request_name(WATCHER)?,
            "tray" => {
                self.bus.release_name(WATCHER)?;
                lock(&self.items).clear();
            }
            "items" => {
                let services = lock(&self.items).clone();
                // Programs that have ended are no longer there.
                return Ok(services.iter().filter_map(|service| self.item(service).ok()).collect());
            }
            "press" => self.press(command["label"].as_str().unwrap_or_default())?,
            "activate" => {
                self.proxy(&self.newest()?, ITEM_PATH, ITEM)?.call::<_, _, ()>("Activate", &(0, 0))?;
            }
            "notifications" => return Ok(lock(&self.notifications).clone().into()),
            "answer" => {
                let id = command["id"].as_u64().context("which?")? as u32;
                self.bus.emit_signal(
                    None::<()>,
                    NOTIFICATIONS_PATH,
                    NOTIFICATIONS,
                    "ActionInvoked",
                    &(id, "default"),
                )?;
            }
            other => bail!("no command {other:?}"),
        }
        Ok(Json::Null)
    }

    fn proxy(&self, service: &str, path: &str, interface: &str) -> zbus::Result<Proxy<'static>> {
        zbus::blocking::proxy::Builder::new(&self.bus)
            .destination(service.to_owned())?
            .path(path.to_owned())?
            .interface(interface.to_owned())?
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()
    }

    fn newest(&self) -> Result<String> {
        lock(&self.items).last().cloned().context("nothing is in the tray")
    }

    fn item(&self, service: &str) -> Result<Json> {
        let item = self.proxy(service, ITEM_PATH, ITEM)?;
        let text = |property: &str| item.get_property::<String>(property);
        let pixmaps: Vec<Pixmap> = item.get_property("IconPixmap")?;
        let picture: Vec<Json> = pixmaps
            .iter()
            .map(|(width, height, pixels)| json!({ "width": width, "height": height, "hash": hash(pixels) }))
            .collect();
        let tip: (String, Vec<Pixmap>, String, String) = item.get_property("ToolTip")?;
        Ok(json!({
            "id": text("Id")?,
            "title": text("Title")?,
            "status": text("Status")?,
            "tip": tip.3,
            "icon": picture,
            "menu": self.menu(service)?.iter().map(Entry::told).collect::<Vec<_>>(),
        }))
    }

    fn menu(&self, service: &str) -> Result<Vec<Entry>> {
        let item = self.proxy(service, ITEM_PATH, ITEM)?;
        let path: zbus::zvariant::OwnedObjectPath = item.get_property("Menu")?;
        let menu = self.proxy(service, path.as_str(), MENU)?;
        let (_, (_, _, lines)): Layout = menu.call("GetLayout", &(0, 1, Vec::<&str>::new()))?;
        lines.iter().map(Entry::of).collect()
    }

    fn press(&self, label: &str) -> Result<()> {
        let service = self.newest()?;
        let entries = self.menu(&service)?;
        let entry = entries.iter().find(|entry| entry.label == label);
        let entry = entry.with_context(|| format!("no {label:?} in the menu"))?;
        let item = self.proxy(&service, ITEM_PATH, ITEM)?;
        let path: zbus::zvariant::OwnedObjectPath = item.get_property("Menu")?;
        let menu = self.proxy(&service, path.as_str(), MENU)?;
        // Like a desktop, which doesn't wait: the program may have been told to end.
        Ok(menu.call_noreply("Event", &(entry.id, "clicked", Value::from(0), 0_u32))?)
    }
}

/// A line of a menu.
struct Entry {
    id: i32,
    label: String,
    enabled: bool,
    checked: Option<bool>,
    separator: bool,
}

impl Entry {
    fn of(value: &OwnedValue) -> Result<Self> {
        let Value::Structure(line) = &**value else { bail!("a menu's line is {value:?}") };
        let [Value::I32(id), Value::Dict(properties), ..] = line.fields() else { bail!("a menu's line is {line:?}") };
        let text = |name: &str| properties.get::<_, String>(&name).ok().flatten();
        let number = |name: &str| properties.get::<_, i32>(&name).ok().flatten();
        Ok(Self {
            id: *id,
            label: text("label").unwrap_or_default(),
            enabled: properties.get::<_, bool>(&"enabled").ok().flatten().unwrap_or(true),
            checked: text("toggle-type").filter(|kind| !kind.is_empty()).map(|_| number("toggle-state") == Some(1)),
            separator: text("type").is_some_and(|kind| kind == "separator"),
        })
    }

    fn told(&self) -> Json {
        if self.separator {
            json!("-")
        } else {
            json!({ "label": self.label, "enabled": self.enabled, "checked": self.checked })
        }
    }
}

/// Enough to tell one picture from another.
fn hash(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

struct Watcher(Shared<Vec<String>>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String, #[zbus(header)] header: Header<'_>) {
        // Some programs tell the path alone.
        let sender = header.sender().map(ToString::to_string);
        let service = if service.starts_with('/') { sender.unwrap_or_default() } else { service };
        let mut items = lock(&self.0);
        items.retain(|known| *known != service);
        items.push(service);
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        lock(&self.0).clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

struct Notifications(Shared<Vec<Json>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "as it is specified")]
    fn notify(
        &self,
        program: &str,
        _replaces: u32,
        _icon: &str,
        summary: &str,
        body: &str,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expires: i32,
    ) -> u32 {
        let mut all = lock(&self.0);
        let id = all.len() as u32 + 1;
        all.push(json!({ "id": id, "program": program, "title": summary, "body": body }));
        id
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<&'static str> {
        vec!["body", "actions"]
    }

    fn get_server_information(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        ("Rig", "Vivavoce", "1", "1.2")
    }
}
