//! What a person wrote to show the park by. A package carries the text as it is; what it means is left to whoever shows it.

/// Kinds of such texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SceneKind {
    /// The views kept in the window of whoever packed it, a tour.
    Bookmarks,
    /// A tour.
    Tour,
    /// One scene.
    Scene,
}

impl SceneKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Bookmarks, Self::Tour, Self::Scene];

    /// Its word in the package.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bookmarks => "bookmarks",
            Self::Tour => "tour",
            Self::Scene => "scene",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A scene, a tour or bookmarks, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SceneText {
    /// What it is.
    pub kind: SceneKind,
    /// Its name.
    pub name: String,
    /// The file's text.
    pub text: String,
}

/// A page about one site of the park, for whoever was given the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BriefText {
    /// Code of its language: `en`, `zh`.
    pub language: String,
    /// Its title.
    pub title: String,
    /// The page, with nothing beside it.
    pub html: String,
}
