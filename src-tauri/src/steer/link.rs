//! Links into the window. Any page of the web can hold one, so that a link shows something and does nothing.

use crate::view::Part;

/// What a link of ours shows besides the window itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link(pub(crate) Option<Part>);

/// Longest link that is looked at, bytes.
const LONGEST: usize = 256;

impl Link {
    /// Reads `vivavoce://…`; nothing for what isn't ours. A link to what doesn't exist shows the window.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        if !scheme.eq_ignore_ascii_case("vivavoce") {
            return None;
        }
        if rest.len() > LONGEST {
            return Some(Self(None));
        }
        let path = rest.trim_start_matches('/').trim_end_matches('/');
        Some(Self(match path.to_ascii_lowercase().as_str() {
            "talk" => Some(Part::Talk),
            "settings" => Some(Part::Settings),
            _ => None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_shows_the_part_it_names() {
        assert_eq!(Link::parse("vivavoce://talk"), Some(Link(Some(Part::Talk))));
        assert_eq!(Link::parse("vivavoce:talk"), Some(Link(Some(Part::Talk))));
        assert_eq!(Link::parse("VIVAVOCE://Settings/"), Some(Link(Some(Part::Settings))));
    }

    #[test]
    fn an_unknown_one_shows_the_window_only() {
        let long = format!("vivavoce://talk/{}", "x".repeat(10_000));
        let hostile =
            ["vivavoce:", "vivavoce://", "vivavoce://show", "vivavoce://talk?start=1", "vivavoce://talk/start"];
        for link in
            hostile.into_iter().chain([long.as_str(), "vivavoce://talk#start", "vivavoce://quit", "vivavoce://💥"])
        {
            assert_eq!(Link::parse(link), Some(Link(None)), "{link}");
        }
    }

    #[test]
    fn what_is_not_ours_is_no_link() {
        for text in ["", "talk", "https://example.com", "vivavocex://talk", "file:vivavoce://talk", " vivavoce://talk"]
        {
            assert_eq!(Link::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_packages_tell_the_desktop_whose_links_they_are() {
        let configuration = include_str!("../../../tauri.conf.json");
        assert!(configuration.contains(r#""schemes": ["vivavoce"]"#));
        let entry = include_str!("../../linux/vivavoce.desktop");
        assert!(entry.contains("\nExec={{exec}} %u\n"));
        assert!(entry.contains("\nMimeType=x-scheme-handler/vivavoce;\n"));
    }
}
