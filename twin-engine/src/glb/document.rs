//! The file: a description in JSON and one block of numbers behind it (glTF 2.0, 4.4 *GLB file format*).

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;

use gltf_json::accessor::{ComponentType, GenericComponentType, Type};
use gltf_json::buffer::{Stride, Target, View};
use gltf_json::material::{AlphaMode, PbrBaseColorFactor, PbrMetallicRoughness, StrengthFactor};
use gltf_json::mesh::{Mode, Primitive, Semantic};
use gltf_json::validation::{Checked, USize64};
use gltf_json::{Accessor, Asset, Buffer, Index, Material, Mesh, Node, Root, Scene};
use serde_json::Value;
use serde_json::value::to_raw_value;
use spatial_db::whole;

use super::GltfError;
use super::surface::{Lines, Surface};

/// `glTF`, the first word of the file.
const MAGIC: u32 = 0x4654_6C67;
/// Version of the format.
const VERSION: u32 = 2;
/// The block with the description.
const JSON: u32 = 0x4E4F_534A;
/// The block of numbers.
const BIN: u32 = 0x004E_4942;
/// Bytes of a position or normal.
const THREE_FLOATS: usize = 12;

/// Colour of a surface, linear light with opacity.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finish {
    pub(super) name: String,
    pub(super) colour: [f32; 4],
    pub(super) double_sided: bool,
}

/// A file being put together.
#[derive(Debug)]
pub(super) struct Document {
    root: Root,
    /// Positions and normals, then indices: they stand in views of their own.
    positions: Vec<u8>,
    normals: Vec<u8>,
    indices: Vec<u8>,
    materials: HashMap<(String, [u32; 4], bool), Index<Material>>,
}

/// The views of the buffer, in their order.
const POSITIONS: u32 = 0;
const NORMALS: u32 = 1;
const INDICES: u32 = 2;

fn size(bytes: usize) -> USize64 {
    USize64(bytes as u64)
}

impl Document {
    pub(super) fn new() -> Self {
        Self {
            root: Root::default(),
            positions: Vec::new(),
            normals: Vec::new(),
            indices: Vec::new(),
            materials: HashMap::new(),
        }
    }

    fn material(&mut self, finish: Finish) -> Index<Material> {
        let key = (finish.name.clone(), finish.colour.map(f32::to_bits), finish.double_sided);
        if let Some(known) = self.materials.get(&key) {
            return *known;
        }
        let alpha = if finish.colour[3] < 1.0 { AlphaMode::Blend } else { AlphaMode::Opaque };
        let index = self.root.push(Material {
            name: Some(finish.name),
            alpha_mode: Checked::Valid(alpha),
            double_sided: finish.double_sided,
            pbr_metallic_roughness: PbrMetallicRoughness {
                base_color_factor: PbrBaseColorFactor(finish.colour),
                metallic_factor: StrengthFactor(0.0),
                roughness_factor: StrengthFactor(0.9),
                ..PbrMetallicRoughness::default()
            },
            ..Material::default()
        });
        self.materials.insert(key, index);
        index
    }

    fn accessor(&mut self, view: u32, offset: usize, count: usize, kind: (ComponentType, Type)) -> Index<Accessor> {
        self.root.push(Accessor {
            buffer_view: Some(Index::new(view)),
            byte_offset: Some(size(offset)),
            count: size(count),
            component_type: Checked::Valid(GenericComponentType(kind.0)),
            extensions: None,
            extras: None,
            type_: Checked::Valid(kind.1),
            min: None,
            max: None,
            name: None,
            normalized: false,
            sparse: None,
        })
    }

    fn position_accessor(&mut self, positions: &[[f32; 3]]) -> Index<Accessor> {
        let index = self.accessor(POSITIONS, self.positions.len(), positions.len(), (ComponentType::F32, Type::Vec3));
        put(&mut self.positions, positions);
        let extreme = |pick: fn(f32, f32) -> f32| {
            let first = positions.first().copied().unwrap_or_default();
            let at = positions.iter().fold(first, |all, at| [0, 1, 2].map(|k| pick(all[k], at[k])));
            Some(Value::from(at.to_vec()))
        };
        let accessor = &mut self.root.accessors[index.value()];
        (accessor.min, accessor.max) = (extreme(f32::min), extreme(f32::max));
        index
    }

    fn index_accessor(&mut self, indices: &[u32]) -> Index<Accessor> {
        let index = self.accessor(INDICES, self.indices.len(), indices.len(), (ComponentType::U32, Type::Scalar));
        self.indices.extend(indices.iter().flat_map(|at| at.to_le_bytes()));
        index
    }

    fn primitive(
        &mut self,
        attributes: BTreeMap<Checked<Semantic>, Index<Accessor>>,
        indices: &[u32],
        mode: Mode,
        finish: Finish,
    ) -> Primitive {
        Primitive {
            attributes,
            extensions: None,
            extras: None,
            indices: Some(self.index_accessor(indices)),
            material: Some(self.material(finish)),
            mode: Checked::Valid(mode),
            targets: None,
        }
    }

    /// Takes triangles in.
    pub(super) fn surface(&mut self, surface: &Surface, finish: Finish) -> Primitive {
        let position = self.position_accessor(&surface.positions);
        let kind = (ComponentType::F32, Type::Vec3);
        let normal = self.accessor(NORMALS, self.normals.len(), surface.normals.len(), kind);
        put(&mut self.normals, &surface.normals);
        let attributes =
            [(Checked::Valid(Semantic::Positions), position), (Checked::Valid(Semantic::Normals), normal)].into();
        self.primitive(attributes, &surface.indices, Mode::Triangles, finish)
    }

    /// Takes lines in.
    pub(super) fn lines(&mut self, lines: &Lines, finish: Finish) -> Primitive {
        let position = self.position_accessor(&lines.positions);
        let attributes = [(Checked::Valid(Semantic::Positions), position)].into();
        self.primitive(attributes, &lines.indices, Mode::Lines, finish)
    }

    /// A node with a mesh of its own.
    pub(super) fn feature(
        &mut self,
        name: &str,
        extras: &Value,
        primitives: Vec<Primitive>,
    ) -> Result<Index<Node>, GltfError> {
        let mesh = Mesh { extensions: None, extras: None, name: Some(name.to_owned()), primitives, weights: None };
        let mesh = self.root.push(mesh);
        let extras = Some(to_raw_value(extras)?);
        Ok(self.root.push(Node { name: Some(name.to_owned()), mesh: Some(mesh), extras, ..Node::default() }))
    }

    /// A node that holds others.
    pub(super) fn group(
        &mut self,
        name: &str,
        extras: &Value,
        children: Vec<Index<Node>>,
    ) -> Result<Index<Node>, GltfError> {
        let extras = Some(to_raw_value(extras)?);
        Ok(self.root.push(Node { name: Some(name.to_owned()), children: Some(children), extras, ..Node::default() }))
    }

    /// Ends the description: the scene, what is said of the file, and where the numbers stand.
    pub(super) fn finish(&mut self, nodes: Vec<Index<Node>>, about: About) -> Result<(), GltfError> {
        let scene = self.root.push(Scene { extensions: None, extras: None, name: Some(about.scene), nodes });
        self.root.scene = Some(scene);
        self.root.asset = Asset {
            copyright: Some(about.copyright).filter(|said| !said.is_empty()),
            extras: Some(to_raw_value(&about.extras)?),
            generator: Some(concat!("ParkTwin ", env!("CARGO_PKG_VERSION")).to_owned()),
            ..Asset::default()
        };
        let mut offset = 0;
        let views = [
            (self.positions.len(), Some(THREE_FLOATS), Target::ArrayBuffer),
            (self.normals.len(), Some(THREE_FLOATS), Target::ArrayBuffer),
            (self.indices.len(), None, Target::ElementArrayBuffer),
        ];
        for (bytes, stride, target) in views {
            self.root.push(View {
                buffer: Index::new(0),
                byte_length: size(bytes),
                byte_offset: Some(size(offset)),
                byte_stride: stride.map(Stride),
                name: None,
                target: Some(Checked::Valid(target)),
                extensions: None,
                extras: None,
            });
            offset += bytes;
        }
        self.root.push(Buffer { byte_length: size(offset), name: None, uri: None, extensions: None, extras: None });
        Ok(())
    }

    /// Writes the file, whole or not at all; its size.
    pub(super) fn write(&self, path: &Path) -> Result<u64, GltfError> {
        let mut json = serde_json::to_vec(&self.root)?;
        // Blocks are whole words: the description is filled up with spaces. Numbers are whole words already.
        json.resize(json.len().next_multiple_of(4), b' ');
        let numbers = self.positions.len() + self.normals.len() + self.indices.len();
        let bytes = (12 + 8 + json.len() + 8 + numbers) as u64;
        let Ok(all) = u32::try_from(bytes) else { return Err(GltfError::TooLarge { bytes }) };
        let written = whole::with(path, |file| {
            for word in [MAGIC, VERSION, all, json.len() as u32, JSON] {
                file.write_all(&word.to_le_bytes())?;
            }
            file.write_all(&json)?;
            for word in [numbers as u32, BIN] {
                file.write_all(&word.to_le_bytes())?;
            }
            for numbers in [&self.positions, &self.normals, &self.indices] {
                file.write_all(numbers)?;
            }
            Ok(())
        });
        written.map_err(|source| GltfError::Io { path: path.to_path_buf(), source })?;
        Ok(bytes)
    }
}

/// What is said of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct About {
    /// Name of the scene.
    pub(super) scene: String,
    /// Whose data it is, and that it is synthetic where it is.
    pub(super) copyright: String,
    /// Everything else.
    pub(super) extras: Value,
}

fn put(bytes: &mut Vec<u8>, values: &[[f32; 3]]) {
    bytes.extend(values.iter().flatten().flat_map(|value| value.to_le_bytes()));
}
