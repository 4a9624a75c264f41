//! Personas: the chosen one's instruction and voice take the place of the ordinary ones.

use super::{Persona, Settings};

/// Most personas there can be.
const MOST: usize = 50;
/// Longest name, characters.
const LONGEST_NAME: usize = 80;

impl Settings {
    /// The persona that was chosen, if one was.
    pub fn chosen_persona(&self) -> Option<&Persona> {
        let chosen = self.persona.as_deref()?;
        self.personas.iter().find(|persona| persona.id == chosen)
    }

    /// What the model is told to be.
    pub(super) fn instruction(&self) -> &str {
        self.chosen_persona().map_or(&self.system_instruction, |persona| &persona.instruction)
    }

    /// The voice that answers; the service's default when absent.
    pub(super) fn answering_voice(&self) -> Option<&str> {
        self.chosen_persona().map_or(&self.voice, |persona| &persona.voice).as_deref()
    }

    /// Has another voice answer: the chosen persona's, or the ordinary one.
    pub(crate) fn choose_voice(&mut self, voice: &str) {
        let chosen = self.persona.clone();
        let persona = self.personas.iter_mut().find(|persona| Some(&persona.id) == chosen.as_ref());
        *persona.map_or(&mut self.voice, |persona| &mut persona.voice) = Some(voice.to_owned());
    }

    /// No more personas than there can be, each with an id of its own and a name of bearable length; and none chosen that
    /// isn't there.
    pub(super) fn tidy_personas(&mut self) {
        self.personas.truncate(MOST);
        for place in 0..self.personas.len() {
            let (before, rest) = self.personas.split_at_mut(place);
            let Some(persona) = rest.first_mut() else { break };
            let name: String = persona.name.trim().chars().take(LONGEST_NAME).collect();
            name.trim_end().clone_into(&mut persona.name);
            persona.voice = persona.voice.take().map(|voice| voice.trim().to_owned()).filter(|voice| !voice.is_empty());
            let wanted = persona.id.trim().to_owned();
            let taken = |id: &str| id.is_empty() || before.iter().any(|other| other.id == id);
            let mut id = wanted.clone();
            let mut number = 2;
            while taken(&id) {
                id = format!("{wanted}-{number}");
                number += 1;
            }
            persona.id = id;
        }
        if self.chosen_persona().is_none() {
            self.persona = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn persona(id: &str, name: &str) -> Persona {
        Persona { id: id.into(), name: name.into(), instruction: format!("Be {name}."), voice: Some("Kore".into()) }
    }

    #[test]
    fn a_chosen_persona_has_its_own_instruction_and_voice() {
        let ordinary =
            Settings { system_instruction: "Be brief.".into(), voice: Some("Puck".into()), ..Settings::default() };
        let chosen = Settings { personas: vec![persona("a", "Anna")], persona: Some("a".into()), ..ordinary.clone() };
        let of = |settings: &Settings| {
            let config = settings.session_config(None);
            (config.system_instruction, config.voice)
        };
        assert_eq!(of(&ordinary), (Some("Be brief.".into()), Some("Puck".into())));
        assert_eq!(of(&chosen), (Some("Be Anna.".into()), Some("Kore".into())));
        let silent = Persona { instruction: String::new(), voice: None, ..persona("a", "Anna") };
        assert_eq!(of(&Settings { personas: vec![silent], ..chosen }), (None, None));
    }

    #[test]
    fn a_persona_that_does_not_exist_is_none() {
        let mut settings = Settings {
            personas: vec![persona("a", "Anna")],
            persona: Some("b".into()),
            voice: Some("Puck".into()),
            ..Settings::default()
        };
        assert_eq!(settings.session_config(None).voice.as_deref(), Some("Puck"));
        settings.bring_into_range();
        assert_eq!(settings.persona, None);
    }

    #[test]
    fn ids_are_there_once_and_names_are_bearable() {
        let mut settings = Settings {
            personas: vec![
                persona("a", "  Anna "),
                persona("a", &"あ".repeat(200)),
                persona("a", ""),
                persona(" ", "x"),
                persona("a-2", "y"),
            ],
            persona: Some("a".into()),
            ..Settings::default()
        };
        settings.bring_into_range();
        let ids: Vec<_> = settings.personas.iter().map(|persona| persona.id.as_str()).collect();
        assert_eq!(ids, ["a", "a-2", "a-3", "-2", "a-2-2"]);
        assert_eq!(settings.personas[0].name, "Anna");
        assert_eq!(settings.personas[1].name.chars().count(), 80);
        assert_eq!(settings.persona.as_deref(), Some("a"));
    }

    #[test]
    fn there_are_no_more_than_fifty() {
        let personas = (0..60).map(|number| persona(&number.to_string(), "x")).collect();
        let mut settings = Settings { personas, persona: Some("55".into()), ..Settings::default() };
        settings.bring_into_range();
        assert_eq!((settings.personas.len(), settings.persona), (50, None));
    }
}
