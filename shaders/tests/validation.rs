//! Every WGSL file of the folder is embedded, validates with naga, and agrees with the constants the engine packs.

use std::collections::BTreeSet;
use std::path::Path;

use naga::valid::{Capabilities, ValidationFlags, Validator};

fn parsed(source: &shaders::Source) -> Result<naga::Module, String> {
    naga::front::wgsl::parse_str(source.wgsl).map_err(|e| e.emit_to_string_with_path(source.wgsl, source.name))
}

#[test]
fn every_pass_validates() {
    let mut failures = Vec::new();
    for source in shaders::ALL.iter().chain(&shaders::APART) {
        let validated = parsed(source).and_then(|module| {
            Validator::new(ValidationFlags::all(), Capabilities::empty())
                .validate(&module)
                .map(|_| module)
                .map_err(|e| format!("{}: {}", source.name, e.emit_to_string(source.wgsl)))
        });
        match validated {
            Ok(module) => {
                let entries: BTreeSet<_> = module.entry_points.iter().map(|e| e.name.as_str()).collect();
                // The sky and people are never cut, and caps are what the cut leaves.
                let whole = ["sky.wgsl", "cap.wgsl", "crowd.wgsl", "enlarge.wgsl"].contains(&source.name);
                let wanted = match source.name {
                    "panel.wgsl" => vec!["fs_main", "vs_main"],
                    _ if whole => vec!["fragment", "vertex"],
                    _ => vec!["fragment", "fragment_cut", "vertex"],
                };
                assert_eq!(entries, wanted.into_iter().collect::<BTreeSet<_>>(), "{}", source.name);
            }
            Err(text) => failures.push(text),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn every_file_is_embedded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let on_disk: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the crate's own folder")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "wgsl") && !path.ends_with("common.wgsl"))
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
        .collect();
    let embedded: BTreeSet<String> = shaders::ALL.iter().chain(&shaders::APART).map(|s| s.name.to_owned()).collect();
    assert_eq!(on_disk, embedded);
}

#[test]
fn only_the_entry_points_for_cuts_read_what_is_cut() {
    for source in shaders::ALL.iter().filter(|source| source.name != "cap.wgsl") {
        let module = parsed(source).expect("the source parses");
        let info =
            Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module).expect("it validates");
        let (cut, _) =
            module.global_variables.iter().find(|(_, v)| v.name.as_deref() == Some("cut")).expect("common.wgsl has it");
        for (at, entry) in module.entry_points.iter().enumerate() {
            let read = !info.get_entry_point(at)[cut].is_empty();
            assert_eq!(read, entry.name == "fragment_cut", "{}: {}", source.name, entry.name);
        }
    }
}

/// Conditions within a block, and those of them that are the same for every vertex or fragment of a draw. What a local variable holds
/// counts as different.
fn conditions(block: &naga::Block, info: &naga::valid::FunctionInfo) -> (usize, usize) {
    let mut sums = (0, 0);
    for statement in block {
        let (decided_by, within): (Option<naga::Handle<naga::Expression>>, Vec<&naga::Block>) = match statement {
            naga::Statement::Block(inner) => (None, vec![inner]),
            naga::Statement::If { condition, accept, reject } => (Some(*condition), vec![accept, reject]),
            naga::Statement::Switch { selector, cases } => {
                (Some(*selector), cases.iter().map(|case| &case.body).collect())
            }
            naga::Statement::Loop { body, continuing, break_if } => (*break_if, vec![body, continuing]),
            _ => continue,
        };
        if let Some(condition) = decided_by {
            sums.0 += 1;
            sums.1 += usize::from(info[condition].uniformity.non_uniform_result.is_none());
        }
        for (all, uniform) in within.into_iter().map(|block| conditions(block, info)) {
            sums = (sums.0 + all, sums.1 + uniform);
        }
    }
    sums
}

/// The same of a whole module.
fn conditions_of(module: &naga::Module) -> (usize, usize) {
    let info = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(module).expect("it validates");
    let functions = module.functions.iter().map(|(handle, function)| conditions(&function.body, &info[handle]));
    let entries = module.entry_points.iter().enumerate();
    let entries = entries.map(|(at, entry)| conditions(&entry.function.body, info.get_entry_point(at)));
    functions.chain(entries).fold((0, 0), |sums, (all, uniform)| (sums.0 + all, sums.1 + uniform))
}

#[test]
fn no_condition_hangs_on_uniforms_alone() {
    // Mesa's software driver puts the values of such uniforms into the code, compiles it anew whenever they are bound, and keeps it all.
    let told = "@group(0) @binding(0) var<uniform> u: vec4<f32>;
        @fragment fn fragment() -> @location(0) vec4<f32> { if (u.x > 0.5) { return u; } return vec4<f32>(0.0); }";
    assert_eq!(conditions_of(&naga::front::wgsl::parse_str(told).expect("it parses")), (1, 1));
    let mut all = 0;
    for source in shaders::ALL.iter().chain(&shaders::APART) {
        let (conditions, uniform) = conditions_of(&parsed(source).expect("the source parses"));
        assert_eq!(uniform, 0, "{}", source.name);
        all += conditions;
    }
    assert!(all > 50, "{all}");
}

#[test]
fn a_style_takes_sixteen_bytes_and_the_scene_144() {
    let module = parsed(&shaders::SOLID).expect("solid parses");
    let mut layouter = naga::proc::Layouter::default();
    layouter.update(module.to_ctx()).expect("layout");
    let size_of = |name: &str| {
        let (handle, _) = module
            .types
            .iter()
            .find(|(_, ty)| ty.name.as_deref() == Some(name))
            .unwrap_or_else(|| panic!("no type {name}"));
        layouter[handle].size
    };
    assert_eq!(size_of("Style"), 16);
    assert_eq!(size_of("Scene"), 144);
    assert_eq!(size_of("Cut"), 64 + 8 * shaders::MOST_CORNERS as u32);
    assert_eq!(size_of("VertexIn"), 48, "four attributes");
}

/// The fits of the panels' shader against the curve itself (IEC 61966-2-1), worked out here with the shader's own numbers.
#[test]
fn the_panels_curves_are_within_a_step_of_eight_bits() {
    let numbers = |name: &str| -> Vec<f64> {
        let body = shaders::PANEL.wgsl.split(&format!("fn {name}(")).nth(1).expect("the function").split('}').next();
        let words = body.expect("its body").split(|c: char| !(c.is_ascii_digit() || c == '.'));
        words.filter(|word| word.contains('.')).filter_map(|word| word.parse().ok()).collect()
    };
    let [half, quarter, eighth, one] = numbers("gamma")[..] else { panic!("{:?}", numbers("gamma")) };
    let [cube, square, first] = numbers("linear")[..] else { panic!("{:?}", numbers("linear")) };
    for step in 0..=255_u8 {
        let c = f64::from(step) / 255.0;
        let encoded = if c < 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        let decoded = if c < 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        let gamma = half * c.sqrt() + quarter * c.powf(0.25) - eighth * c.powf(0.125) - one * c;
        let linear = c * (c * (c * cube + square) + first);
        assert!((gamma - encoded).abs() < 0.003 && (linear - decoded).abs() < 0.003, "{step}: {gamma} {encoded}");
    }
}

#[test]
fn flag_bits_are_the_ones_packed() {
    for (name, value) in [
        ("VISIBLE", shaders::bits::VISIBLE),
        ("HOVERED", shaders::bits::HOVERED),
        ("SELECTED", shaders::bits::SELECTED),
        ("OUTLINED", shaders::bits::OUTLINED),
        ("THROUGH", shaders::bits::THROUGH),
    ] {
        let line = format!("const {name}: u32 = 0x{value:x}u;");
        assert!(shaders::DRAPE.wgsl.contains(&line), "common.wgsl should say `{line}`");
    }
}
