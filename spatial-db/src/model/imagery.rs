//! Pictures of the ground from straight above.

/// A tile of an orthophoto, as kept: an encoded picture and the ground that it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageryTile {
    /// West, south, east, north of the ground shown, in the park's CRS, m.
    pub ground: [f64; 4],
    /// Size of a pixel on the ground, m.
    pub pixel_m: f64,
    /// `image/jpeg`, or `image/png` where a part of the tile shows nothing.
    pub media_type: String,
    /// The encoded picture, north up.
    pub image: Vec<u8>,
}

/// The orthophotos of a park at one level of detail each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imagery {
    /// Layers of the manifest that they come from.
    pub layers: Vec<String>,
    /// Their tiles.
    pub tiles: Vec<ImageryTile>,
}
