//! Settings that leave this computer and come from another: no secret goes along, and what comes is looked at before it counts.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::file::{self, Reading};
use super::{Settings, SettingsError};

/// The file that is written, but for a number.
const NAME: &str = "vivavoce-settings";
/// As many files beside each other before it is given up.
const MOST_FILES: u32 = 1000;
/// Parts of an address that are as good as a password.
const SECRET_PARAMETERS: [&str; 5] = ["key", "api_key", "apikey", "token", "access_token"];

/// What a text would make of the settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// All settings as they would be.
    pub settings: Settings,
    /// Names of the fields in the text that can't be, and stay as they are.
    pub unusable: Vec<String>,
    /// The text is from a newer version of the program: some of it may be unknown here.
    pub newer: bool,
}

impl Settings {
    /// These settings as a text for another computer: without the passwords and keys an address may hold, and without how far
    /// this person has come in the introduction.
    pub fn exported(&self) -> Result<String, SettingsError> {
        let mut settings = self.clone();
        let addresses = [&mut settings.endpoint, &mut settings.network.proxy, &mut settings.access.token_url];
        for address in addresses.into_iter().flatten() {
            *address = without_secrets(address);
        }
        let fresh = Self::default();
        (settings.welcomed, settings.intro) = (fresh.welcomed, fresh.intro);
        file::write(&settings)
            .map_err(|error| SettingsError::Invalid { field: String::new(), detail: error.to_string() })
    }

    /// Writes [`exported`](Self::exported) settings into a new file of `folder` and gives its path; nothing is overwritten.
    pub fn export_into(&self, folder: &Path) -> Result<PathBuf, SettingsError> {
        let text = self.exported()?;
        let failed = |path: &Path, source: io::Error| SettingsError::File { path: path.to_owned(), source };
        fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
        for number in 1..=MOST_FILES {
            let name = if number == 1 { format!("{NAME}.json") } else { format!("{NAME}-{number}.json") };
            let path = folder.join(name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(mut file) => {
                    file.write_all(text.as_bytes()).map_err(|source| failed(&path, source))?;
                    return Ok(path);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(failed(&path, source)),
            }
        }
        Err(failed(folder, io::ErrorKind::AlreadyExists.into()))
    }

    /// What `text` would make of these settings. What it doesn't name stays; personas are added to those there are, and
    /// replace those with the same id. Nothing is changed yet.
    pub fn imported(&self, text: &str) -> Result<Import, SettingsError> {
        let refused = |detail: String| SettingsError::Invalid { field: "import".into(), detail };
        if text.len() > file::LONGEST {
            return Err(refused("it is too long".into()));
        }
        let Reading { mut settings, unusable, newer } = file::read(text, self).map_err(refused)?;
        (settings.welcomed, settings.intro) = (self.welcomed, self.intro);
        let mut personas = self.personas.clone();
        for persona in settings.personas {
            match personas.iter_mut().find(|known| known.id == persona.id) {
                Some(known) => *known = persona,
                None => personas.push(persona),
            }
        }
        settings.personas = personas;
        // Nobody else's file says what may be done here without asking.
        settings.tools.permissions.clone_from(&self.tools.permissions);
        settings.bring_into_range();
        Ok(Import { settings, unusable, newer: newer.is_some() })
    }
}

/// An address without its user, password and secret parameters.
fn without_secrets(address: &str) -> String {
    let start = address.find("://").map_or(0, |scheme| scheme + 3);
    let (scheme, rest) = address.split_at(start);
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (rest, fragment) = rest.split_at(rest.find('#').unwrap_or(rest.len()));
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    let is_secret = |part: &&str| {
        let name = part.split('=').next().unwrap_or_default();
        SECRET_PARAMETERS.iter().any(|secret| name.eq_ignore_ascii_case(secret))
    };
    let kept: Vec<_> = query.into_iter().flat_map(|query| query.split('&')).filter(|part| !is_secret(part)).collect();
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    format!("{scheme}{host}{path}{query}{fragment}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::settings::{Access, IntroStep, Network, Persona, Theme};

    fn persona(id: &str, name: &str) -> Persona {
        Persona { id: id.into(), name: name.into(), instruction: String::new(), voice: None }
    }

    #[test]
    fn an_address_loses_its_password_and_nothing_else() {
        for (address, expected) in [
            ("http://user:pass@proxy.example:8080", "http://proxy.example:8080"),
            ("user:p@ss@proxy.example:8080", "proxy.example:8080"),
            ("https://me@host/p@th?a=1&KEY=secret&b=2#f", "https://host/p@th?a=1&b=2#f"),
            ("https://host/token?access_token=secret", "https://host/token"),
            ("socks5://[::1]:1080/", "socks5://[::1]:1080/"),
            ("direct", "direct"),
        ] {
            assert_eq!(without_secrets(address), expected);
        }
    }

    #[test]
    fn no_secret_is_exported() {
        let settings = Settings {
            endpoint: Some("wss://a:secret1@live.example?key=secret2".into()),
            network: Network { proxy: Some("http://b:secret3@proxy".into()), ca_file: None },
            access: Access { token_url: Some("https://c:secret4@tokens/".into()), ..Access::default() },
            ..Settings::default()
        };
        let text = settings.exported().unwrap();
        assert!(!text.contains("secret"), "{text}");
        assert!(text.contains("wss://live.example") && text.contains("https://tokens/"), "{text}");
    }

    #[test]
    fn what_was_exported_is_imported_on_another_computer() {
        let settings = Settings {
            theme: Theme::Dark,
            welcomed: true,
            personas: vec![persona("a", "Anna")],
            ..Settings::default()
        };
        let import = Settings::default().imported(&settings.exported().unwrap()).unwrap();
        assert_eq!(import.settings, Settings { welcomed: false, ..settings });
        assert_eq!((import.unusable, import.newer), (vec![], false));
    }

    #[test]
    fn an_import_leaves_the_introduction_and_other_personas_alone() {
        let mine = Settings {
            welcomed: true,
            intro: IntroStep::Talk,
            hold_threshold_ms: 900,
            personas: vec![persona("a", "Anna"), persona("b", "Ben")],
            ..Settings::default()
        };
        let text = r#"{"version":1,"welcomed":false,"intro":"key","theme":"dark",
            "personas":[{"id":"b","name":"Bea","instruction":"","voice":null},
                        {"id":"c","name":"Cem","instruction":"","voice":null}],"persona":"c"}"#;
        let expected = Settings {
            theme: Theme::Dark,
            personas: vec![persona("a", "Anna"), persona("b", "Bea"), persona("c", "Cem")],
            persona: Some("c".into()),
            ..mine.clone()
        };
        assert_eq!(mine.imported(text).unwrap().settings, expected);
    }

    #[test]
    fn what_cannot_be_in_an_import_is_named_and_a_text_of_something_else_is_refused() {
        let import = Settings::default().imported(r#"{"version":3,"theme":"purple","mode":"handsFree"}"#).unwrap();
        assert_eq!((import.unusable, import.newer), (vec!["theme".to_owned()], true));
        for text in ["hello", "[1]", ""] {
            let error = Settings::default().imported(text).unwrap_err();
            assert!(matches!(error, SettingsError::Invalid { ref field, .. } if field == "import"), "{error}");
        }
    }

    #[test]
    fn an_export_never_overwrites() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::default();
        let names: Vec<_> = (0..3)
            .map(|_| settings.export_into(folder.path()).unwrap().file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["vivavoce-settings.json", "vivavoce-settings-2.json", "vivavoce-settings-3.json"]);
        assert_eq!(
            fs::read_to_string(folder.path().join("vivavoce-settings-3.json")).unwrap(),
            settings.exported().unwrap()
        );
    }
}
