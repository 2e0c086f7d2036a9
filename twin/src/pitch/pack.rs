//! `twin pitch pack`: park, brief in both languages and tour of a site in one file, by the list of what may be given away; and the
//! brief out of such a file again.

use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::Local;
use serde_json::json;
use spatial_db::model::{PitchEntry, PitchEventKind};
use spatial_db::package::{BriefText, PackOptions, PackStep, Package, SceneKind, SceneText, digest, pack_shown};
use twin_engine::Language;
use twin_engine::text::Text;

use super::arguments::{PackArguments, UnpackArguments};
use super::{Opened, brief, chosen, given, held, tour};
use crate::failure::Failure;
use crate::origin::Origin;
use crate::parks::store;
use crate::print;
use crate::progress::{Progress, cancel_on_interrupt};
use crate::report::whole;

/// What stands where a package is to go, kept until the new one is on record.
struct Earlier {
    /// The folder beside it, and its second name there; `None` where nothing stood.
    kept: Option<(tempfile::TempDir, PathBuf)>,
}

impl Earlier {
    fn of(out: &Path) -> Result<Self, Failure> {
        if !out.is_file() {
            return Ok(Self { kept: None });
        }
        let failed = |source| Failure::GivenFile { path: out.to_owned(), source };
        let beside = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = tempfile::Builder::new().prefix(".earlier-").tempdir_in(beside).map_err(failed)?;
        let kept = folder.path().join("package");
        // A second name costs nothing; where the file system gives none, a copy does.
        if std::fs::hard_link(out, &kept).is_err() {
            std::fs::copy(out, &kept).map_err(failed)?;
        }
        Ok(Self { kept: Some((folder, kept)) })
    }

    /// Puts it back in the place of a package that is not given away.
    fn put_back(self, out: &Path) {
        let _ = match self.kept {
            Some((_folder, kept)) => std::fs::rename(kept, out),
            None => std::fs::remove_file(out),
        };
    }
}

pub(super) fn run(arguments: &PackArguments) -> Result<(), Failure> {
    let began = Instant::now();
    let slug = match Origin::of(&arguments.asked.park) {
        Origin::Store(slug) => slug,
        Origin::Package(path) => return Err(Failure::PitchOfPackage { path: path.to_path_buf() }),
    };
    let opened = Opened::of(&arguments.asked)?;
    let (ground, supplies) = (opened.ground(), opened.supplies());
    let matched = held(&ground, &opened, &supplies, &arguments.asked.file)?;
    let candidate = chosen(&matched, arguments.site.as_deref())?;
    let offered = &matched.candidates[candidate as usize];
    if offered.building.is_some() {
        // Names and keys of buildings stay at home: nothing in a package would say which floor it is about.
        return Err(Failure::PitchOfFloor { site: matched.name(offered).to_string() });
    }
    let about = matched.brief(candidate);
    // Drawn once: no words stand in them.
    let drawn = if arguments.no_pictures {
        brief::Drawn::default()
    } else {
        brief::drawn(&opened, &matched, candidate, &about)?
    };
    let mut briefs = Vec::new();
    for language in [Language::English, Language::Chinese] {
        let html = brief::page(&opened, &about, language, &drawn)?;
        let title = Text::of(language).words(&about.title);
        briefs.push(BriefText { language: language.code().to_owned(), title, html });
    }
    let keys: Vec<String> = offered.parcels.iter().map(|slot| ground.parcel(*slot).provenance.key.clone()).collect();
    let shown = opened.shown();
    let stops = tour::tour(&about, &opened.file, opened.as_of, &shown, &keys);
    let mut scenes = vec![SceneText { kind: SceneKind::Tour, name: opened.file.name.clone(), text: stops.to_text() }];
    // The views kept in the window are the office's own.
    let written = crate::scenes::to_pack(slug, &arguments.scene, false)?;
    scenes.extend(given::scenes(written, opened.park(), &shown, opened.as_of)?);
    let progress = Progress::new(arguments.json);
    let tell = |step: PackStep| match step.all {
        0 => progress.show(step.step, slug),
        all => progress.share(step.done as f64 / all as f64, step.step),
    };
    let options = PackOptions {
        force: arguments.force,
        scenes,
        briefs,
        program: format!("twin {}", env!("CARGO_PKG_VERSION")),
        cancel: Some(cancel_on_interrupt()),
        progress: &tell,
        ..PackOptions::default()
    };
    let mut database = store()?;
    let earlier = Earlier::of(&arguments.out)?;
    let packed = pack_shown(&mut database, opened.park(), opened.whitelist(), &arguments.out, &options);
    progress.finish();
    let packed = packed?;
    let out = arguments.out.display().to_string();
    let site = about.title.to_string();
    // A package that is not on record is not given away.
    let recorded = std::fs::read(&arguments.out)
        .map_err(|source| Failure::GivenFile { path: arguments.out.clone(), source })
        .and_then(|bytes| {
            let entry = PitchEntry {
                kind: PitchEventKind::Given,
                day: Local::now().date_naive(),
                prospect: arguments.to.clone(),
                pitch: Some(opened.file.name.clone()),
                site: Some(site.clone()),
                outcome: None,
                note: Some(format!("{out}, {} bytes", packed.bytes)),
                requirement: None,
                digest: Some(digest(&bytes)),
            };
            database.record_pitch(slug, &entry)?;
            Ok(entry)
        });
    let entry = match recorded {
        Ok(entry) => entry,
        Err(error) => {
            earlier.put_back(&arguments.out);
            return Err(error);
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    if arguments.json {
        return print::json(&json!({
            "out": out, "bytes": packed.bytes, "site": site, "standing": about.standing.as_str(),
            "tables": packed.tables, "given": entry, "seconds": seconds,
        }));
    }
    let synthetic = if packed.park.synthetic { " — SYNTHETIC data" } else { "" };
    let standing = Text::of(opened.language).words(&about.standing.words());
    print::line(format!(
        "{site} ({standing}) for {}{synthetic}: {out}, {:.1} MB, {seconds:.1} s; `twin view {out} --tour` shows it, \
         `twin pitch unpack {out} --out brief.html` gives the brief",
        arguments.to,
        packed.bytes as f64 / 1e6,
    ))
}

pub(super) fn unpack(arguments: &UnpackArguments) -> Result<(), Failure> {
    let language = arguments.lang.map_or_else(Language::from_environment, Into::into);
    let mut briefs = Package::open(&arguments.package)?.briefs()?;
    if briefs.is_empty() {
        return Err(Failure::NoBrief { path: arguments.package.clone() });
    }
    let wanted = briefs.iter().position(|brief| brief.language == language.code()).unwrap_or(0);
    whole(&arguments.out, briefs.swap_remove(wanted).html.as_bytes())?;
    print::line(arguments.out.display().to_string())
}
