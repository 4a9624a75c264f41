//! The voices and the languages.

/// A prebuilt voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VoiceInfo {
    /// Its name, which is also its id.
    pub id: &'static str,
    /// The service's one word for it.
    pub descriptor: &'static str,
}

const fn voice(id: &'static str, descriptor: &'static str) -> VoiceInfo {
    VoiceInfo { id, descriptor }
}

/// The prebuilt voices.
pub const VOICES: [VoiceInfo; 30] = [
    voice("Zephyr", "Bright"),
    voice("Puck", "Upbeat"),
    voice("Charon", "Informative"),
    voice("Kore", "Firm"),
    voice("Fenrir", "Excitable"),
    voice("Leda", "Youthful"),
    voice("Orus", "Firm"),
    voice("Aoede", "Breezy"),
    voice("Callirrhoe", "Easy-going"),
    voice("Autonoe", "Bright"),
    voice("Enceladus", "Breathy"),
    voice("Iapetus", "Clear"),
    voice("Umbriel", "Easy-going"),
    voice("Algieba", "Smooth"),
    voice("Despina", "Smooth"),
    voice("Erinome", "Clear"),
    voice("Algenib", "Gravelly"),
    voice("Rasalgethi", "Informative"),
    voice("Laomedeia", "Upbeat"),
    voice("Achernar", "Soft"),
    voice("Alnilam", "Firm"),
    voice("Schedar", "Even"),
    voice("Gacrux", "Mature"),
    voice("Pulcherrima", "Forward"),
    voice("Achird", "Friendly"),
    voice("Zubenelgenubi", "Casual"),
    voice("Vindemiatrix", "Gentle"),
    voice("Sadachbia", "Lively"),
    voice("Sadaltager", "Knowledgeable"),
    voice("Sulafat", "Warm"),
];

/// Languages the models with native audio speak, by the codes the service lists them under (Hebrew as `iw`).
pub const LANGUAGES: [&str; 97] = [
    "af", "ak", "sq", "am", "ar", "hy", "as", "az", "eu", "be", "bn", "bs", "bg", "my", "ca", "ceb", "zh", "hr", "cs",
    "da", "nl", "en", "et", "fo", "fil", "fi", "fr", "gl", "ka", "de", "el", "gu", "ha", "iw", "hi", "hu", "is", "id",
    "ga", "it", "ja", "kn", "kk", "km", "rw", "ko", "ku", "ky", "lo", "lv", "lt", "mk", "ms", "ml", "mt", "mi", "mr",
    "mn", "ne", "no", "or", "om", "ps", "fa", "pl", "pt", "pa", "qu", "ro", "rm", "ru", "sr", "sd", "si", "sk", "sl",
    "so", "st", "es", "sw", "sv", "tg", "ta", "te", "th", "tn", "tr", "tk", "uk", "ur", "uz", "vi", "cy", "fy", "wo",
    "yo", "zu",
];
